import { once } from 'node:events';
import { copyFileSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { connect } from 'node:tls';
import { expect } from 'chai';
import type { HoldfastServer } from '../../lib/server.ts';
import { FakeLog } from '../core/world.ts';
import { RawSession } from '../support/raw-session.ts';
import { startServer } from '../support/running-server.ts';

const FIXTURES = resolve('spec', 'support', 'certificates');

describe('TLS', () => {
  let folder: string;
  let server: HoldfastServer;
  let log: FakeLog;
  let cert: string;
  let key: string;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-'));
    cert = join(folder, 'cert.pem');
    key = join(folder, 'key.pem');
    install('first');
    log = new FakeLog();
    await serve();
  });

  afterEach(async () => {
    await server.close({ drain: 0 });
    rmSync(folder, { recursive: true, force: true });
  });

  async function serve(): Promise<void> {
    server = await startServer(['alice'], { http: { listen_tls: ['127.0.0.1:0'], tls: { cert, key } } }, { log });
  }

  function url(): string {
    return `${server.urls[1]}/http-bind`;
  }

  function install(name: 'first' | 'second'): void {
    copyFileSync(join(FIXTURES, `${name}.pem`), cert);
    copyFileSync(join(FIXTURES, `${name}.key`), key);
  }

  /** Who the server says it is to a new connection. */
  async function subject(): Promise<string> {
    const socket = connect({
      port: Number(new URL(url()).port),
      host: '127.0.0.1',
      rejectUnauthorized: false,
    });
    await once(socket, 'secureConnect');
    const { CN } = socket.getPeerCertificate().subject;
    socket.destroy();
    return String(CN);
  }

  /** Waits until the log has so many of these events. */
  async function logged(event: string, count = 1): Promise<void> {
    while (log.of(event).length < count) await new Promise((done) => setTimeout(done, 10));
  }

  it('carries BOSH, over which PLAIN is on offer and sessions are secure', async () => {
    const session = new RawSession(url());
    const features = await session.open("hold='1' wait='50' secure='true'");
    expect(features.toString()).to.contain('PLAIN');
    expect(features.attrs).to.include({ secure: 'true' });
    await session.login('alice', 'alice');
    session.close();
  });

  it('takes the new certificate when its files are written, for new connections', async () => {
    const session = new RawSession(url());
    await session.open();
    install('second');
    await logged('tls.reloaded');
    expect(await subject()).to.equal('second.example');
    await session.login('alice', 'alice');
    session.close();
  });

  it('takes it when the files are replaced, as certbot does it with links', async () => {
    await server.close({ drain: 0 });
    for (const [link, name] of [
      [cert, 'first.pem'],
      [key, 'first.key'],
    ] as const) {
      rmSync(link);
      symlinkSync(join(FIXTURES, name), link);
    }
    await serve();
    expect(await subject()).to.equal('first.example');
    for (const [link, name] of [
      [cert, 'second.pem'],
      [key, 'second.key'],
    ] as const) {
      symlinkSync(join(FIXTURES, name), `${link}.new`);
      renameSync(`${link}.new`, link);
    }
    await logged('tls.reloaded');
    expect(await subject()).to.equal('second.example');
  });

  it('takes it when it is told to, as SIGHUP does', async () => {
    install('second');
    expect(server.reloadCertificates()).to.equal(true);
    expect(await subject()).to.equal('second.example');
  });

  it('keeps the old certificate when the new one is no good, and says so', async () => {
    writeFileSync(cert, 'no certificate');
    expect(server.reloadCertificates()).to.equal(false);
    expect(log.of('tls.rejected')).not.to.deep.equal([]);
    expect(await subject()).to.equal('first.example');
  });

  it('survives files that are gone for a while', async () => {
    rmSync(cert);
    await logged('tls.rejected');
    expect(await subject()).to.equal('first.example');
    install('second');
    await logged('tls.reloaded');
    expect(await subject()).to.equal('second.example');
  });
});
