import { expect } from 'chai';
import { StateKey } from '../../lib/core/keys.ts';
import { StanzaError } from '../../lib/xmpp/stanza-error.ts';
import { Stanza } from '../../lib/xmpp/stanza.ts';
import { StreamError } from '../../lib/xmpp/stream-error.ts';
import { brief, element, errorOf, settled, World, type FakeClient } from './world.ts';

const ROMEO = 'romeo@capulet.example/orchard';
const JULIET = 'juliet@capulet.example/balcony';

describe('client session', () => {
  let world: World;
  let romeo: FakeClient;
  /** Lets the stanza that waits go on. */
  let go: () => void;

  function start(options = {}): void {
    world = new World(options)
      .with((host) =>
        host.hook('stanza:from-client', 'act', ({ stanza }) => {
          if (stanza.id === 'bug') throw new TypeError('a bug');
          return stanza.id === 'wait' ? new Promise<void>((resolve) => (go = resolve)) : undefined;
        }),
      )
      .start();
    romeo = world.client(ROMEO);
  }

  beforeEach(() => start());

  it('knows who it is, and since when', () => {
    expect(romeo.session.jid.toString()).to.equal(ROMEO);
    expect(romeo.session.account.toString()).to.equal('romeo@capulet.example');
    expect(romeo.session.since).to.equal(world.clock.date());
    expect(romeo.session.host).to.equal(world.host);
    expect(romeo.session.isInterested).to.equal(false);
  });

  describe('presence', () => {
    it('makes it available, with the priority that it has', () => {
      const { session } = romeo;
      expect([session.isAvailable, session.priority]).to.deep.equal([false, 0]);
      romeo.isAvailable(7);
      expect([session.isAvailable, session.priority]).to.deep.equal([true, 7]);
      session.presence = undefined;
      expect([session.isAvailable, session.priority]).to.deep.equal([false, 0]);
    });

    for (const [text, priority] of [
      ['', 0],
      ['<priority/>', 0],
      ['<priority> +5 </priority>', 5],
      ['<priority>-128</priority>', -128],
      ['<priority>127</priority>', 127],
      ['<priority>128</priority>', 0],
      ['<priority>-129</priority>', 0],
      ['<priority>high</priority>', 0],
      ['<priority>1.5</priority>', 0],
    ] as const) {
      it(`RFC 6121 §4.7.2.3 has priority ${priority}: ${text || 'no element'}`, () => {
        romeo.session.presence = new Stanza(element(`<presence>${text}</presence>`), romeo.session.jid, undefined);
        expect(romeo.session.priority).to.equal(priority);
      });
    }
  });

  it('keeps what modules keep about it, apart from what they keep about others', () => {
    const COUNT = new StateKey('count', () => ({ count: 0 }));
    const OTHER = new StateKey('count', () => ({ count: 5 }));
    const tybalt = world.client('tybalt@capulet.example/street');
    romeo.session.state(COUNT).count += 1;
    romeo.session.state(COUNT).count += 1;
    expect(romeo.session.state(COUNT).count).to.equal(2);
    expect(romeo.session.state(OTHER).count).to.equal(5);
    expect(tybalt.session.state(COUNT).count).to.equal(0);
  });

  describe('with a stanza that waits', () => {
    it('refuses what is more than the limit, and loses nothing else', async () => {
      start({ maxPending: 3 });
      const juliet = world.client(JULIET);
      for (const id of ['wait', '1', '2', '3', '4']) romeo.sends(`<message to='${JULIET}' id='${id}'/>`);
      expect(romeo.got()).to.deep.equal([`message error #4 ${JULIET}→${ROMEO} wait/resource-constraint`]);
      expect(world.log.of('session.overflow')).to.deep.equal([{ jid: ROMEO, limit: 3 }]);
      go();
      await settled();
      expect(juliet.take().map((stanza) => stanza.attrs['id'])).to.deep.equal(['wait', '1', '2', '3']);
      expect(romeo.got()).to.deep.equal([]);
    });

    it('refuses nothing that may not be answered, and still ends for a false sender', () => {
      start({ maxPending: 1 });
      for (const id of ['wait', '1']) romeo.sends(`<message to='${JULIET}' id='${id}'/>`);
      romeo.sends(`<message to='${JULIET}' type='error'/>`);
      expect(romeo.got()).to.deep.equal([]);
      romeo.sends(`<message to='${JULIET}' from='${JULIET}'/>`);
      expect(romeo.transport.error?.condition).to.equal('invalid-from');
    });

    it('handles what came before the end of the carrier, then ends', async () => {
      const ended: string[] = [];
      world = new World()
        .with((host) => {
          host.hook('stanza:from-client', 'act', () => new Promise<void>((resolve) => (go = resolve)));
          host.hook(
            'session:ended',
            'observe',
            ({ session, how }) => void ended.push(`${session.jid.toString()} ${how}`),
          );
        })
        .start();
      romeo = world.client(ROMEO);
      const juliet = world.client(JULIET);
      romeo.sends(`<message to='${JULIET}'/>`);
      romeo.session.closed('graceful', []);
      expect(world.host.sessions.find(romeo.session.jid), 'the resource is free').to.equal(undefined);
      expect(ended).to.deep.equal([]);
      go();
      await settled();
      expect(juliet.got()).to.have.length(1);
      expect(ended).to.deep.equal([`${ROMEO} graceful`]);
    });

    it('finds room for its end, however many stanzas wait', async () => {
      start({ maxPending: 1 });
      const juliet = world.client(JULIET);
      for (const id of ['wait', '1']) romeo.sends(`<message to='${JULIET}' id='${id}'/>`);
      let isEnded = false;
      world.host.hooks.add('session:ended', 'observe', { module: 'spec', rank: 0 }, () => void (isEnded = true));
      romeo.session.closed('graceful', []);
      go();
      await settled();
      expect(juliet.got()).to.have.length(2);
      expect(isEnded).to.equal(true);
    });

    it('ends at once when the server ends it', async () => {
      const juliet = world.client(JULIET);
      romeo.sends(`<message to='${JULIET}' id='wait'/>`);
      romeo.sends(`<message to='${JULIET}' id='behind'/>`);
      romeo.session.end(new StreamError('policy-violation'));
      expect(romeo.transport.error?.condition).to.equal('policy-violation');
      go();
      await settled();
      expect(
        juliet.take().map((stanza) => stanza.attrs['id']),
        'only what was under way',
      ).to.deep.equal(['wait']);
    });

    it('gives way to a new session with the same resource', async () => {
      const ended: string[] = [];
      world.host.hooks.add('session:ended', 'observe', { module: 'spec', rank: 0 }, ({ session }) => {
        ended.push(session === romeo.session ? 'old' : 'new');
      });
      romeo.sends("<message id='wait'/>");
      romeo.session.closed('lost', []);
      const again = world.client(ROMEO);
      expect(again.jid).to.equal(ROMEO);
      expect(ended, 'the old one is over before the new one begins').to.deep.equal(['old']);
      go();
      await settled();
      expect(world.host.sessions.find(again.session.jid)).to.equal(again.session);
    });
  });

  it('takes nothing from the client after its end', () => {
    const juliet = world.client(JULIET);
    romeo.session.closed('lost', []);
    romeo.sends(`<message to='${JULIET}'/>`);
    expect(juliet.got()).to.deep.equal([]);
  });

  it('ends once', () => {
    let ended = 0;
    world.host.hooks.add('session:ended', 'observe', { module: 'spec', rank: 0 }, () => void (ended += 1));
    romeo.session.end(new StreamError('conflict'));
    romeo.session.end(new StreamError('conflict'));
    romeo.session.closed('lost', []);
    expect(ended).to.equal(1);
  });

  it('answers a bug in a handler with internal-server-error, and goes on', () => {
    romeo.sends("<message to='capulet.example' id='bug'/>");
    expect(errorOf(romeo.one())).to.equal('cancel/internal-server-error');
    romeo.sends("<iq to='capulet.example' type='get' id='1'><query xmlns='x'/></iq>");
    expect(romeo.got()).to.have.length(1);
  });

  it('ends with internal-server-error when the core itself has a bug', () => {
    world.host.accept = () => {
      throw new TypeError('a bug');
    };
    const juliet = world.client(JULIET);
    romeo.sends(`<message to='${JULIET}'/>`);
    expect(romeo.transport.error?.condition).to.equal('internal-server-error');
    expect(world.log.of('core.failed')[0]).to.include({ jid: ROMEO });
    expect(juliet.transport.isClosed, 'others live on').to.equal(false);
  });

  it('refuses what a handler refuses, to the sender', () => {
    world.host.hooks.add('stanza:from-client', 'filter', { module: 'spec', rank: 0 }, () => {
      throw new StanzaError('not-acceptable');
    });
    const juliet = world.client(JULIET);
    romeo.sends(`<message to='${JULIET}' id='1'/>`);
    expect(romeo.take().map(brief)).to.deep.equal([`message error #1 ${JULIET}→${ROMEO} modify/not-acceptable`]);
    expect(juliet.got()).to.deep.equal([]);
  });
});
