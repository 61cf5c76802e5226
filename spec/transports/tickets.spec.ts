import { expect } from 'chai';
import { seconds } from '../../lib/base/time.ts';
import type { HoldfastServer } from '../../lib/server.ts';
import { Tickets } from '../../lib/transports/tickets.ts';
import { FrameSessionClient } from '../support/frame-session-client.ts';
import { OPEN } from '../support/frame-client.ts';
import { startServer } from '../support/running-server.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

describe('Tickets', () => {
  const thing = {};

  function desk(): { readonly clock: VirtualClock; readonly tickets: Tickets<object> } {
    const clock = new VirtualClock();
    return { clock, tickets: new Tickets(clock, new SeededRandom(1)) };
  }

  it('open one thing for 30 s, and after that for who has the proof', () => {
    const { clock, tickets } = desk();
    const ticket = tickets.issue(thing);
    const proof = tickets.admit(thing, ticket, '') ?? '';
    expect(proof).to.match(/^[a-z2-7]{26}$/);
    clock.advance(seconds(30) - 1);
    expect(tickets.admit(thing, ticket, '')).to.equal(proof);
    clock.advance(1);
    expect(tickets.admit(thing, ticket, '')).to.equal(undefined);
    expect(tickets.admit(thing, ticket, 'guess')).to.equal(undefined);
    expect(tickets.admit(thing, ticket, proof)).to.equal(proof);
  });

  it('open nothing else, and are worth nothing once there is a newer one', () => {
    const { tickets } = desk();
    const ticket = tickets.issue(thing);
    expect(tickets.admit({}, ticket, '')).to.equal(undefined);
    expect(tickets.admit(undefined, ticket, '')).to.equal(undefined);
    const newer = tickets.issue(thing);
    expect(tickets.admit(thing, ticket, '')).to.equal(undefined);
    expect(tickets.admit(thing, newer, '')).to.be.a('string');
  });
});

describe('a ticket over HTTP', () => {
  let server: HoldfastServer;
  let client: FrameSessionClient;

  beforeEach(async () => {
    server = await startServer(['alice']);
    client = await FrameSessionClient.create(server.urls[0] ?? '', { Origin: 'https://chat.example' });
  });

  afterEach(async () => {
    client.cut();
    await server.close({ drain: 0 });
  });

  async function ticket(): Promise<Headers> {
    const { status, headers } = await client.ask('/ticket', { method: 'POST' });
    expect(status).to.equal(200);
    return headers;
  }

  async function status(path: string, headers: Record<string, string> = {}): Promise<number> {
    const answer = await fetch(`${client.url}${path}`, { headers });
    await answer.body?.cancel();
    return answer.status;
  }

  it('is given to who has the token, with a cookie for the one path', async () => {
    const headers = await ticket();
    expect(headers.get('set-cookie')).to.equal(
      `holdfast-ticket=${headers.get('holdfast-ticket')}; Path=${new URL(client.url).pathname}/events; HttpOnly; SameSite=Strict`,
    );
    expect((await fetch(`${client.url}/ticket`, { method: 'POST' })).status).to.equal(404);
  });

  it('opens the events, in the query or in the cookie, and nothing else', async () => {
    const secret = (await ticket()).get('holdfast-ticket') ?? '';
    expect(await status(`/events?ticket=${secret}`)).to.equal(200);
    expect(await status('/events', { Cookie: `other=1; holdfast-ticket=${secret}` })).to.equal(200);
    for (const path of [`/stream?ticket=${secret}`, `/poll?wait=0&ticket=${secret}`, `/events?ticket=${secret}x`]) {
      expect(await status(path), path).to.equal(404);
    }
    const post = await fetch(`${client.url}/frames?ticket=${secret}`, { method: 'POST', body: OPEN });
    expect(post.status).to.equal(404);
  });

  it('is not for pages of other origins', async () => {
    const secret = (await ticket()).get('holdfast-ticket') ?? '';
    const path = `/events?ticket=${secret}`;
    expect(await status(path, { Origin: 'https://evil.example' })).to.equal(404);
    expect(await status(path, { 'Sec-Fetch-Site': 'cross-site' })).to.equal(404);
    expect(await status(path, { Origin: 'https://chat.example', 'Sec-Fetch-Site': 'cross-site' })).to.equal(200);
  });

  it('has its proof in the ids of the events', async () => {
    const secret = (await ticket()).get('holdfast-ticket') ?? '';
    const answer = await fetch(`${client.url}/events?ticket=${secret}`);
    const reader = answer.body?.getReader();
    const text = new TextDecoder().decode((await reader?.read())?.value);
    expect(text).to.match(/^retry: 1500\nid: 0\.0\.[a-z2-7]{26}\n\n$/);
    await reader?.cancel();
  });

  it('tells an EventSource to stop when the session has moved, or is over', async () => {
    const secret = (await ticket()).get('holdfast-ticket') ?? '';
    expect(await status(`/events?ticket=${secret}`, { 'Last-Event-ID': '7.0' })).to.equal(204);
    await client.send(OPEN);
    await client.ask('', { method: 'DELETE' });
    expect(await status(`/events?ticket=${secret}`)).to.equal(200);
    expect(await status(`/events?ticket=${secret}`)).to.equal(204);
  });
});
