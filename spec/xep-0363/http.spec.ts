import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { UPLOADS } from '../../lib/core/uploads.ts';
import type { HoldfastServer } from '../../lib/server.ts';
import { createMemoryStore } from '../../lib/storage/memory.ts';
import type { Store } from '../../lib/storage/store.ts';
import { signSlot, slotPath, type UploadSlot } from '../../lib/xmpp/upload-slot.ts';
import { startServer } from '../support/running-server.ts';

const CONTENT = 'Did my heart love till now?';
const ID = 'romeoromeoromeoromeo';

describe('XEP-0363 uploads over HTTP', () => {
  let folder: string;
  let store: Store;
  let server: HoldfastServer;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-'));
    store = createMemoryStore();
    server = await startServer(['romeo'], { upload: { folder } }, { store });
  });
  afterEach(async () => {
    await server.close({ drain: 0 });
    rmSync(folder, { recursive: true, force: true });
  });

  /** An address for uploading that the server would have given. */
  async function slot(parts: Partial<UploadSlot> = {}): Promise<{ put: string; get: string }> {
    const made: UploadSlot = {
      id: ID,
      account: 'romeo@localhost',
      name: 'letter.txt',
      size: CONTENT.length,
      type: 'text/plain',
      until: Date.now() + 300_000,
      expiresAt: Date.now() + 3_600_000,
      ...parts,
    };
    await store.documents.put(made.account, 'upload', { key: made.id, text: JSON.stringify({ size: made.size }) }, 100);
    const get = `${server.urls[0]}/upload/${slotPath(made)}`;
    return { put: `${get}?slot=${signSlot(made, await store.secret('upload'))}`, get };
  }

  async function put(url: string, body = CONTENT, headers: Record<string, string> = { 'Content-Type': 'text/plain' }) {
    return fetch(url, { method: 'PUT', body, headers });
  }

  it('§7 takes a file, and gives it to whoever has its address', async () => {
    const { put: url, get } = await slot();
    expect((await put(url)).status).to.equal(201);
    const answer = await fetch(get);
    expect([answer.status, await answer.text()]).to.deep.equal([200, CONTENT]);
    expect(answer.headers.get('content-type')).to.equal('text/plain; charset=utf-8');
    expect(answer.headers.get('content-length')).to.equal(String(CONTENT.length));
    expect(answer.headers.get('cache-control')).to.match(/^private, max-age=3[56]\d\d, immutable$/);
  });

  it('§7 HEAD tells the same without the file', async () => {
    const { put: url, get } = await slot();
    await put(url);
    const answer = await fetch(get, { method: 'HEAD' });
    expect([answer.headers.get('content-length'), await answer.text()]).to.deep.equal([String(CONTENT.length), '']);
  });

  for (const [range, status, text, header] of [
    ['bytes=0-2', 206, 'Did', 'bytes 0-2/27'],
    ['bytes=-4', 206, 'now?', 'bytes 23-26/27'],
    ['bytes=27-', 416, '', 'bytes */27'],
    ['lines=1-2', 200, CONTENT, null],
  ] as const) {
    it(`RFC 9110 §14 answers ${range} with ${status}`, async () => {
      const { put: url, get } = await slot();
      await put(url);
      const answer = await fetch(get, { headers: { Range: range } });
      expect([answer.status, await answer.text(), answer.headers.get('content-range')]).to.deep.equal([
        status,
        text,
        header,
      ]);
    });
  }

  it('RFC 9110 §13 answers 304 to who has it', async () => {
    const { put: url, get } = await slot();
    await put(url);
    const etag = (await fetch(get)).headers.get('etag') ?? '';
    expect((await fetch(get, { headers: { 'If-None-Match': etag, 'Cache-Control': 'max-age=0' } })).status).to.equal(
      304,
    );
  });

  for (const [what, parts, expected] of [
    ['a picture is shown', { name: 'a.png', type: 'image/png' }, ['image/png', "inline; filename*=UTF-8''a.png"]],
    [
      'a page is not',
      { name: 'a.html', type: 'text/html' },
      ['application/octet-stream', "attachment; filename*=UTF-8''a.html"],
    ],
    [
      'nor a drawing that can run scripts',
      { name: 'a.svg', type: 'image/svg+xml' },
      ['application/octet-stream', "attachment; filename*=UTF-8''a.svg"],
    ],
    [
      'nor what was not declared',
      { name: 'a.png', type: undefined },
      ['application/octet-stream', "attachment; filename*=UTF-8''a.png"],
    ],
    [
      'any name is encoded',
      { name: `è'"(1).png`, type: 'image/png' },
      ['image/png', "inline; filename*=UTF-8''%C3%A8%27%22%281%29.png"],
    ],
  ] as const) {
    it(`§9.1 ${what}`, async () => {
      const { put: url, get } = await slot(parts);
      expect((await put(url, CONTENT, parts.type === undefined ? {} : { 'Content-Type': parts.type })).status).to.equal(
        201,
      );
      const { headers } = await fetch(get);
      expect([headers.get('content-type'), headers.get('content-disposition')]).to.deep.equal(expected);
    });
  }

  it('§8 §9.1 every answer is safe, and readable for pages of any origin', async () => {
    const { put: url, get } = await slot();
    for (const answer of [await put(url), await fetch(get), await fetch(`${get}x`), await put(`${url}x`)]) {
      expect(answer.headers.get('content-security-policy')).to.equal(
        "default-src 'none'; frame-ancestors 'none'; sandbox",
      );
      expect(answer.headers.get('x-content-type-options')).to.equal('nosniff');
      expect(answer.headers.get('access-control-allow-origin')).to.equal('*');
    }
  });

  it('§8 a preflight allows what uploads need', async () => {
    const { put: url } = await slot();
    const { status, headers } = await fetch(url, { method: 'OPTIONS', headers: { Origin: 'https://app.test' } });
    expect(status).to.equal(204);
    expect(headers.get('access-control-allow-methods')).to.equal('OPTIONS, HEAD, GET, PUT');
    expect(headers.get('access-control-allow-headers')).to.contain('Content-Type');
  });

  describe('§7 refuses', () => {
    async function refusal(url: string, body = CONTENT, headers?: Record<string, string>): Promise<number> {
      const { status } = await put(url, body, headers);
      const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes(ID));
      expect(names).to.deep.equal([]);
      return status;
    }

    it('403 what was not signed, or is over, or for another place', async () => {
      const { put: url, get } = await slot();
      expect(await refusal(get)).to.equal(403);
      expect(await refusal(`${url}0`)).to.equal(403);
      expect(await refusal((await slot({ until: Date.now() - 1 })).put)).to.equal(403);
      expect(await refusal(url.replace('letter', 'other'))).to.equal(403);
    });

    it('403 an account that is gone', async () => {
      const { put: url } = await slot();
      await store.accounts.remove('romeo@localhost');
      expect(await refusal(url)).to.equal(403);
    });

    it('400 and 413 another size than that of the slot', async () => {
      const { put: url } = await slot();
      expect(await refusal(url, CONTENT.slice(1))).to.equal(400);
      expect(await refusal(url, `${CONTENT}!`)).to.equal(413);
    });

    it('415 another type', async () => {
      expect(await refusal((await slot()).put, CONTENT, { 'Content-Type': 'text/html' })).to.equal(415);
    });

    it('411 an upload of unknown size', async () => {
      const { put: url } = await slot();
      const status = await new Promise((resolve, reject) => {
        const upload = request(url, { method: 'PUT', headers: { 'Transfer-Encoding': 'chunked' } }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        });
        upload.on('error', reject);
        upload.end(CONTENT);
      });
      expect(status).to.equal(411);
    });

    it('405 other methods', async () => {
      expect((await fetch((await slot()).put, { method: 'POST' })).status).to.equal(405);
    });
  });

  it('409 a file is there already', async () => {
    const { put: url } = await slot();
    await put(url);
    expect((await put(url)).status).to.equal(409);
  });

  it('404 what is not there, has another name, or has expired', async () => {
    const { put: url, get } = await slot();
    await put(url);
    const expired = await slot({ id: `${ID}x`, expiresAt: Date.now() - 1 });
    expect((await put(expired.put)).status).to.equal(201);
    expect((await fetch(expired.get)).status).to.equal(404);
    for (const other of [
      get.replace('letter', 'other'),
      get.replace(ID, 'julietjulietjuliet'),
      `${get}/x`,
      `${server.urls[0]}/upload/%zz/%zz`,
    ]) {
      expect((await fetch(other)).status, other).to.equal(404);
    }
  });

  it('counts what was stored', async () => {
    const { put: url } = await slot();
    await put(url);
    const [entry] = await store.documents.list('romeo@localhost', 'upload');
    expect(JSON.parse(entry?.text ?? '{}')).to.include({ size: CONTENT.length });
    expect(server.hosts.find('localhost')?.services.find(UPLOADS)).not.to.equal(undefined);
  });

  it('is not there when it is off', async () => {
    const off = await startServer([], { upload: { enabled: false } });
    expect((await fetch(`${off.urls[0]}/upload/x/y`)).status).to.equal(404);
    expect(off.hosts.find('localhost')?.services.find(UPLOADS)).to.equal(undefined);
    await off.close({ drain: 0 });
  });
});
