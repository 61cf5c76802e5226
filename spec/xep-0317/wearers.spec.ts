import { expect } from 'chai';
import { Hats } from '../../lib/modules/muc/hats.ts';
import { jid } from '../core/world.ts';

it('XEP-0317 limits: 500 people wear hats in one room', () => {
  const hats = new Hats();
  hats.put({ uri: 'urn:hat', title: 'Hat' });
  for (let count = 0; count < 500; count += 1) hats.putOn(jid(`user-${count}@capulet.example`), 'urn:hat');
  const another = jid('another@capulet.example');
  expect(() => hats.putOn(another, 'urn:hat'))
    .to.throw()
    .with.property('condition', 'resource-constraint');
  expect(hats.takeOff(jid('user-7@capulet.example'), 'urn:hat')).to.equal(true);
  hats.putOn(another, 'urn:hat');
  expect(hats.wearers('urn:hat')).to.have.length(500);
});
