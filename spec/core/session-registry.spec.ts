import { expect } from 'chai';
import { jid, World } from './world.ts';

describe('session registry', () => {
  const world = new World();
  const { sessions } = world.host;
  const names = (list: Iterable<{ readonly jid: { readonly resource: string | undefined } }>): (string | undefined)[] =>
    Array.from(list, (session) => session.jid.resource);

  const low = world.client('juliet@capulet.example/low').isAvailable(1);
  const first = world.client('juliet@capulet.example/first').isAvailable(5);
  const second = world.client('juliet@capulet.example/second').isAvailable(5);
  const quiet = world.client('juliet@capulet.example/quiet');
  const romeo = world.client('romeo@capulet.example/orchard');

  it('finds a session by its full JID', () => {
    expect(sessions.find(low.session.jid)).to.equal(low.session);
    expect(sessions.find(jid('juliet@capulet.example/nowhere'))).to.equal(undefined);
    expect(sessions.find(jid('juliet@capulet.example'))).to.equal(undefined);
  });

  it('finds the sessions of an account, oldest first, by any JID of it', () => {
    expect(names(sessions.of(jid('juliet@capulet.example')))).to.deep.equal(['low', 'first', 'second', 'quiet']);
    expect(sessions.of(jid('juliet@capulet.example/x'))).to.have.length(4);
    expect(sessions.of(jid('nurse@capulet.example'))).to.deep.equal([]);
  });

  it('finds the available ones, highest priority first', () => {
    expect(names(sessions.available(jid('juliet@capulet.example')))).to.deep.equal(['first', 'second', 'low']);
    expect(sessions.available(romeo.session.account)).to.deep.equal([]);
  });

  it('counts and lists all', () => {
    expect(sessions.size).to.equal(5);
    expect(names(sessions.all())).to.include.members(['low', 'orchard']);
  });

  it('gives lists that do not change under those who walk them', () => {
    const before = sessions.of(quiet.session.account);
    quiet.session.closed('lost', []);
    second.session.closed('lost', []);
    expect(before).to.have.length(4);
    expect(names(sessions.of(quiet.session.account))).to.deep.equal(['low', 'first']);
    expect(first.session.isAvailable).to.equal(true);
  });

  it('forgets an account with its last session', () => {
    romeo.session.closed('lost', []);
    expect(sessions.of(romeo.session.account)).to.deep.equal([]);
    expect(sessions.size).to.equal(2);
  });

  it('is not disturbed by a session that is not there, though another has its resource', () => {
    const again = world.client('romeo@capulet.example/orchard');
    sessions.remove(romeo.session);
    expect(sessions.find(again.session.jid)).to.equal(again.session);
    expect(sessions.of(again.session.account)).to.deep.equal([again.session]);
    expect(sessions.size).to.equal(3);
  });
});
