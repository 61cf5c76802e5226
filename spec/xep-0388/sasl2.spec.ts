import { expect } from 'chai';
import { saslClient } from '../../lib/conformance/sasl-client.ts';
import { createMemoryStore } from '../../lib/storage/memory.ts';
import { StoreError, type Store } from '../../lib/storage/store.ts';
import type { Element } from '../../lib/xml/index.ts';
import { NS_BIND2, NS_SASL, NS_SASL2 } from '../../lib/xmpp/ns.ts';
import { bindsChannel, MECHANISMS } from '../../lib/xmpp/sasl/mechanisms.ts';
import { jid, World } from '../core/world.ts';
import '../support/chai-xml.ts';
import { conditionOf, limiter, StreamClient, type StreamClientOptions } from '../support/stream-client.ts';

const JULIET = 'juliet@capulet.example';
const RIGHT = '\0juliet\0secret';
const WRONG = '\0juliet\0wrong';
const BIND = "<bind xmlns='urn:xmpp:bind:0'/>";
const AGENT = "<user-agent id='d4565fa7-4d72-4749-b3d3-740edbf87770'><software>AwesomeXMPP</software></user-agent>";

describe('XEP-0388 SASL2', () => {
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

  async function opened(options?: StreamClientOptions, from?: string): Promise<StreamClient> {
    const made = new StreamClient(world, options).opens({ from });
    await made.next();
    return made;
  }

  async function features(options?: StreamClientOptions): Promise<Element> {
    return new StreamClient(world, options).opens().next();
  }

  async function answerTo(data: string, inside = '', to = client): Promise<string> {
    return conditionOf(await to.authenticates('PLAIN', data, inside).next());
  }

  const sessions = (): number => world.host.sessions.size;

  describe('§2.1 mechanism negotiation', () => {
    const names = (list: Element | undefined): string[] =>
      (list?.getChildElements() ?? []).filter(({ name }) => name === 'mechanism').map(({ text }) => text);

    it('Example 2: is on offer beside the SASL of RFC 6120, with the same mechanisms', async () => {
      const offer = await features();
      expect(names(offer.child('authentication', NS_SASL2))).to.deep.equal(names(offer.child('mechanisms', NS_SASL)));
      expect(names(offer.child('authentication', NS_SASL2))).to.include('SCRAM-SHA-1');
      const inline = offer.child('authentication', NS_SASL2)?.child('inline', NS_SASL2);
      expect(inline?.child('bind', NS_BIND2)).not.to.equal(undefined);
    });

    it('§3 is not where others can read along', async () => {
      const remote = { info: { secure: false, loopback: false } };
      expect((await features(remote)).child('authentication', NS_SASL2)).to.equal(undefined);
      const other = await opened(remote);
      other.authenticates('SCRAM-SHA-256', 'n,,n=juliet,r=abc');
      expect(other.end?.condition).to.equal('not-authorized');
    });

    it('is not without a mechanism', async () => {
      expect((await features({ mechanisms: ['ANONYMOUS'] })).child('authentication', NS_SASL2)).to.equal(undefined);
    });

    it('has ANONYMOUS on a host for guests', async () => {
      await serve({ anonymous: true });
      client = await opened();
      const success = await client.authenticates('ANONYMOUS', undefined, BIND).next();
      expect(success.child('authorization-identifier', NS_SASL2)?.text).to.match(/^[a-z2-7]+@capulet\.example\/.+/);
    });
  });

  describe('§2.3 initiation', () => {
    it('§5.1 Example 13: PLAIN in one step', async () => {
      const success = await client.authenticates('PLAIN', RIGHT, AGENT).next();
      expect(success).equalXml(
        `<success xmlns='urn:xmpp:sasl:2'><authorization-identifier>${JULIET}</authorization-identifier></success>`,
      );
      const next = await client.next();
      expect(next.name).to.equal('stream:features');
      expect(next.getChildElements().map(({ name }) => name)).to.deep.equal(['bind']);
      const bound = await client.bind('balcony');
      expect(bound.getChildElements()[0]?.getChildElements()[0]?.text).to.equal(`${JULIET}/balcony`);
    });

    it('fails with a mechanism that is not on offer', async () => {
      expect(conditionOf(await client.authenticates('X-NONE').next())).to.equal('failure invalid-mechanism');
      expect(conditionOf(await client.authenticates('HT-SHA-256-NONE').next())).to.equal('failure invalid-mechanism');
    });

    it('fails when the stream is from somebody else', async () => {
      const other = await opened({}, 'nurse@capulet.example');
      expect(await answerTo(RIGHT, '', other)).to.equal('failure invalid-authzid');
      expect(await answerTo(RIGHT, '', await opened({}, `${JULIET}/balcony`))).to.equal(
        'success authorization-identifier',
      );
    });

    it('§4.4 fails with the authorization string of another account', async () => {
      expect(await answerTo(`nurse@capulet.example${RIGHT}`)).to.equal('failure invalid-authzid');
      expect(await answerTo(`${JULIET}${RIGHT}`)).to.equal('success authorization-identifier');
    });

    it('takes a UUID as the id of a user agent, and nothing else', async () => {
      expect(await answerTo(RIGHT, "<user-agent id='mine'/>")).to.equal('failure malformed-request');
      expect(await answerTo(RIGHT, AGENT)).to.equal('success authorization-identifier');
    });

    it('§2.2 an empty element is an empty string, and a lone = is nothing', async () => {
      const initial = (text: string): Element['name'] =>
        `<authenticate xmlns='urn:xmpp:sasl:2' mechanism='PLAIN'><initial-response>${text}</initial-response></authenticate>`;
      expect(conditionOf(await client.says(initial('')).next())).to.equal('failure malformed-request');
      expect(conditionOf(await client.says(initial('=')).next())).to.equal('failure incorrect-encoding');
      expect((await client.authenticates('PLAIN').next()).name).to.equal('challenge');
      expect((await client.responds2(RIGHT).next()).name).to.equal('success');
    });
  });

  for (const [what, text] of [
    ['a stanza', "<message xmlns='jabber:client'/>"],
    ['the SASL of RFC 6120', "<abort xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"],
    ['another beginning', "<authenticate xmlns='urn:xmpp:sasl:2' mechanism='PLAIN'/>"],
    ['stream management', "<r xmlns='urn:xmpp:sm:3'/>"],
  ] as const) {
    it(`§2.4 ${what} ends the stream while it is under way`, async () => {
      await client.authenticates('SCRAM-SHA-256', 'n,,n=juliet,r=abc').next();
      client.says(text);
      expect(client.end?.condition).to.equal('policy-violation');
    });
  }

  for (const mechanism of MECHANISMS.filter((name) => name.startsWith('SCRAM') && !bindsChannel(name))) {
    it(`§2.5 Examples 5 and 7: ${mechanism}`, async () => {
      const sasl = saslClient([mechanism], { is: 'account', name: 'juliet', password: 'secret' });
      const challenge = await client.authenticates(mechanism, sasl?.initial, AGENT).next();
      expect(challenge.getNS()).to.equal(NS_SASL2);
      const answer = sasl?.respond(Buffer.from(challenge.text, 'base64').toString()) ?? '';
      const success = await client.responds2(answer).next();
      expect(success.name).to.equal('success');
      const data = Buffer.from(success.child('additional-data', NS_SASL2)?.text ?? '', 'base64').toString();
      expect(data).to.match(/^v=/);
    });
  }

  describe('§2.6.2 failure', () => {
    it('Example 10: has a condition of RFC 6120', async () => {
      expect(await client.authenticates('PLAIN', WRONG).next()).equalXml(
        `<failure xmlns='urn:xmpp:sasl:2'><not-authorized xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/></failure>`,
      );
    });

    it('leaves the stream as it was: the client may try again, in either way', async () => {
      await answerTo(WRONG);
      expect(await answerTo(RIGHT)).to.equal('success authorization-identifier');
      client = await opened();
      await answerTo(WRONG);
      expect((await client.auth('PLAIN', RIGHT).next()).name).to.equal('success');
    });

    it('and what was asked for beside is not done', async () => {
      await answerTo(WRONG, BIND);
      expect(sessions()).to.equal(0);
    });

    it('§4.5 the client gives up', async () => {
      await client.authenticates('SCRAM-SHA-256', 'n,,n=juliet,r=abc').next();
      const failure = await client.says("<abort xmlns='urn:xmpp:sasl:2'><text>No.</text></abort>").next();
      expect(conditionOf(failure)).to.equal('failure aborted');
      expect(await answerTo(RIGHT)).to.equal('success authorization-identifier');
    });

    it('five of them end the stream, whichever way they came', async () => {
      for (let count = 0; count < 4; count += 1) await answerTo(WRONG);
      expect(client.end).to.equal(undefined);
      await client.auth('PLAIN', WRONG).next();
      expect(client.end?.condition).to.equal('policy-violation');
    });

    it('they count against the account as those of RFC 6120 do', async () => {
      const shared = limiter(world, { perAccount: 2 });
      client = await opened({ limiter: shared });
      await answerTo(WRONG);
      await client.auth('PLAIN', WRONG).next();
      expect(await answerTo(RIGHT)).to.equal('failure temporary-auth-failure');
    });

    it('the store fails while the session is being opened', async () => {
      const store = createMemoryStore();
      await serve({}, { ...store, secret: (name) => (name === 'resources' ? broken() : store.secret(name)) });
      client = await opened();
      expect(await answerTo(RIGHT, `${AGENT}${BIND}`)).to.equal('failure temporary-auth-failure');
      expect(sessions()).to.equal(0);
      expect(await answerTo(RIGHT)).to.equal('success authorization-identifier');
    });
  });

  it('§4.8 a second time ends the stream', async () => {
    await answerTo(RIGHT);
    client.authenticates('PLAIN', RIGHT);
    expect(client.end?.condition).to.equal('unsupported-stanza-type');
    const bound = await opened();
    await answerTo(RIGHT, BIND, bound);
    bound.authenticates('PLAIN', RIGHT);
    expect(bound.end?.condition).to.equal('unsupported-stanza-type');
  });

  it('takes no longer than the time to log in', async () => {
    client = await opened({ authenticationTimeout: 1000 });
    await client.authenticates('SCRAM-SHA-256', 'n,,n=juliet,r=abc').next();
    world.clock.advance(1000);
    expect(client.end?.condition).to.equal('connection-timeout');
  });

  it('what is sent behind it waits for its end', async () => {
    const echo = "<iq xmlns='jabber:client' type='get' id='1'><x xmlns='urn:x'/></iq>";
    client.authenticates('PLAIN', RIGHT, BIND).says(echo);
    const names = [(await client.next()).name, (await client.next()).name, (await client.next()).name];
    expect(names).to.deep.equal(['success', 'stream:features', 'iq']);
  });

  it('a client that has gone meanwhile gets no session', async () => {
    client.authenticates('PLAIN', RIGHT, BIND);
    client.close();
    expect(await answerTo(RIGHT, BIND, await opened())).to.equal('success authorization-identifier');
    expect(sessions()).to.equal(1);
  });
});

function broken(): Promise<never> {
  return Promise.reject(new StoreError('broken'));
}
