import { expect } from 'chai';
import { seconds, type Duration } from '../../lib/base/time.ts';
import type { HoldfastServer } from '../../lib/server.ts';
import type { Element } from '../../lib/xml/index.ts';
import { StreamError } from '../../lib/xmpp/stream-error.ts';
import { Jid } from '../../lib/xmpp/jid.ts';
import { Cable } from '../support/cable.ts';
import { driven } from '../support/driven.ts';
import { startServer } from '../support/running-server.ts';
import { authenticate, login, loginManaged, named, TALKERS, type Talker } from '../support/talker.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const BURST = 500;
/** Larger than a packet and a TLS record, smaller than any limit. */
const BIG = 100_000;
/** Longer than any heartbeat or wait. */
const SILENCE = seconds(150);
/** Longer than any session waits for its client. */
const ABSENCE = seconds(310);
const STEP = seconds(5);
const SM = 'urn:xmpp:sm:3';
const TCP = { tcp: { listen: ['127.0.0.1:0'] } };
/** What a slow reader is sent: several times what a transport hands to its socket at once. */
const FLOOD = { messages: 200, length: 5000, pace: 20 };

function chat(to: string, body: string): string {
  return `<message xmlns='jabber:client' type='chat' to='${to}'><body>${body}</body></message>`;
}

function ping(id: string): string {
  return `<iq xmlns='jabber:client' type='get' id='${id}' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>`;
}

async function body(talker: Talker): Promise<string | undefined> {
  return (await named(talker, 'message')).child('body', 'jabber:client')?.text;
}

/** The answer to a request; over TCP the server asks something, too. */
async function answered(talker: Talker, id: string): Promise<Element> {
  for (;;) {
    const iq = await named(talker, 'iq');
    if (iq.attrs['id'] === id) return iq;
  }
}

