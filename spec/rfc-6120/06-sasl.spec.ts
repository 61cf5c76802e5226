import { expect } from 'chai';
import { saslClient } from '../../lib/conformance/sasl-client.ts';
import { NS_SASL } from '../../lib/xmpp/ns.ts';
import { bindsChannel, MECHANISMS } from '../../lib/xmpp/sasl/mechanisms.ts';
import { createMemoryStore } from '../../lib/storage/memory.ts';
import { StoreError, type Store } from '../../lib/storage/store.ts';
import { jid, World } from '../core/world.ts';
import { conditionOf, limiter, StreamClient, type StreamClientOptions } from '../support/stream-client.ts';

const SASL = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'";
const JULIET = 'juliet@capulet.example';
const RIGHT = '\0juliet\0secret';
const WRONG = '\0juliet\0wrong';

describe('RFC 6120 §6: SASL', () => {
  let world: World;
  let client: StreamClient;

  beforeEach(async () => {
    await serve();
    client = await opened();
  });

  async function serve(options: ConstructorParameters<typeof World>[0] = {}, store?: Store): Promise<void> {
    world = new World(options, store).start();
    await world.host.accounts.create(jid(JULIET), 'secret');
  }

  async function opened(options?: StreamClientOptions): Promise<StreamClient> {
    const made = new StreamClient(world, options).opens();
    await made.next();
    return made;
  }

  async function offered(options?: StreamClientOptions): Promise<string[]> {
    const features = await new StreamClient(world, options).opens().next();
    return (
      features
        .child('mechanisms', NS_SASL)
        ?.getChildElements()
        .map((element) => element.text) ?? []
    );
  }

  async function answerTo(data: string, to = client): Promise<string> {
    return conditionOf(await to.auth('PLAIN', data).next());
  }

  describe('§6.3.3 mechanisms on offer', () => {
    it('the strongest that clients have first', async () => {
      expect(await offered()).to.deep.equal(['SCRAM-SHA-256', 'SCRAM-SHA-512', 'SCRAM-SHA-1', 'PLAIN']);
    });

    it('PLAIN over TLS, on this machine, or where the configuration allows it, and nowhere else', async () => {
      const remote = { secure: false, loopback: false };
      expect(await offered({ info: remote })).not.to.include('PLAIN');
      expect(await offered({ info: { ...remote, secure: true } })).to.include('PLAIN');
      expect(await offered({ info: { ...remote, loopback: true } })).to.include('PLAIN');
      expect(await offered({ info: remote, allowsPlainAnywhere: true })).to.include('PLAIN');
    });

    it('what the configuration names', async () => {
      expect(await offered({ mechanisms: ['SCRAM-SHA-1'] })).to.deep.equal(['SCRAM-SHA-1']);
    });

    it('ANONYMOUS alone on a host for guests', async () => {
      await serve({ anonymous: true });
      expect(await offered()).to.deep.equal(['ANONYMOUS']);
    });
  });

  describe('§6.4 a negotiation', () => {
    for (const mechanism of MECHANISMS.filter((name) => name.startsWith('SCRAM') && !bindsChannel(name))) {
      it(`succeeds with ${mechanism}`, async () => {
        const sasl = saslClient([mechanism], { is: 'account', name: 'juliet', password: 'secret' });
        const challenge = await client.auth(mechanism, sasl?.initial).next();
        const answer = sasl?.respond(Buffer.from(challenge.text, 'base64').toString()) ?? '';
        const success = await client.responds(answer).next();
        expect(success.name).to.equal('success');
        expect(Buffer.from(success.text, 'base64').toString()).to.match(/^v=/);
        expect(client.stream.isAuthenticated).to.equal(true);
      });

      it(`fails with ${mechanism} and a wrong password`, async () => {
        const sasl = saslClient([mechanism], { is: 'account', name: 'juliet', password: 'wrong' });
        const challenge = await client.auth(mechanism, sasl?.initial).next();
        const answer = sasl?.respond(Buffer.from(challenge.text, 'base64').toString()) ?? '';
        expect(conditionOf(await client.responds(answer).next())).to.equal('failure not-authorized');
        expect(client.stream.isAuthenticated).to.equal(false);
      });
    }

    it('succeeds with PLAIN, whose name and password are prepared', async () => {
      expect(await answerTo('\0JULIET\0sec\u00ADret')).to.match(/^success/);
    });

    it('succeeds with ANONYMOUS: a name that nobody else has, forgotten at the end', async () => {
      await serve({ anonymous: true });
      const names = new Set<string>();
      for (let count = 0; count < 3; count += 1) {
        const guest = await opened();
        guest.auth('ANONYMOUS', 'trace');
        expect((await guest.next()).name).to.equal('success');
        guest.opens();
        await guest.next();
        await guest.bind();
        names.add(guest.stream.session?.jid.bare.toString() ?? '');
        guest.stream.closed('lost', []);
      }
      expect(names.size).to.equal(3);
      await new Promise((resolve) => setImmediate(resolve));
      expect(await world.store.accounts.list('capulet.example', 10)).to.deep.equal([JULIET]);
    });

    it('§6.4.2 may begin without an initial response, which is then asked for', async () => {
      const challenge = await client.auth('PLAIN').next();
      expect(`${challenge.name} "${challenge.text}"`).to.equal('challenge ""');
      expect((await client.responds(RIGHT).next()).name).to.equal('success');
    });

    it('§6.4.4 can be aborted, and begun again', async () => {
      const sasl = saslClient(['SCRAM-SHA-1'], { is: 'account', name: 'juliet', password: 'secret' });
      await client.auth('SCRAM-SHA-1', sasl?.initial).next();
      expect(conditionOf(await client.says(`<abort ${SASL}/>`).next())).to.equal('failure aborted');
      expect(await answerTo(RIGHT)).to.match(/^success/);
    });

    it('§6.4.5 can fail four times on one stream; the fifth failure ends it', async () => {
      for (let count = 1; count <= 4; count += 1) {
        expect(await answerTo(WRONG)).to.equal('failure not-authorized');
        expect(client.end).to.equal(undefined);
      }
      expect(await answerTo(WRONG)).to.equal('failure not-authorized');
      expect(client.end?.condition).to.equal('policy-violation');
    });
  });

  describe('§6.5 conditions', () => {
    it('§6.5.1 aborted: the client gives up', async () => {
      expect(conditionOf(await client.says(`<abort ${SASL}/>`).next())).to.equal('failure aborted');
    });

    it('§6.5.4 encryption-required: PLAIN where others could listen', async () => {
      const remote = await opened({ info: { secure: false } });
      expect(await answerTo(RIGHT, remote)).to.equal('failure encryption-required');
    });

    for (const [what, data] of [
      ['not base64', 'AGp1*A=='],
      ['base64 with padding in the middle', 'AG=1bGll'],
      ['not UTF-8', '/w=='],
    ]) {
      it(`§6.5.5 incorrect-encoding: ${what}`, async () => {
        const answer = await client.says(`<auth ${SASL} mechanism='PLAIN'>${data}</auth>`).next();
        expect(conditionOf(answer)).to.equal('failure incorrect-encoding');
      });
    }

    for (const authzid of ['romeo@capulet.example', 'juliet@capulet.example/balcony', 'juliet']) {
      it(`§6.5.6 invalid-authzid: to act as ${authzid}`, async () => {
        expect(await answerTo(`${authzid}${RIGHT}`)).to.equal('failure invalid-authzid');
      });
    }

    it('§6.5.6 … but a client may name itself', async () => {
      expect(await answerTo(`${JULIET}${RIGHT}`)).to.match(/^success/);
    });

    for (const mechanism of ['DIGEST-MD5', 'SCRAM-SHA-1-PLUS', 'ANONYMOUS', 'plain', '', 'constructor']) {
      it(`§6.5.7 invalid-mechanism: "${mechanism}"`, async () => {
        expect(conditionOf(await client.auth(mechanism, RIGHT).next())).to.equal('failure invalid-mechanism');
      });
    }

    const MALFORMED: readonly [string, string, string][] = [
      ['PLAIN without a password', 'PLAIN', '\0juliet\0'],
      ['PLAIN with too few parts', 'PLAIN', 'juliet\0secret'],
      ['PLAIN with too many parts', 'PLAIN', `${RIGHT}\0more`],
      ['SCRAM without a header', 'SCRAM-SHA-1', 'n=juliet,r=nonce'],
      ['SCRAM with a required extension', 'SCRAM-SHA-1', 'n,,m=ext,n=juliet,r=nonce'],
      ['SCRAM with channel binding', 'SCRAM-SHA-1', 'p=tls-unique,,n=juliet,r=nonce'],
      ['SCRAM with a false escape', 'SCRAM-SHA-1', 'n,,n=jul=2Diet,r=nonce'],
      ['SCRAM without a nonce', 'SCRAM-SHA-1', 'n,,n=juliet,r='],
    ];
    for (const [what, mechanism, data] of MALFORMED) {
      it(`§6.5.8 malformed-request: ${what}`, async () => {
        expect(conditionOf(await client.auth(mechanism, data).next())).to.equal('failure malformed-request');
      });
    }

    it('§6.5.8 malformed-request: a response to nothing', async () => {
      expect(conditionOf(await client.responds(RIGHT).next())).to.equal('failure malformed-request');
    });

    for (const [what, data] of [
      ['a wrong password', WRONG],
      ['a name that nobody has', '\0romeo\0secret'],
      ['a name that nobody can have', '\0a@b\0secret'],
    ] as const) {
      it(`§6.5.10 not-authorized: ${what}`, async () => {
        expect(await answerTo(data)).to.equal('failure not-authorized');
      });
    }

    it('§6.5.11 temporary-auth-failure: the store is broken, which is logged and nobody’s fault', async () => {
      const store = createMemoryStore();
      const broken = { ...store.accounts, find: () => Promise.reject(new StoreError('no disk')) };
      world = new World({}, { ...store, accounts: broken, secret: (name) => store.secret(name) }).start();
      const limits = limiter(world, { perAccount: 1 });
      client = await opened({ limiter: limits });
      expect(await answerTo(RIGHT)).to.equal('failure temporary-auth-failure');
      expect(world.log.of('auth.broken')).to.have.length(1);
      expect(limits.isBlocked(JULIET, client.info.address)).to.equal(false);
    });
  });

  describe('§6.5.11 limits on guessing', () => {
    it('an account, from wherever, however it is written', async () => {
      const limits = limiter(world, { perAccount: 3 });
      for (const [index, name] of ['juliet', 'Juliet', 'JULIET'].entries()) {
        const guesser = await opened({ limiter: limits, info: { address: `192.0.2.${index}` } });
        expect(await answerTo(`\0${name}\0wrong`, guesser)).to.equal('failure not-authorized');
      }
      const next = await opened({ limiter: limits, info: { address: '192.0.2.9' } });
      expect(await answerTo(RIGHT, next)).to.equal('failure temporary-auth-failure');
      world.clock.advance(1000);
      expect(await answerTo(RIGHT, next)).to.match(/^success/);
    });

    it('but not the account of the same name on another host', async () => {
      const other = world.addHost({ domain: 'montague.example' });
      other.start();
      await other.accounts.create(jid('juliet@montague.example'), 'secret');
      const limits = limiter(world, { perAccount: 1 });
      await answerTo(WRONG, await opened({ limiter: limits }));
      const cousin = new StreamClient(world, { limiter: limits }).opens({ to: 'montague.example' });
      await cousin.next();
      expect(await answerTo(RIGHT, cousin)).to.match(/^success/);
    });

    it('an address, whatever the account', async () => {
      const limits = limiter(world, { perAddress: 2 });
      for (const name of ['romeo', 'tybalt']) {
        await answerTo(`\0${name}\0wrong`, await opened({ limiter: limits }));
      }
      expect(await answerTo(RIGHT, await opened({ limiter: limits }))).to.equal('failure temporary-auth-failure');
      const elsewhere = await opened({ limiter: limits, info: { address: '192.0.2.2' } });
      expect(await answerTo(RIGHT, elsewhere)).to.match(/^success/);
    });

    it('only guesses count: neither faults of form nor other mechanisms', async () => {
      const limits = limiter(world, { perAddress: 1, perAccount: 1 });
      client = await opened({ limiter: limits });
      await client.auth('X-OAUTH2', 'token').next();
      await client.says(`<abort ${SASL}/>`).next();
      await answerTo('nonsense');
      expect(await answerTo(RIGHT)).to.match(/^success/);
    });
  });

  describe('§13.9.2 an account that does not exist looks like one with another password', () => {
    async function firstChallenge(name: string): Promise<Map<string, string>> {
      const other = await opened();
      const challenge = await other.auth('SCRAM-SHA-256', `n,,n=${name},r=abc`).next();
      const fields = Buffer.from(challenge.text, 'base64').toString().split(',');
      return new Map(fields.map((field) => [field.slice(0, 1), field.slice(2)]));
    }

    it('has a salt of its own that stays the same, also after a restart', async () => {
      const [first, again, other] = [
        await firstChallenge('romeo'),
        await firstChallenge('romeo'),
        await firstChallenge('tybalt'),
      ];
      expect(first.get('s')).to.equal(again.get('s'));
      expect(first.get('s')).not.to.equal(other.get('s'));
      await serve({}, world.store);
      expect((await firstChallenge('romeo')).get('s')).to.equal(first.get('s'));
    });

    it('has a salt as long and as many rounds as one that exists', async () => {
      const [real, fake] = [await firstChallenge('juliet'), await firstChallenge('romeo')];
      expect(fake.get('s')?.length).to.equal(real.get('s')?.length);
      expect(fake.get('i')).to.equal(real.get('i'));
    });

    it('takes the same work: one look into the store, one derivation', async () => {
      const store = createMemoryStore();
      const looks: string[] = [];
      const accounts = { ...store.accounts };
      accounts.find = (id) => {
        looks.push(id);
        return store.accounts.find(id);
      };
      await serve({}, { ...store, accounts, secret: (name) => store.secret(name) });
      client = await opened();
      for (const data of [WRONG, '\0romeo\0wrong']) await answerTo(data);
      expect(looks).to.deep.equal([JULIET, 'romeo@capulet.example']);
    });
  });
});
