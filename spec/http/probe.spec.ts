import { expect } from 'chai';
import type { HoldfastServer } from '../../lib/server.ts';
import { startServer } from '../support/running-server.ts';

describe('the probe', () => {
  let server: HoldfastServer;

  before(async () => {
    server = await startServer([], { frame_sessions: { path: '/xmpp/v1/sessions' } });
  });
  after(() => server.close({ drain: 0 }));

  function ask(query: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${server.urls[0]}/xmpp/v1/probe?${query}`, init);
  }

  async function pieces(answer: Response): Promise<string[]> {
    const found: string[] = [];
    const decoder = new TextDecoder();
    for await (const chunk of answer.body ?? []) found.push(decoder.decode(chunk as Uint8Array));
    return found;
  }

  for (const [kind, type, [first, second]] of [
    ['sse', 'text/event-stream; charset=utf-8', ['data: 1\n\n', 'data: 2\n\n']],
    ['stream', 'application/x-xmpp-frames; charset=utf-8', ['1\n', '2\n']],
  ] as const) {
    it(`${kind}: two pieces, of which the second comes later, with the headers of the real thing`, async () => {
      const answer = await ask(`${kind}&after=20`);
      expect([answer.status, answer.headers.get('content-type')]).to.deep.equal([200, type]);
      expect(answer.headers.get('cache-control')).to.equal('no-store, no-transform');
      expect(answer.headers.get('x-accel-buffering')).to.equal('no');
      expect(await pieces(answer)).to.deep.equal([first, second]);
    });
  }

  it('filling comes before the first piece, and is no content', async () => {
    const [first = ''] = await pieces(await ask('sse&pad=2048&after=20'));
    expect(first.length).to.be.greaterThan(2048);
    expect(first).to.match(/^: +\n\ndata: 1\n\n$/);
    const [most = ''] = await pieces(await ask('sse&pad=999999&after=20'));
    expect(most.length).to.be.lessThan(5000);
  });

  it('poll: an empty answer at once; anything else is refused', async () => {
    expect((await ask('poll')).status).to.equal(200);
    expect((await ask('')).status).to.equal(400);
    expect((await ask('sse', { method: 'POST' })).headers.get('allow')).to.equal('GET, OPTIONS');
    expect((await ask('sse', { method: 'OPTIONS' })).status).to.equal(204);
  });

  it('pages of other origins may use it', async () => {
    expect((await ask('poll')).headers.get('access-control-allow-origin')).to.equal('*');
  });

  it('is where the frame sessions are, or not at all', async () => {
    const [other, none] = await Promise.all([
      startServer([], { frame_sessions: { path: '/chat-api/s' } }),
      startServer([], { frame_sessions: { enabled: false } }),
    ]);
    expect((await fetch(`${other.urls[0]}/chat-api/probe?poll`)).status).to.equal(200);
    expect((await fetch(`${none.urls[0]}/xmpp/v1/probe?poll`)).status).to.equal(404);
    await Promise.all([other.close({ drain: 0 }), none.close({ drain: 0 })]);
  });

  it('100 at a time are answered, and no more', async () => {
    const leaving = new AbortController();
    const open = Array.from({ length: 100 }, () => ask('sse&after=60000', { signal: leaving.signal }));
    expect(new Set((await Promise.all(open)).map(({ status }) => status))).to.deep.equal(new Set([200]));
    const refused = await ask('sse');
    expect([refused.status, refused.headers.get('retry-after')]).to.deep.equal([503, '5']);
    leaving.abort();
    while ((await ask('sse&after=0')).status !== 200) continue;
  });
});
