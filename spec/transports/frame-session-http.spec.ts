import { expect } from 'chai';
import type { HoldfastServer } from '../../lib/server.ts';
import { OPEN } from '../support/frame-client.ts';
import { FrameSessionClient } from '../support/frame-session-client.ts';
import type { Fetch } from '../support/http2-client.ts';
import { startServer } from '../support/running-server.ts';
import { login, named, type Talker } from '../support/talker.ts';
import { read } from '../support/read-xml.ts';

const PATHS = ['events', 'stream', 'poll?wait=25', 'poll?wait=0'];

describe('frame sessions over HTTP', () => {
  let server: HoldfastServer;
  let clients: FrameSessionClient[];

  beforeEach(async () => {
    server = await startServer(['alice', 'bob']);
    clients = [];
  });

  afterEach(async () => {
    for (const client of clients) client.cut();
    await server.close({ drain: 0 });
  });

  async function create(headers: Record<string, string> = {}, fetcher: Fetch = fetch): Promise<FrameSessionClient> {
    const client = await FrameSessionClient.create(server.urls[0] ?? '', headers, fetcher);
    clients.push(client);
    return client;
  }

  /** The same client in the words of `login`. */
  function talker(client: FrameSessionClient): Talker {
    const talk: Talker = {
      say: (...elements) => void client.send(...elements).catch(() => undefined),
      next: async () => read(await client.next()),
      cut: () => client.cut(),
      ended: Promise.resolve(''),
      async open() {
        talk.say(OPEN);
        await named(talk, 'stream:features');
      },
    };
    return talk;
  }

  it('opens with 201, an id, a token, and no secret in a URL', async () => {
    const created = await fetch(`${server.urls[0]}/xmpp/v1/sessions`, { method: 'POST' });
    expect(created.status).to.equal(201);
    const { headers } = created;
    expect(headers.get('location')).to.equal(`/xmpp/v1/sessions/${headers.get('holdfast-session')}`);
    expect(headers.get('holdfast-token')).to.match(/^[a-z2-7]{52}$/);
    expect(headers.get('access-control-allow-origin')).to.equal('*');
    expect(headers.get('access-control-expose-headers')).to.contain('Holdfast-Token');
  });

  it('event streams say that nobody may keep or buffer them', async () => {
    const client = await create();
    await client.send(OPEN);
    const answer = await client.ask('/events');
    expect(answer.headers.get('content-type')).to.equal('text/event-stream; charset=utf-8');
    expect(answer.headers.get('cache-control')).to.equal('no-store, no-transform');
    expect(answer.headers.get('x-accel-buffering')).to.equal('no');
    await answer.body?.cancel();
  });

  it('polls have a length, and say which number comes first', async () => {
    const client = await create();
    await client.send(OPEN);
    const answer = await client.ask('/poll?wait=0');
    const text = await answer.text();
    expect(answer.headers.get('content-length')).to.equal(String(Buffer.byteLength(text)));
    expect(['first', 'ack', 'gen'].map((name) => answer.headers.get(`holdfast-${name}`))).to.deep.equal([
      '1',
      '0',
      '0',
    ]);
    expect(text.split('\n').map((line) => line.slice(0, 7))).to.deep.equal(['<open x', '<stream', '']);
    expect(await (await client.ask('/poll?wait=0')).text()).to.equal('');
  });

  it('a session that is none, and a token that is wrong, get the same answer', async () => {
    const client = await create();
    const wrong = new FrameSessionClient(client.url, 'a'.repeat(52));
    const none = new FrameSessionClient(`${client.url}x`, client.token);
    for (const path of ['/events', '/poll?wait=0']) {
      const answers = [await wrong.ask(path), await none.ask(path)];
      expect(answers.map(({ status }) => status)).to.deep.equal([404, 404]);
    }
  });

  it('a page of another origin cannot use a session that it found', async () => {
    const client = await create({ Origin: 'https://chat.example' });
    expect((await client.ask('/poll?wait=0', { headers: { Origin: 'https://evil.example' } })).status).to.equal(404);
    expect((await client.ask('/poll?wait=0', { headers: { Origin: 'https://chat.example' } })).status).to.equal(200);
  });

  it('what comes too early, or acknowledges what was not sent, gets 409 and the truth', async () => {
    const client = await create();
    client.read('stream');
    await login(talker(client), 'alice');
    const ping = `<iq xmlns='jabber:client' type='get' id='p'><ping xmlns='urn:xmpp:ping'/></iq>`;
    expect(await client.post(3, [ping])).to.equal(409);
    expect(await client.post(2, [ping], { 'Holdfast-Ack': '99' })).to.equal(409);
    expect(await client.post(undefined, [ping])).to.equal(400);
    expect(await client.post(2, [ping])).to.equal(200);
    expect(await client.post(2, [ping])).to.equal(200);
  });

  it('a POST whose answer is lost is sent again, and taken once', async () => {
    let isLogin = true;
    let lost = 0;
    const losing: Fetch = async (input, init) => {
      const answer = await fetch(input, init);
      if (isLogin || init?.method !== 'POST' || (lost += 1) % 2 === 0) return answer;
      throw new TypeError('fetch failed');
    };
    const [sender, reader] = [await create({}, losing), await create()];
    sender.read('stream');
    reader.read('events');
    await login(talker(sender), 'alice');
    const bob = talker(reader);
    await login(bob, 'bob');
    isLogin = false;
    for (const body of ['1', '2', '3']) {
      await sender.send(`<message xmlns='jabber:client' to='bob@localhost'><body>${body}</body></message>`);
      expect((await named(bob, 'message')).child('body', 'jabber:client')?.text).to.equal(body);
    }
    expect(lost).to.equal(6);
  });

  it('other methods and paths are refused, and preflights answered', async () => {
    const client = await create();
    expect((await client.ask('/events', { method: 'POST' })).status).to.equal(405);
    expect((await client.ask('/frames')).headers.get('allow')).to.equal('POST, OPTIONS');
    expect((await client.ask('/elsewhere')).status).to.equal(404);
    const preflight = await fetch(`${client.url}/frames`, { method: 'OPTIONS' });
    expect([preflight.status, preflight.headers.get('access-control-allow-headers')]).to.deep.equal([
      204,
      'Authorization, Content-Type, Last-Event-ID, Holdfast-Ack, Holdfast-First, Holdfast-Gen, Holdfast-Attach',
    ]);
  });

  it('ends with DELETE; an event source that asks again is told to stop', async () => {
    const client = await create();
    client.read('events');
    const alice = talker(client);
    await login(alice, 'alice');
    expect((await client.ask('', { method: 'DELETE' })).status).to.equal(204);
    await named(alice, 'close');
    const again = await client.ask('/events', { headers: { 'Last-Event-ID': `0.${client.received}` } });
    expect(again.status).to.equal(204);
    expect(server.hosts.find('localhost')?.sessions.size).to.equal(0);
  });

  it('goes from any way of reading to any other, while messages come, without losing or repeating one', async () => {
    const [sender, reader] = [await create(), await create()];
    sender.read('stream');
    reader.read('events');
    await login(talker(sender), 'alice');
    const bob = talker(reader);
    await login(bob, 'bob');
    let sent = 0;
    let seen = 0;
    const pairs = PATHS.flatMap((from) => PATHS.map((to) => [from, to] as const));
    for (const [from, to] of pairs) {
      for (const path of [from, to]) {
        reader.read(path);
        const bodies = Array.from({ length: 5 }, () => (sent += 1));
        void sender.send(
          ...bodies.map((body) => `<message xmlns='jabber:client' to='bob@localhost'><body>${body}</body></message>`),
        );
      }
      while (seen < sent) {
        seen += 1;
        expect((await named(bob, 'message')).child('body', 'jabber:client')?.text).to.equal(String(seen));
      }
    }
    expect(seen).to.equal(PATHS.length ** 2 * 10);
  });
});
