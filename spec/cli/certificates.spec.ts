import { once } from 'node:events';
import { copyFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { connect } from 'node:tls';
import { expect } from 'chai';
import type { RunningProgram } from '../support/running-program.ts';
import { Sandbox } from '../support/sandbox.ts';
import { TcpClient } from '../support/tcp-client.ts';

const FIXTURES = resolve('spec', 'support', 'certificates');
const CONFIG = `
hosts: { localhost: {} }
http: { listen: ["127.0.0.1:0"], listen_tls: ["127.0.0.1:0"], tls: { cert: cert.pem, key: key.pem } }
tcp: { listen: ["127.0.0.1:0"], listen_tls: ["127.0.0.1:0"] }
auth: { iterations: 4096 }
`;
const PING = "<iq type='get' id='1' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>";

describe('a new certificate on a running server', () => {
  let box: Sandbox;
  let program: RunningProgram;
  let alice: TcpClient;

  beforeEach(async () => {
    box = new Sandbox();
    box.configure(CONFIG);
    install('first');
    await box.run(['user', 'add', 'alice@localhost', 'alice']);
    program = await box.start();
    alice = await TcpClient.connect(urls('xmpps'));
    await alice.login('alice');
  });

  afterEach(async () => {
    alice.close();
    await box.close();
  });

  function install(name: 'first' | 'second'): void {
    copyFileSync(join(FIXTURES, `${name}.pem`), box.path('cert.pem'));
    copyFileSync(join(FIXTURES, `${name}.key`), box.path('key.pem'));
  }

  /** The listener of a kind, as the log has it. */
  function urls(scheme: string): string {
    return new RegExp(`\\b${scheme}://[^\\s"]+`).exec(program.said)?.[0] ?? '';
  }

  /** Who the server says it is to new connections: over HTTPS, direct TLS and STARTTLS. */
  async function subjects(): Promise<string[]> {
    const names: string[] = [];
    for (const scheme of ['https', 'xmpps']) {
      const { port } = new URL(urls(scheme));
      const socket = connect({ host: '127.0.0.1', port: Number(port), rejectUnauthorized: false });
      await once(socket, 'secureConnect');
      names.push(String(socket.getPeerCertificate().subject.CN));
      socket.destroy();
    }
    const client = await TcpClient.connect(urls('xmpp'));
    await client.opens();
    names.push(String((await client.startTls()).getPeerCertificate().subject.CN));
    client.close();
    return names;
  }

  async function isAnswered(): Promise<boolean> {
    alice.say(PING);
    return (await alice.until(/<iq [^>]*\/>/)).includes('type="result"');
  }

  it('SIGHUP: new connections of every kind get it, unless it is no good, and those that are up go on', async () => {
    copyFileSync(join(FIXTURES, 'second.pem'), box.path('cert.pem'));
    program.signal('SIGHUP');
    await program.until('the old one stays');
    expect(await subjects()).to.deep.equal(Array(3).fill('first.example'));
    install('second');
    program.signal('SIGHUP');
    await program.until('Certificates are up to date');
    expect(await subjects()).to.deep.equal(Array(3).fill('second.example'));
    expect(await isAnswered()).to.equal(true);
  });

  it('the same without a signal, when the files change', async () => {
    install('second');
    await program.until('tls.reloaded');
    expect(await subjects()).to.deep.equal(Array(3).fill('second.example'));
    expect(await isAnswered()).to.equal(true);
  });
});
