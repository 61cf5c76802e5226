import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { builtProgram } from '../support/built-program.ts';

const BODY = `"<body xmlns='http://jabber.org/protocol/httpbind' rid='1' to='localhost' wait='50' hold='1' ver='1.11'/>"`;

describe('a program with a server in it', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs a script that ends when nothing keeps it alive; what it printed. */
  async function run(script: string): Promise<string> {
    const index = JSON.stringify(pathToFileURL(join(builtProgram(), 'index.js')).href);
    const file = join(folder, 'app.mjs');
    writeFileSync(file, `import { createServer } from ${index};\n${script}`);
    const child = spawn(process.execPath, [file], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      out += chunk;
    });
    const [code] = (await once(child, 'close')) as [number | null];
    return `${code} ${out}`;
  }

  const RESOURCES = `// Node lets go of a socket a few turns after it was closed.
    for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
    console.log(process.getActiveResourcesInfo().filter((name) => !/^(?:Pipe|TTY)Wrap$/.test(name)).join());`;
  const CONFIG = `{ hosts: { localhost: {} }, http: { listen: ['127.0.0.1:0'] } }`;

  it('ends by itself after the server was closed', async () => {
    const script = `
      const server = await createServer(${CONFIG});
      await server.listen();
      const response = await fetch(server.boshUrl, { method: 'POST', body: ${BODY}, headers: { connection: 'close' } });
      await response.text();
      await server.close();
      ${RESOURCES}`;
    expect(await run(script)).to.equal('0 \n');
    expect(readdirSync(join(folder, 'data'))).to.deep.equal(['holdfast.db']);
  });

  it('ends by itself when the server never listened', async () => {
    expect(await run(`const server = await createServer(${CONFIG}); await server.close(); ${RESOURCES}`)).to.equal(
      '0 \n',
    );
  });

  it('ends by itself when the server could not listen', async () => {
    const script = `
      const first = await createServer({ ...${CONFIG}, storage: { driver: 'memory' } });
      await first.listen();
      const second = await createServer({ ...${CONFIG}, http: { listen: ['127.0.0.1:0', new URL(first.boshUrl).host] } });
      console.log(await second.listen().catch((error) => error.code));
      await first.close();
      ${RESOURCES}`;
    expect(await run(script)).to.equal('0 EADDRINUSE\n\n');
    expect(existsSync(join(folder, 'data', 'holdfast.db.lock'))).to.equal(false);
  });

  it('ends by itself when the certificate is not there', async () => {
    const tls = `{ listen: ['127.0.0.1:0'], listen_tls: ['127.0.0.1:0'], tls: { cert: 'no.pem', key: 'no.key' } }`;
    const script = `
      const server = await createServer({ hosts: { localhost: {} }, http: ${tls} });
      console.log((await server.listen().catch((error) => error)).name);
      ${RESOURCES}`;
    expect(await run(script)).to.equal('0 ConfigError\n\n');
    expect(existsSync(join(folder, 'data', 'holdfast.db.lock'))).to.equal(false);
  });
});
