import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import Koa from 'koa';
import { createServer, type HoldfastServer } from '../../lib/server.ts';
import { RawSession } from '../support/raw-session.ts';

const PATH = '/http-bind';

describe('a server inside another program', () => {
  let server: HoldfastServer;
  let http: Server;

  beforeEach(async () => {
    server = await createServer({ hosts: { localhost: {} }, storage: { driver: 'memory' } });
  });

  afterEach(async () => {
    await server.close({ drain: 0 });
    http.closeAllConnections();
    http.close();
  });

  async function serve(handle?: RequestListener): Promise<string> {
    http = handle ? createHttpServer(handle) : createHttpServer();
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    return `http://127.0.0.1:${(http.address() as AddressInfo).port}`; // of a TCP server
  }

  async function opens(url: string): Promise<boolean> {
    const session = new RawSession(url);
    const { attrs } = await session.open();
    session.close();
    return attrs['sid'] !== undefined;
  }

  async function textOf(url: string, method = 'GET'): Promise<string> {
    const response = await fetch(url, { method });
    return `${response.status} ${await response.text()}`;
  }

  it('is middleware of a Koa application, beside its other routes', async () => {
    const app = new Koa();
    app.use(server.middleware());
    app.use((ctx) => {
      ctx.body = `own ${ctx.path}`;
    });
    const handle = app.callback();
    const origin = await serve((request, response) => void handle(request, response));
    expect(server.unready).to.deep.equal([]);
    expect(await opens(`${origin}${PATH}`)).to.equal(true);
    expect(await opens(`${origin}/bosh/`)).to.equal(true);
    expect(await textOf(`${origin}/`)).to.equal('200 own /');
    expect(await textOf(`${origin}/health/live`, 'POST')).to.equal('200 own /health/live');
  });

  it('works behind middleware that waits', async () => {
    const app = new Koa();
    app.use(async (ctx, next) => {
      await next();
      ctx.state['seen'] = true;
    });
    app.use(server.middleware());
    const handle = app.callback();
    const origin = await serve((request, response) => void handle(request, response));
    expect(await opens(`${origin}${PATH}`)).to.equal(true);
  });

  it('is a request listener with pages of its own', async () => {
    const origin = await serve(server.callback());
    expect(await opens(`${origin}${PATH}`)).to.equal(true);
    expect(await textOf(`${origin}/health/live`)).to.equal('200 {"status":"live"}');
    expect(await textOf(`${origin}/health/ready`)).to.equal('200 {"status":"ready"}');
    expect(await textOf(`${origin}/other`)).to.match(/^404 /);
  });

  describe('attached to an HTTP server', () => {
    const own: RequestListener = (request, response) => response.end(`own ${request.method} ${request.url}`);

    it('takes its own paths, and leaves the others alone', async () => {
      const origin = await serve(own);
      server.attach(http);
      expect(server.unready).to.deep.equal([]);
      expect(await opens(`${origin}${PATH}`)).to.equal(true);
      expect(await opens(`${origin}${PATH}/?network=1`)).to.equal(true);
      expect(await textOf(`${origin}${PATH}`)).to.contain('BOSH endpoint');
      expect(await textOf(`${origin}/`)).to.equal('200 own GET /');
      expect(await textOf(`${origin}${PATH}er?x`, 'POST')).to.equal(`200 own POST ${PATH}er?x`);
      expect(await textOf(`${origin}/health/live`)).to.equal('200 own GET /health/live');
    });

    it('answers for what nobody takes', async () => {
      const origin = await serve();
      server.attach(http);
      expect(await opens(`${origin}${PATH}`)).to.equal(true);
      expect(await textOf(`${origin}/`)).to.equal('404 Not Found\n');
    });

    it('lets several listeners have what is not its own, as before', async () => {
      const seen: string[] = [];
      const origin = await serve(own);
      http.prependListener('request', (request) => seen.push(request.url ?? ''));
      server.attach(http);
      await textOf(`${origin}/a`);
      await opens(`${origin}${PATH}`);
      expect(seen).to.deep.equal(['/a']);
    });

    it('lets go of it when it closes, and leaves it open', async () => {
      const origin = await serve(own);
      server.attach(http);
      await server.close();
      expect(await textOf(`${origin}${PATH}`)).to.equal(`200 own GET ${PATH}`);
      expect(http.listenerCount('request')).to.equal(1);
    });

    it('says goodbye through it', async () => {
      const origin = await serve(own);
      server.attach(http);
      const session = new RawSession(`${origin}${PATH}`);
      await session.open();
      const waiting = session.post();
      while (server.manager.held === 0) await new Promise((resolve) => setImmediate(resolve));
      await server.close();
      expect((await waiting).attrs).to.include({ type: 'terminate', condition: 'system-shutdown' });
      session.close();
    });

    it('shares it with another', async () => {
      const other = await createServer({
        hosts: { 'other.example': {} },
        storage: { driver: 'memory' },
        bosh: { path: '/other', aliases: [] },
      });
      const origin = await serve(own);
      server.attach(http);
      other.attach(http);
      expect(await opens(`${origin}${PATH}`)).to.equal(true);
      expect((await new RawSession(`${origin}/other`, 'other.example').open()).attrs['sid']).to.be.a('string');
      await server.close();
      expect(await textOf(`${origin}${PATH}`)).to.equal(`200 own GET ${PATH}`);
      expect(await textOf(`${origin}/other`)).to.contain('BOSH endpoint');
      await other.close();
      expect(await textOf(`${origin}/other`)).to.equal('200 own GET /other');
    });
  });
});
