import { expect } from 'chai';
import type { HoldfastServer } from '../../lib/server.ts';
import type { Element } from '../../lib/xml/index.ts';
import { CLOSE, FrameClient, OPEN } from '../support/frame-client.ts';
import { RawSession } from '../support/raw-session.ts';
import { startServer } from '../support/running-server.ts';

const SM = 'urn:xmpp:sm:3';
const STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas';
const ENABLE = `<enable xmlns='${SM}' resume='true'/>`;
const ASK = `<r xmlns='${SM}'/>`;
const PING = `<iq xmlns='jabber:client' type='get' id='p' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>`;

function ack(h: number | string): string {
  return `<a xmlns='${SM}' h='${h}'/>`;
}

function resume(previd: string | undefined, h: number | string): string {
  return `<resume xmlns='${SM}' previd='${previd}' h='${h}'/>`;
}

function chat(to: string, body: string): string {
  return `<message xmlns='jabber:client' type='chat' to='${to}'><body>${body}</body></message>`;
}

function bodyOf(message: Element): string | undefined {
  return message.child('body', 'jabber:client')?.text;
}

function conditionOf(failed: Element): string | undefined {
  return failed.getChildElements().find((child) => child.getNS() === STANZAS)?.name;
}

describe('XEP-0198: stream management', () => {
  let server: HoldfastServer;
  let clients: FrameClient[];

  beforeEach(async () => {
    server = await startServer(['alice', 'bob']);
    clients = [];
  });

  afterEach(async () => {
    for (const client of clients) client.cut();
    for (const client of clients) await client.closed;
    await server.close({ drain: 0 });
  });

  async function connect(): Promise<FrameClient> {
    const client = await FrameClient.connect(server.webSocketUrl);
    clients.push(client);
    return client;
  }

  async function login(name: string, resource?: string): Promise<FrameClient> {
    return (await connect()).login(name, resource);
  }

  /** A client that has enabled it, and the SM-ID. */
  async function managed(name: string, resource?: string): Promise<[FrameClient, string | undefined]> {
    const client = await login(name, resource);
    client.send(ENABLE);
    return [client, (await client.named('enabled')).attrs['id']];
  }

  /** A new connection of the account that asks to resume. */
  async function back(name: string, previd: string | undefined, h: number | string): Promise<FrameClient> {
    const client = await connect();
    await client.authenticate(name);
    client.send(resume(previd, h));
    return client;
  }

  describe('§2 the stream feature', () => {
    it('W-3.10-01 is announced after login, and not before', async () => {
      const client = await connect();
      client.send(OPEN);
      expect((await client.named('stream:features')).child('sm', SM)).to.equal(undefined);
      await client.authenticate('alice');
      client.send(OPEN);
      expect((await client.named('stream:features')).child('sm', SM)).to.not.equal(undefined);
    });

    it('is not announced over BOSH, where it is accepted', async () => {
      const session = new RawSession(server.boshUrl);
      await session.open();
      const payload = Buffer.from('\0alice\0alice').toString('base64');
      await session.post(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${payload}</auth>`);
      expect((await session.post('', "xmpp:restart='true'")).toString()).to.not.contain(SM);
      await session.post("<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>");
      expect((await session.post(ENABLE)).child('enabled', SM)?.attrs['resume']).to.equal('true');
      session.close();
    });

    it('is announced over BOSH where the configuration says so', async () => {
      const other = await startServer(['alice'], { stream_management: { announce_over_bosh: true } });
      const session = new RawSession(other.boshUrl);
      await session.open();
      const payload = Buffer.from('\0alice\0alice').toString('base64');
      await session.post(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${payload}</auth>`);
      expect((await session.post('', "xmpp:restart='true'")).toString()).to.contain(SM);
      session.close();
      await other.close({ drain: 0 });
    });
  });

  describe('§3 enabling', () => {
    it('without resumption nothing but the word', async () => {
      const client = await login('alice');
      client.send(`<enable xmlns='${SM}'/>`);
      expect((await client.named('enabled')).attrs).to.deep.equal({ xmlns: SM });
    });

    for (const value of ['true', '1']) {
      it(`with resume='${value}' there is an id, and how long it is good`, async () => {
        const client = await login('alice');
        client.send(`<enable xmlns='${SM}' resume='${value}'/>`);
        const { attrs } = await client.named('enabled');
        expect(attrs).to.include({ resume: 'true', max: '300' });
        expect(attrs['id']).to.match(/^[a-z2-7]{26}$/);
      });
    }

    it('a client may want less time than the server gives, and gets no more', async () => {
      const client = await login('alice');
      client.send(`<enable xmlns='${SM}' resume='true' max='60'/>`);
      expect((await client.named('enabled')).attrs['max']).to.equal('60');
      const other = await login('alice', 'other');
      other.send(`<enable xmlns='${SM}' resume='true' max='99999'/>`);
      expect((await other.named('enabled')).attrs['max']).to.equal('300');
    });

    it('before binding it fails, and binding goes on', async () => {
      const client = await connect();
      await client.authenticate('alice');
      client.send(ENABLE);
      expect(conditionOf(await client.named('failed'))).to.equal('unexpected-request');
      client.send(`<iq xmlns='jabber:client' type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>`);
      expect((await client.named('iq')).attrs['type']).to.equal('result');
    });

    it('before login it fails', async () => {
      const client = await connect();
      client.send(OPEN, ENABLE);
      expect(conditionOf(await client.named('failed'))).to.equal('unexpected-request');
    });

    it('a second time it fails', async () => {
      const [client] = await managed('alice');
      client.send(ENABLE);
      expect(conditionOf(await client.named('failed'))).to.equal('unexpected-request');
    });

    it('a guest cannot resume: nobody could log in as it again', async () => {
      const client = await connect();
      const anonymous = OPEN.replace('localhost', 'anon.localhost');
      client.send(anonymous, `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='ANONYMOUS'/>`);
      await client.named('success');
      client.send(anonymous);
      client.send(`<iq xmlns='jabber:client' type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>`);
      client.send(ENABLE);
      expect((await client.named('enabled')).attrs).to.not.have.property('resume');
    });
  });

  describe('§4 acknowledgements', () => {
    it('the server says how many stanzas it handled, whatever became of them', async () => {
      const [client] = await managed('alice');
      client.send(ASK);
      expect((await client.named('a')).attrs['h']).to.equal('0');
      client.send(PING, chat('nobody@localhost', 'x'), `<iq xmlns='jabber:client' type='get'/>`);
      client.send(
        `<iq xmlns='jabber:client' type='set' id='s'><session xmlns='urn:ietf:params:xml:ns:xmpp-session'/></iq>`,
      );
      client.send(ASK);
      expect((await client.named('a')).attrs['h']).to.equal('4');
    });

    it('what was sent before enabling does not count, also when it is pipelined', async () => {
      const client = await login('alice');
      client.send(PING, ENABLE, PING, ASK);
      expect((await client.named('a')).attrs['h']).to.equal('1');
    });

    it('the server asks once for all that belongs together, and again when there is more', async () => {
      const [client] = await managed('alice');
      client.send(PING, PING);
      expect([await client.named('iq'), await client.named('iq')]).to.have.length(2);
      expect((await client.element()).name).to.equal('r');
      client.send(PING);
      await client.named('iq');
      client.send(ack(2));
      expect((await client.element()).name).to.equal('r');
      client.send(ack(3), ASK);
      expect((await client.element()).name).to.equal('a');
    });

    it('a client that does not acknowledge what it was asked for is not asked for it again', async () => {
      const [client] = await managed('alice');
      client.send(PING);
      await client.named('iq');
      await client.named('r');
      client.send(ack(0), ack(0), ASK);
      expect((await client.element()).name).to.equal('a');
      client.send(PING);
      await client.named('iq');
      expect((await client.element()).name).to.equal('r');
    });

    it('§7 what a client that leaves in peace has acknowledged is not sent again', async () => {
      const [bob] = await managed('bob');
      await bob.available();
      const alice = await login('alice');
      alice.send(chat('bob@localhost', 'one'));
      expect(bodyOf(await bob.named('message'))).to.equal('one');
      bob.send(ack(2));
      await bob.leave();
      const again = await (await login('bob')).available();
      again.send(PING);
      expect((await again.element()).name).to.not.equal('message');
    });

    it('§4 what it has not goes to the offline store, with the time', async () => {
      const [bob] = await managed('bob');
      await bob.available();
      bob.send(ack(1));
      const alice = await login('alice');
      alice.send(chat('bob@localhost', 'one'));
      await bob.named('message');
      bob.send(CLOSE);
      await bob.named('close');
      const again = await (await login('bob')).available();
      const message = await again.named('message');
      expect(bodyOf(message)).to.equal('one');
      expect(message.child('delay', 'urn:xmpp:delay')).to.not.equal(undefined);
    });
  });

  describe('§5 resumption', () => {
    it('W-3.6-04 what the client has not got is sent again, once and in order, and its presence stays', async () => {
      const [bob, id] = await managed('bob');
      await bob.available();
      const alice = await (await login('alice')).available();
      alice.send(chat('bob@localhost', 'one'));
      await bob.named('message');
      bob.cut();
      await bob.closed;
      for (const body of ['two', 'three']) alice.send(chat('bob@localhost', body));
      alice.send(PING);
      await alice.named('iq');
      const again = await back('bob', id, 2);
      expect((await again.named('resumed')).attrs).to.include({ previd: id, h: '1' });
      expect(bodyOf(await again.element())).to.equal('two');
      expect(bodyOf(await again.element())).to.equal('three');
      expect((await again.element()).name).to.equal('r');
      again.send(chat('alice@localhost', 'here'));
      const answer = await alice.named('message');
      expect([bodyOf(answer), answer.attrs['from']]).to.deep.equal(['here', 'bob@localhost/spec']);
    });

    it('the counters go on', async () => {
      const [client, id] = await managed('alice');
      client.send(PING, PING, PING);
      for (let count = 0; count < 3; count += 1) await client.named('iq');
      client.cut();
      await client.closed;
      const again = await back('alice', id, 3);
      expect((await again.named('resumed')).attrs['h']).to.equal('3');
      again.send(PING, ASK);
      expect((await again.named('a')).attrs['h']).to.equal('4');
      again.send(ack(4), ASK);
      expect((await again.named('a')).attrs['h']).to.equal('4');
    });

    it('XEP-0352 §5.2 a client that was inactive is active when it resumes', async () => {
      const [bob, id] = await managed('bob');
      const alice = await login('alice');
      bob.send(`<inactive xmlns='urn:xmpp:csi:0'/>`, ASK);
      expect((await bob.named('a')).attrs['h']).to.equal('0');
      alice.send(`<presence xmlns='jabber:client' to='bob@localhost/spec'/>`, PING);
      await alice.named('iq');
      expect((await (await back('bob', id, 0)).named('presence')).attrs['from']).to.equal('alice@localhost/spec');
    });

    it('a stream that is still there is closed with a conflict', async () => {
      const [client, id] = await managed('alice');
      const again = await back('alice', id, 0);
      await again.named('resumed');
      const messages = await client.rest();
      expect(messages.at(-2)).to.contain('<conflict ');
      again.send(PING);
      expect((await again.named('iq')).attrs['type']).to.equal('result');
      expect(server.hosts.find('localhost')?.sessions.size).to.equal(1);
    });

    it('what the client sends behind its request belongs to the resumed session', async () => {
      const [client, id] = await managed('alice');
      client.cut();
      await client.closed;
      const again = await connect();
      await again.authenticate('alice');
      again.send(resume(id, 0), PING, ASK);
      await again.named('resumed');
      expect((await again.named('iq')).attrs['to']).to.equal('alice@localhost/spec');
      expect((await again.named('a')).attrs['h']).to.equal('1');
    });

    it('from WebSocket to BOSH and back', async () => {
      const [client, id] = await managed('bob');
      const alice = await login('alice');
      client.cut();
      await client.closed;
      alice.send(chat('bob@localhost/spec', 'one'));
      const session = new RawSession(server.boshUrl);
      await session.open();
      const payload = Buffer.from('\0bob\0bob').toString('base64');
      await session.post(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${payload}</auth>`);
      await session.post('', "xmpp:restart='true'");
      const answer = await session.post(resume(id, 0));
      expect(answer.getChildElements().map(({ name }) => name)).to.deep.equal(['resumed', 'message', 'r']);
      const again = await back('bob', id, 0);
      expect((await again.named('resumed')).attrs['h']).to.equal('0');
      expect(bodyOf(await again.element())).to.equal('one');
      expect((await session.post()).attrs).to.include({ type: 'terminate', condition: 'remote-stream-error' });
      session.close();
    });

    it('another account cannot, and is not told that the session is there', async () => {
      const [, id] = await managed('alice');
      const failed = await (await back('bob', id, 0)).named('failed');
      expect([conditionOf(failed), failed.attrs['h']]).to.deep.equal(['item-not-found', undefined]);
    });

    it('an unknown session is not found, and the client may bind', async () => {
      const client = await back('alice', 'nonsense', 0);
      expect(conditionOf(await client.named('failed'))).to.equal('item-not-found');
      client.send(`<iq xmlns='jabber:client' type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>`);
      expect((await client.named('iq')).attrs['type']).to.equal('result');
    });

    it('a client that left in peace cannot', async () => {
      const [client, id] = await managed('alice');
      await client.leave();
      expect(conditionOf(await (await back('alice', id, 0)).named('failed'))).to.equal('item-not-found');
    });

    it('nor one whose stream failed', async () => {
      const [client, id] = await managed('alice');
      client.send('<');
      await client.closed;
      expect(conditionOf(await (await back('alice', id, 0)).named('failed'))).to.equal('item-not-found');
    });

    it('nor one that has bound a resource already, or not logged in', async () => {
      const [client, id] = await managed('alice');
      client.send(resume(id, 0));
      expect(conditionOf(await client.named('failed'))).to.equal('unexpected-request');
      const stranger = await connect();
      stranger.send(OPEN, resume(id, 0));
      expect(conditionOf(await stranger.named('failed'))).to.equal('unexpected-request');
    });

    it('who binds the resource of a session that waits for its client takes its place', async () => {
      const [client, id] = await managed('alice');
      client.cut();
      await client.closed;
      const again = await login('alice');
      again.send(PING);
      expect((await again.named('iq')).attrs['to']).to.equal('alice@localhost/spec');
      expect(conditionOf(await (await back('alice', id, 0)).named('failed'))).to.equal('item-not-found');
    });
  });

  describe('§6 errors', () => {
    it('more than was sent cannot be acknowledged', async () => {
      const [client] = await managed('alice');
      client.send(ack(10));
      const error = await client.named('stream:error');
      expect(error.child('undefined-condition', 'urn:ietf:params:xml:ns:xmpp-streams')).to.not.equal(undefined);
      expect(error.child('handled-count-too-high', SM)?.attrs).to.include({ h: '10', 'send-count': '0' });
    });

    it('nor when resuming', async () => {
      const [client, id] = await managed('alice');
      client.cut();
      await client.closed;
      const error = await (await back('alice', id, 1)).named('stream:error');
      expect(error.child('handled-count-too-high', SM)).to.not.equal(undefined);
    });

    for (const h of ['', '-1', 'x', '4294967296', '1e3']) {
      it(`"${h}" is no number of stanzas`, async () => {
        const [client] = await managed('alice');
        client.send(ack(h));
        const error = await client.named('stream:error');
        expect(error.child('bad-format', 'urn:ietf:params:xml:ns:xmpp-streams')).to.not.equal(undefined);
        expect(conditionOf(await (await back('alice', 'x', h)).named('failed'))).to.equal('bad-request');
      });
    }

    it('an acknowledgement or a request without stream management fails', async () => {
      const client = await login('alice');
      client.send(ASK, ack(0));
      for (let count = 0; count < 2; count += 1) {
        expect(conditionOf(await client.named('failed'))).to.equal('unexpected-request');
      }
    });
  });
});