for (const [transport, talk] of Object.entries(TALKERS)) {
  describe(`the transport contract: ${transport}`, () => {
    let server: HoldfastServer;
    let talkers: Talker[];

    beforeEach(async () => {
      server = await startServer(['alice', 'bob'], TCP);
      talkers = [];
    });

    afterEach(async () => {
      for (const talker of talkers) talker.cut();
      await server.close({ drain: 0 });
    });

    async function connect(): Promise<Talker> {
      const talker = await talk(server);
      talkers.push(talker);
      return talker;
    }

    async function member(name: string, resource?: string): Promise<Talker> {
      const talker = await connect();
      await login(talker, name, resource);
      return talker;
    }

    it('logs in, and is told the address that it got', async () => {
      const alice = await member('alice', 'desk');
      alice.say(ping('p'));
      expect((await named(alice, 'iq')).attrs).to.include({ id: 'p', type: 'result', to: 'alice@localhost/desk' });
    });

    it('is told that the password is wrong, and may try again', async () => {
      const talker = await connect();
      await talker.open();
      for (const password of ['wrong', 'alice']) {
        const credentials = Buffer.from(`\0alice\0${password}`).toString('base64');
        talker.say(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${credentials}</auth>`);
      }
      expect((await talker.next()).getChildElements()[0]?.name).to.equal('not-authorized');
      expect((await talker.next()).name).to.equal('success');
    });

    it('two chat in both directions', async () => {
      const [alice, bob] = [await member('alice'), await member('bob')];
      alice.say(chat('bob@localhost', 'Are you there?'));
      expect(await body(bob)).to.equal('Are you there?');
      bob.say(chat('alice@localhost/spec', 'Here.'));
      expect(await body(alice)).to.equal('Here.');
    });

    it('any character arrives as it was', async () => {
      const [alice, bob] = [await member('alice'), await member('bob')];
      alice.say(chat('bob@localhost', 'ü ☃ 😀 &lt;&amp;&gt; "\' a&#13;&#10;b\tc'));
      expect(await body(bob)).to.equal('ü ☃ 😀 <&> "\' a\r\nb\tc');
    });

    it('a big stanza arrives whole', async () => {
      const [alice, bob] = [await member('alice'), await member('bob')];
      alice.say(chat('bob@localhost', 'x'.repeat(BIG)));
      expect((await body(bob))?.length).to.equal(BIG);
    });

    it(`a burst of ${BURST} arrives once and in order`, async () => {
      const [alice, bob] = [await member('alice'), await member('bob')];
      const bodies = Array.from({ length: BURST }, (_, index) => String(index));
      alice.say(...bodies.map((text) => chat('bob@localhost', text)));
      for (const text of bodies) expect(await body(bob)).to.equal(text);
    });

    it('what belongs together is answered in order', async () => {
      const alice = await member('alice');
      alice.say(ping('1'), chat('alice@localhost/spec', '2'), ping('3'));
      const names = [await alice.next(), await alice.next(), await alice.next()].map(
        ({ name, attrs }) => attrs['id'] ?? name,
      );
      expect(names).to.deep.equal(['1', 'message', '3']);
    });

    it('bad XML ends it, and says so', async () => {
      const alice = await member('alice');
      alice.say('<message xmlns="jabber:client"></body>');
      expect(await alice.ended).to.match(/not-well-formed|bad-request/);
    });

    it('what is too large ends it, and says so', async () => {
      const alice = await member('alice');
      alice.say(chat('bob@localhost', 'x'.repeat(300 * 1024)));
      expect(await alice.ended).to.contain('policy-violation');
    });

    it('a client that speaks for another ends it', async () => {
      const alice = await member('alice');
      alice.say(`<message xmlns='jabber:client' from='bob@localhost' to='bob@localhost'/>`);
      expect(await alice.ended).to.contain('invalid-from');
    });

    it('the server ends it, and says why', async () => {
      const alice = await member('alice');
      const jid = Jid.parse('alice@localhost/spec');
      if (!jid) throw new Error('not an address');
      server.hosts.find('localhost')?.sessions.find(jid)?.end(new StreamError('policy-violation', 'enough'));
      expect(await alice.ended).to.contain('policy-violation');
    });

    it('a server that stops says so', async () => {
      const alice = await member('alice');
      const closing = server.close();
      // Between two polls there is nobody who could be told.
      const isPoll = /poll|XEP-0025/.test(transport);
      expect(await alice.ended).to.match(isPoll ? /system-shutdown|fetch failed|unreachable/ : /system-shutdown/);
      await closing;
    });

    it('who reads slowly gets everything, once and in order, and holds up nobody', async () => {
      const [http, tcp] = await Promise.all([Cable.to(server.urls[0] ?? ''), Cable.to(server.tcp.urls[0] ?? '')]);
      const urls = server.urls.map((url) => http.urlOf(url).replace(/\/$/, ''));
      const bob = await talk({ urls, tcp: { urls: server.tcp.urls.map((url) => tcp.urlOf(url)) } });
      talkers.push(bob);
      await login(bob, 'bob');
      const alice = await member('alice');
      for (const cable of [http, tcp]) cable.hold();
      const text = 'x'.repeat(FLOOD.length);
      for (let number = 0; number < FLOOD.messages; number += 1) {
        alice.say(chat('bob@localhost/spec', `${number} ${text}`));
        if (number % FLOOD.pace > 0) continue;
        alice.say(ping(String(number)));
        await answered(alice, String(number));
      }
      for (const cable of [http, tcp]) cable.release();
      for (let number = 0; number < FLOOD.messages; number += 1) expect(await body(bob)).to.equal(`${number} ${text}`);
      for (const cable of [http, tcp]) cable.close();
    });

    it('a client that says nothing for long, but lives, is still there', async () => {
      const { clock, alice, pass, close } = await virtual();
      await pass(SILENCE);
      alice.say(ping('p'));
      expect((await driven(clock, answered(alice, 'p'))).attrs['type']).to.equal('result');
      await close();
    });

    it('a client that vanishes is gone when its time is over', async () => {
      const { alice, pass, close, sessions } = await virtual();
      alice.cut();
      expect(sessions()).to.equal(1);
      await pass(ABSENCE);
      expect(sessions()).to.equal(0);
      await close();
    });

    /** Alice, with a server whose time passes only when it is told. */
    async function virtual() {
      const clock = new VirtualClock();
      const timeless = await startServer(['alice'], TCP, { clock });
      const alice = await talk(timeless);
      await driven(clock, login(alice, 'alice'));
      const pass = async (time: Duration): Promise<void> => {
        for (let passed = 0; passed < time; passed += STEP) {
          clock.advance(STEP);
          // Pings and polls are real, and take their time.
          for (let turn = 0; turn < 3; turn += 1) await driven(clock, fetch(`${timeless.urls[0]}/health/live`));
        }
      };
      const close = async (): Promise<void> => {
        alice.cut();
        await driven(clock, timeless.close({ drain: 0 }));
      };
      return { clock, alice, pass, close, sessions: () => timeless.hosts.find('localhost')?.sessions.size };
    }

    it('stream management counts and acknowledges', async () => {
      const alice = await connect();
      await loginManaged(alice, 'alice');
      alice.say(ping('1'), ping('2'), `<r xmlns='${SM}'/>`);
      expect((await named(alice, 'a')).attrs['h']).to.equal('3');
    });

    it('a session survives a client that vanishes, and goes on over any transport', async () => {
      const [alice, bob] = [await member('alice'), await connect()];
      const id = await loginManaged(bob, 'bob');
      let h = 1;
      let last = bob;
      for (const [name, other] of Object.entries(TALKERS)) {
        last.cut();
        alice.say(chat('bob@localhost/spec', name));
        const next = await other(server);
        talkers.push(next);
        await authenticate(next, 'bob');
        next.say(`<resume xmlns='${SM}' previd='${id}' h='${h}'/>`);
        await named(next, 'resumed');
        expect(await body(next)).to.equal(name);
        h += 1;
        last = next;
      }
    });
  });
}
