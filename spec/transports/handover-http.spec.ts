import { expect } from 'chai';
import type { HoldfastServer } from '../../lib/server.ts';
import { attributeNS, parse } from '../../lib/xml/index.ts';
import { FrameClient, OPEN } from '../support/frame-client.ts';
import { startServer } from '../support/running-server.ts';
import { TcpClient } from '../support/tcp-client.ts';

const SM = 'urn:xmpp:sm:3';
const HF = 'urn:holdfast:handover:0';
const ENABLE = `<enable xmlns='${SM}' resume='true' xmlns:hf='${HF}' hf:handover='1'/>`;
const GETS = ['events', 'stream', 'poll?wait=25'];

/** What is needed to claim a session. */
interface Key {
  readonly id: string;
  readonly token: string;
}

function claimOf({ id, token }: Key, h: number, ordinal: number): string {
  return `<resume xmlns='${SM}' previd='${id}' h='${h}' xmlns:hf='${HF}' hf:token='${token}' hf:ordinal='${ordinal}'/>`;
}

function chat(body: string): string {
  return `<message xmlns='jabber:client' type='chat' to='bob@localhost/spec'><body>${body}</body></message>`;
}

/** The first lines of a response, as many as there are frames in them. */
async function frames(answer: Response, count: number): Promise<string[]> {
  const reader = answer.body?.getReader();
  let text = '';
  const found = (): string[] => text.split('\n').filter((line) => /^(?:data: )?</.test(line));
  for (let chunk = await reader?.read(); chunk && !chunk.done; chunk = await reader?.read()) {
    text += new TextDecoder().decode(chunk.value);
    if (found().length >= count) break;
  }
  void reader?.cancel();
  return found().map((line) => line.replace('data: ', ''));
}

function tokenIn(text: string): string {
  const parsed = parse(text);
  return (parsed.ok && attributeNS(parsed.value, HF, 'token')) || '';
}

