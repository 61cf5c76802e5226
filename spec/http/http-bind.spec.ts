import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import type { HoldfastServer } from '../../lib/server.ts';
import { startServer } from '../support/running-server.ts';

const ORIGIN = 'https://chat.example';
const KIB = 1024;
const BODY = "<body xmlns='http://jabber.org/protocol/httpbind' rid='1' to='localhost' ver='1.11' wait='1' hold='1'/>";

/** Every kind of answer that there is: method, path, body, and the status it gets. */
const ANSWERS: readonly [string, string, string | undefined, number][] = [
  ['POST', '/http-bind', BODY, 200],
  ['POST', '/http-bind', BODY.replace('localhost', 'nobody'), 200],
  ['POST', '/http-bind', '<body', 200],
  ['POST', '/http-bind', BODY.replace("ver='1.11'", "sid='x'"), 200],
  ['POST', '/http-bind', 'x'.repeat(300 * KIB), 413],
  ['GET', '/http-bind', undefined, 200],
  ['HEAD', '/http-bind', undefined, 200],
  ['OPTIONS', '/http-bind', undefined, 200],
  ['PUT', '/http-bind', BODY, 405],
  ['DELETE', '/http-bind', undefined, 405],
];

describe('the BOSH endpoint over HTTP', () => {
  let server: HoldfastServer;

  before(async () => {
    server = await startServer();
  });
  after(() => server.close({ drain: 0 }));

  function ask(method: string, path: string, body?: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(new URL(path, server.boshUrl), { method, headers, ...(body === undefined ? {} : { body }) });
  }

  for (const [method, path, body, status] of ANSWERS) {
    it(`B-5-01 ${method} ${body?.slice(0, 8) ?? ''} → ${status}: a length, and CORS`, async () => {
      const response = await ask(method, path, body, { origin: ORIGIN });
      const text = await response.text();
      expect(response.status).to.equal(status);
      expect(response.headers.get('access-control-allow-origin')).to.equal('*');
      if (method !== 'HEAD') expect(response.headers.get('content-length')).to.equal(String(Buffer.byteLength(text)));
      else expect(Number(response.headers.get('content-length'))).to.be.above(0);
    });
  }

  it('answers other paths with 404, and their other methods with 405', async () => {
    expect((await ask('GET', '/http-binder')).status).to.equal(404);
    expect((await ask('POST', '/nowhere', BODY)).status).to.equal(404);
    expect((await ask('POST', '/health/live', BODY)).status).to.equal(405);
  });

  it('has health pages', async () => {
    expect(await (await ask('GET', '/health/live')).json()).to.deep.equal({ status: 'live' });
    const ready = await ask('GET', '/health/ready');
    expect(`${ready.status} ${await ready.text()}`).to.equal('200 {"status":"ready"}');
  });

  it('says in health that it is not ready any more', async () => {
    const other = await startServer();
    const { unready } = other;
    const closing = other.close();
    expect(unready).to.deep.equal([]);
    expect(other.unready).to.deep.equal(['shutting down']);
    await closing;
  });

  describe('on one connection', () => {
    let socket: Socket;
    let said: string;

    beforeEach(async () => {
      const { hostname, port } = new URL(server.boshUrl);
      said = '';
      socket = connect(Number(port), hostname);
      socket.setEncoding('utf8').on('data', (chunk: string) => {
        said += chunk;
      });
      await once(socket, 'connect');
    });
    afterEach(() => socket.destroy());

    async function answers(count: number): Promise<string[]> {
      const heads = (): string[] =>
        said.split(/(?=HTTP\/1\.1 )/).filter((part) => part.includes('</body>') || part.includes('/>'));
      while (heads().length < count) await once(socket, 'data');
      return heads();
    }

    function post(version: string, headers = ''): void {
      socket.write(
        `POST /http-bind HTTP/${version}\r\nHost: x\r\n${headers}Content-Length: ${BODY.length}\r\n\r\n${BODY}`,
      );
    }

    it('H-05 HTTP/1.1 goes on, and is kept longer than a client may be silent', async () => {
      post('1.1');
      await answers(1);
      post('1.1');
      const [first] = await answers(2);
      const seconds = Number(/^keep-alive: timeout=(\d+)/im.exec(first ?? '')?.[1]);
      const { max_wait: wait, inactivity } = server.config.bosh;
      expect(seconds * 1000).to.be.above(wait + inactivity);
    });

    it('H-05 HTTP/1.1 with Connection: close, and HTTP/1.0, end with the answer', async () => {
      post('1.1', 'Connection: close\r\n');
      await once(socket, 'close');
      expect(said).to.match(/^HTTP\/1\.1 200 .*^connection: close/ims);
    });

    it('H-05 HTTP/1.0 ends with the answer', async () => {
      post('1.0');
      await once(socket, 'close');
      expect(said).to.contain("sid='").and.not.to.contain('chunked');
    });
  });
});
