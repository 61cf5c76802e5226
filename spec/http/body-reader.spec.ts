import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { readBody, readBytes, type ReadBody } from '../../lib/http/body-reader.ts';

const LIMIT = 16;
const MIB = 1024 * 1024;

describe('the reader of request bodies', () => {
  let request: PassThrough;
  let outcomes: ReadBody[];

  beforeEach(() => {
    request = Object.assign(new PassThrough({ highWaterMark: 64 * MIB }), { headers: {} });
    outcomes = [];
    readBody(request as unknown as IncomingMessage, LIMIT, (body) => outcomes.push(body)); // read as a stream only
  });

  async function sends(...chunks: (string | Uint8Array)[]): Promise<ReadBody[]> {
    for (const chunk of chunks) request.write(chunk);
    request.end();
    await new Promise((resolve) => request.once('close', resolve));
    return outcomes;
  }

  it('hands over the text of one piece, of many, and of none', async () => {
    expect(await sends('<body/>')).to.deep.equal([{ is: 'text', text: '<body/>' }]);
  });

  it('puts characters together that came in pieces', async () => {
    const bytes = Buffer.from('é😀');
    const pieces = Array.from(bytes, (_, index) => bytes.subarray(index, index + 1));
    expect(await sends(...pieces)).to.deep.equal([{ is: 'text', text: 'é😀' }]);
  });

  it('hands over nothing as nothing', async () => {
    expect(await sends()).to.deep.equal([{ is: 'text', text: '' }]);
  });

  for (const [what, bytes] of [
    ['a byte that no UTF-8 has', [0xff]],
    ['a character cut short', [0xc3]],
    ['an overlong form', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
  ] as const) {
    it(`tells that it is no UTF-8: ${what}`, async () => {
      expect(await sends(Uint8Array.from(bytes))).to.deep.equal([{ is: 'undecodable' }]);
    });
  }

  it('takes exactly the limit', async () => {
    expect(await sends('x'.repeat(LIMIT))).to.deep.equal([{ is: 'text', text: 'x'.repeat(LIMIT) }]);
  });

  it('tells once, and before the rest is here, that there is too much', async () => {
    request.write(`<body sid='1'>${'x'.repeat(LIMIT)}`);
    await new Promise((resolve) => setImmediate(resolve));
    expect(outcomes.map(({ is }) => is)).to.deep.equal(['oversize']);
    expect(await sends('more', 'and more')).to.have.length(1);
  });

  it('hangs up on who does not stop', async () => {
    const chunk = Buffer.alloc(MIB);
    for (let count = 0; count < 18; count += 1) request.write(chunk);
    await new Promise((resolve) => request.once('close', resolve));
    expect(request.destroyed).to.equal(true);
    expect(outcomes).to.have.length(1);
  });

  it('H-09 hangs up on who does not come to the end', async () => {
    const slow = Object.assign(new PassThrough(), { headers: {} });
    readBytes(slow as unknown as IncomingMessage, LIMIT, () => expect.fail('it has not ended'), 5); // read as a stream only
    slow.write('<bo');
    await new Promise((resolve) => slow.once('close', resolve));
    expect(slow.destroyed).to.equal(true);
  });

  it('has no outcome for what broke off', async () => {
    request.write('<bo');
    request.destroy(new Error('reset'));
    await new Promise((resolve) => request.once('close', resolve));
    expect(outcomes).to.deep.equal([]);
  });
});
