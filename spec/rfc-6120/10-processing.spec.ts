import { expect } from 'chai';
import { REMOTE } from '../../lib/core/remote.ts';
import type { Stanza } from '../../lib/xmpp/stanza.ts';
import { brief, element, settled, World, type FakeClient } from '../core/world.ts';

const ROMEO = 'romeo@capulet.example/orchard';
const JULIET = 'juliet@capulet.example/balcony';

describe('RFC 6120 §10 processing of stanzas', () => {
  let world: World;
  let romeo: FakeClient;
  let juliet: FakeClient;
  let broadcast: string[];
  let toServer: string[];
  let toAccount: string[];

  beforeEach(() => {
    broadcast = [];
    toServer = [];
    toAccount = [];
    const note = (list: string[]) => (event: { readonly stanza: Stanza }) =>
      void list.push(brief(event.stanza.element));
    world = new World()
      .with((host) => {
        host.iq(
          'get',
          'a',
          'query',
          ({ account }) => element(`<account xmlns='a'>${account?.toString()}</account>`),
          'account',
        );
        host.iq('get', 's', 'query', () => element("<server xmlns='s'/>"), 'server');
        host.hook('presence:broadcast', 'observe', note(broadcast));
        host.hook('stanza:to-server', 'observe', note(toServer));
        host.hook('stanza:to-account', 'observe', note(toAccount));
      })
      .start();
    romeo = world.client(ROMEO);
    juliet = world.client(JULIET).isAvailable();
  });

  describe('§10.1 in-order processing', () => {
    it('holds back what comes behind a stanza that waits, bare and full JID alike', async () => {
      let go: () => void = () => {};
      world = new World()
        .with((host) =>
          host.hook('stanza:from-client', 'act', ({ stanza }) => {
            if (stanza.id !== 'slow') return undefined;
            return new Promise<void>((resolve) => (go = resolve));
          }),
        )
        .start();
      romeo = world.client(ROMEO);
      juliet = world.client(JULIET).isAvailable();
      for (const [id, to] of [
        ['first', JULIET],
        ['slow', 'juliet@capulet.example'],
        ['third', JULIET],
        ['fourth', 'juliet@capulet.example'],
      ]) {
        romeo.sends(`<message to='${to}' id='${id}' type='chat'/>`);
      }
      expect(juliet.take().map((stanza) => stanza.attrs['id'])).to.deep.equal(['first']);
      go();
      await settled();
      expect(juliet.take().map((stanza) => stanza.attrs['id'])).to.deep.equal(['slow', 'third', 'fourth']);
    });

    it('keeps the answer to a slow request before the answer to the next', async () => {
      world = new World()
        .with((host) => {
          host.iq('get', 'slow', 'query', async () => undefined);
          host.iq('get', 'fast', 'query', () => undefined);
        })
        .start();
      romeo = world.client(ROMEO);
      romeo.sends("<iq to='capulet.example' type='get' id='slow'><query xmlns='slow'/></iq>");
      romeo.sends("<iq to='capulet.example' type='get' id='fast'><query xmlns='fast'/></iq>");
      expect(romeo.got()).to.deep.equal([]);
      await settled();
      expect(romeo.take().map((stanza) => stanza.attrs['id'])).to.deep.equal(['slow', 'fast']);
    });

    it('does not hold back other clients', () => {
      world = new World()
        .with((host) =>
          host.hook('stanza:from-client', 'act', ({ session }) =>
            session.jid.local === 'romeo' ? new Promise(() => {}) : undefined,
          ),
        )
        .start();
      romeo = world.client(ROMEO);
      juliet = world.client(JULIET);
      romeo.sends(`<message to='${JULIET}'/>`);
      juliet.sends(`<message to='${ROMEO}'/>`);
      expect(romeo.got()).to.have.length(1);
    });
  });

  describe('§10.3 no to address', () => {
    it('§10.3.1 a message is treated as one to the own account', () => {
      romeo.isAvailable();
      romeo.sends("<message type='chat' id='1'/>");
      expect(romeo.got()).to.deep.equal([`message chat #1 ${ROMEO}→romeo@capulet.example`]);
    });

    it('§10.3.2 presence is broadcast', () => {
      romeo.sends('<presence/>');
      romeo.sends("<presence type='unavailable'/>");
      expect(broadcast).to.deep.equal([`presence ${ROMEO}→`, `presence unavailable ${ROMEO}→`]);
    });

    it('§10.3.2 presence of type error is not', () => {
      romeo.sends("<presence type='error'/>");
      expect(broadcast).to.deep.equal([]);
    });

    it('§10.3.3 an IQ is answered for the account, without from', () => {
      romeo.sends("<iq type='get' id='1'><query xmlns='a'/></iq>");
      expect(romeo.got()).to.deep.equal([`iq result #1 →${ROMEO} account`]);
    });

    it('§10.3.3 an IQ that nobody understands gets service-unavailable', () => {
      romeo.sends("<iq type='set' id='1'><query xmlns='a'/></iq>");
      expect(romeo.got()).to.deep.equal([`iq error #1 →${ROMEO} query cancel/service-unavailable`]);
    });

    it('§10.3.3 an answer that nobody waits for is ignored', () => {
      romeo.sends("<iq type='result' id='1'/>");
      romeo.sends("<iq type='error' id='1'/>");
      expect(romeo.got()).to.deep.equal([]);
    });
  });

  describe('§10.4 remote domain', () => {
    for (const kind of ['message', 'presence', 'iq']) {
      it(`that cannot be reached gets remote-server-not-found: ${kind}`, () => {
        romeo.sends(
          `<${kind} to='nurse@far.example' id='1' ${kind === 'iq' ? "type='get'" : ''}><x xmlns='x'/></${kind}>`,
        );
        expect(romeo.got()).to.deep.equal([
          `${kind} error #1 nurse@far.example→${ROMEO} x cancel/remote-server-not-found`,
        ]);
      });
    }

    it('is where the way to other servers leads, once there is one', () => {
      const far: string[] = [];
      world.host.services.provide(REMOTE, (stanza) => void far.push(brief(stanza.element)));
      romeo.sends("<message to='nurse@far.example'/>");
      expect(far).to.deep.equal([`message ${ROMEO}→nurse@far.example`]);
      expect(romeo.got()).to.deep.equal([]);
    });
  });

  describe('§10.5 local domain', () => {
    it('may be another domain of this server', () => {
      world.addHost({ domain: 'montague.example' });
      const nurse = world.client('nurse@montague.example/kitchen').isAvailable();
      romeo.sends("<message to='nurse@montague.example' type='chat'/>");
      nurse.sends(`<message to='${ROMEO}'/>`);
      expect(nurse.got()).to.deep.equal([`message chat ${ROMEO}→nurse@montague.example`]);
      expect(romeo.got()).to.deep.equal([`message nurse@montague.example/kitchen→${ROMEO}`]);
    });

    it('answers for an account of another domain of this server', () => {
      world.addHost({ domain: 'montague.example' });
      romeo.sends("<iq to='nurse@montague.example' type='get' id='1'><query xmlns='x'/></iq>");
      expect(romeo.got()).to.deep.equal([
        `iq error #1 nurse@montague.example→${ROMEO} query cancel/service-unavailable`,
      ]);
    });

    it('§10.5.1 the domain itself answers requests', () => {
      romeo.sends("<iq to='capulet.example' type='get' id='1'><query xmlns='s'/></iq>");
      romeo.sends("<iq to='capulet.example' type='get' id='2'><query xmlns='a'/></iq>");
      expect(romeo.got()).to.deep.equal([
        `iq result #1 capulet.example→${ROMEO} server`,
        `iq error #2 capulet.example→${ROMEO} query cancel/service-unavailable`,
      ]);
    });

    it('§10.5.1 the domain itself takes presence and answers, and bounces messages', () => {
      romeo.sends("<presence to='capulet.example'/>");
      romeo.sends("<iq to='capulet.example' type='result' id='1'/>");
      romeo.sends("<message to='capulet.example' id='2'/>");
      expect(romeo.got()).to.deep.equal([`message error #2 capulet.example→${ROMEO} cancel/service-unavailable`]);
      expect(toServer).to.have.length(3);
    });

    it('§10.5.2 a resource of the domain has nothing to say', () => {
      romeo.sends("<iq to='capulet.example/echo' type='get' id='1'><query xmlns='s'/></iq>");
      romeo.sends("<message to='capulet.example/echo' id='2'/>");
      expect(romeo.got()).to.deep.equal([
        `iq error #1 capulet.example/echo→${ROMEO} query cancel/service-unavailable`,
        `message error #2 capulet.example/echo→${ROMEO} cancel/service-unavailable`,
      ]);
    });

    it('§10.5.3 an account has its requests answered on its behalf, from its bare JID', () => {
      romeo.sends("<iq to='juliet@capulet.example' type='get' id='1'><query xmlns='a'/></iq>");
      const answer = romeo.one();
      expect(brief(answer)).to.equal(`iq result #1 juliet@capulet.example→${ROMEO} account`);
      expect(answer.getChildElements()[0]?.text).to.equal('juliet@capulet.example');
      expect(juliet.got()).to.deep.equal([]);
    });

    it('§10.5.4 a connected resource gets what is addressed to it', () => {
      romeo.sends(`<message to='${JULIET}' id='1'/>`);
      expect(juliet.got()).to.deep.equal([`message #1 ${ROMEO}→${JULIET}`]);
      expect(toAccount).to.deep.equal([`message #1 ${ROMEO}→${JULIET}`]);
    });
  });
});