describe('a session that is claimed over the network', () => {
  let server: HoldfastServer;
  let alice: FrameClient;
  let bob: FrameClient;
  let key: Key;

  beforeEach(async () => {
    server = await startServer(['alice', 'bob'], { tcp: { listen: ['127.0.0.1:0'] } });
    alice = await (await FrameClient.connect(server.webSocketUrl)).login('alice');
    bob = await (await FrameClient.connect(server.webSocketUrl)).login('bob');
    bob.send(ENABLE);
    const enabled = await bob.named('enabled');
    key = { id: enabled.attrs['id'] ?? '', token: attributeNS(enabled, HF, 'token') ?? '' };
    alice.send(chat('1'));
    await bob.named('message');
    alice.send(chat('2'));
    await bob.named('message');
  });

  afterEach(async () => {
    alice.cut();
    bob.cut();
    await server.close({ drain: 0 });
  });

  function get(path: string, headers: Record<string, string>, { id, token }: Key = key): Promise<Response> {
    const authorization = { Authorization: `Bearer ${token}` };
    return fetch(`${server.urls[0]}/xmpp/v1/sessions/${id}/${path}`, { headers: { ...authorization, ...headers } });
  }

  function claim(path: string, ordinal: number, h = 1, by: Key = key): Promise<Response> {
    return get(path, { 'Holdfast-Attach': String(ordinal), 'Holdfast-Ack': String(h) }, by);
  }

  for (const path of GETS) {
    it(`GET ${path} is the claim: generation, position and token in the head, the answer first, then what is missing`, async () => {
      const answer = await claim(path, 1);
      const head = ['gen', 'ack', 'first'].map((name) => answer.headers.get(`holdfast-${name}`));
      expect([answer.status, ...head]).to.deep.equal([200, '1', '0', '2']);
      const [resumed = '', message, ...others] = await frames(answer, 2);
      expect(resumed).to.match(new RegExp(`^<resumed [^>]*h="0" previd="${key.id}"`));
      expect(tokenIn(resumed)).to.equal(answer.headers.get('holdfast-token'));
      expect([message?.includes('<body>2</body>'), others]).to.deep.equal([true, []]);
      expect((await bob.named('stream:error')).toString()).to.contain('conflict');
    });
  }

  it('events have the generation in their ids, and one without data says from where to read on', async () => {
    const answer = await claim('events', 1);
    const reader = answer.body?.getReader();
    let text = '';
    while (!text.includes('<message')) text += new TextDecoder().decode((await reader?.read())?.value);
    void reader?.cancel();
    expect(text.match(/^id: .*$/gm)).to.deep.equal(['id: 1.1', 'id: 1.2']);
    const token = answer.headers.get('holdfast-token') ?? '';
    const again = await get('events', { 'Last-Event-ID': '1.1' }, { ...key, token });
    expect((await frames(again, 1)).join()).to.contain('<body>2</body>');
    expect((await get('events', { 'Last-Event-ID': '0.1' }, { ...key, token })).status).to.equal(409);
  });

  it('a wrong token and no session get 404, a late or impossible claim 409, one without a position 400', async () => {
    expect((await claim('poll?wait=0', 1, 1, { ...key, token: 'a'.repeat(52) })).status).to.equal(404);
    expect((await claim('poll?wait=0', 1, 1, { ...key, id: 'none' })).status).to.equal(404);
    expect((await claim('poll?wait=0', 1, 3)).status).to.equal(409);
    expect((await get('poll?wait=0', { 'Holdfast-Attach': '1' })).status).to.equal(400);
    expect((await claim('poll?wait=0', 2)).status).to.equal(200);
    const late = await claim('poll?wait=0', 1);
    expect([late.status, late.headers.get('holdfast-gen')]).to.deep.equal([409, '1']);
  });

  it('ten wrong claims, and no other for a minute', async () => {
    for (let count = 0; count < 10; count += 1) await claim('poll?wait=0', 1, 1, { ...key, token: 'wrong' });
    const answer = await claim('poll?wait=0', 1);
    expect([answer.status, answer.headers.get('retry-after')]).to.deep.equal([429, '60']);
  });

  it('requests for a carrier that has lost the session are not executed, and told which has it', async () => {
    const first = await claim('poll?wait=0', 1);
    const old = { ...key, token: first.headers.get('holdfast-token') ?? '' };
    const second = await claim('poll?wait=0', 2, 1, old);
    expect(second.headers.get('holdfast-gen')).to.equal('2');
    const late = await fetch(`${server.urls[0]}/xmpp/v1/sessions/${key.id}/frames`, {
      method: 'POST',
      body: `<message xmlns='jabber:client' to='alice@localhost/spec'><body>late</body></message>`,
      headers: { Authorization: `Bearer ${old.token}`, 'Holdfast-Gen': '1', 'Holdfast-First': '1' },
    });
    expect([late.status, late.headers.get('holdfast-gen')]).to.deep.equal([409, '2']);
    alice.send(`<iq xmlns='jabber:client' type='get' id='p' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>`);
    expect((await alice.element()).attrs['id']).to.equal('p');
  });

  it('over BOSH in the request that opens the BOSH session', async () => {
    const answer = await fetch(server.boshUrl, {
      method: 'POST',
      body:
        `<body xmlns='http://jabber.org/protocol/httpbind' rid='1000' to='localhost' ver='1.11' wait='50' hold='1'` +
        ` xmpp:version='1.0' xmlns:xmpp='urn:xmpp:xbosh'>${claimOf(key, 1, 1)}</body>`,
    });
    expect(await answer.text()).to.match(/sid=.*<stream:features.*<resumed [^>]*h="0".*<body>2<\/body>/);
  });

  it('over WebSocket behind the header, without waiting for the features', async () => {
    const other = await FrameClient.connect(server.webSocketUrl);
    other.send(OPEN, claimOf(key, 1, 1));
    expect((await other.named('resumed')).attrs['h']).to.equal('0');
    expect((await other.named('message')).child('body', 'jabber:client')?.text).to.equal('2');
    other.cut();
  });

  it('over TCP, and from there to events and back', async () => {
    const tcp = await TcpClient.connect(server.tcp.urls[0] ?? '');
    await tcp.opens();
    tcp.say(claimOf(key, 1, 1));
    const token = /hf:token=["'](\w+)/.exec(await tcp.until(/<resumed [^>]*>/))?.[1] ?? '';
    await tcp.until(/<body>2<\/body>/);
    const answer = await claim('events', 2, 2, { ...key, token });
    alice.send(chat('3'));
    expect((await frames(answer, 2))[1]).to.contain('<body>3</body>');
    await tcp.until(/<conflict/);
    const back = await TcpClient.connect(server.tcp.urls[0] ?? '');
    await back.opens();
    back.say(claimOf({ ...key, token: answer.headers.get('holdfast-token') ?? '' }, 3, 3));
    await back.until(/<resumed [^>]*>/);
    alice.send(chat('4'));
    await back.until(/<body>4<\/body>/);
    back.socket.destroy();
  });
});
