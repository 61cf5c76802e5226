import { expect } from 'chai';
import { element, World } from './world.ts';

describe('the way of a stanza', () => {
  it('is through before receive returns, from one client to another', () => {
    const world = new World().start();
    const romeo = world.client('romeo@capulet.example/orchard');
    const juliet = world.client('juliet@capulet.example/balcony').isAvailable();
    romeo.session.receive(
      element("<message to='juliet@capulet.example' type='chat' id='m1'><body>hi</body></message>"),
    );
    expect(juliet.got()).to.deep.equal(['message chat #m1 romeo@capulet.example/orchard→juliet@capulet.example body']);
  });
});
