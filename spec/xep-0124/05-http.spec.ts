import { randomBytes } from 'node:crypto';
import { deflateRawSync, deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib';
import { expect } from 'chai';
import { HttpConnection } from '../../lib/conformance/http-connection.ts';
import { targetOf } from '../../lib/conformance/target.ts';
import type { HoldfastServer } from '../../lib/server.ts';
import { headerOf, HttpSession, xmlOf } from '../support/http-session.ts';
import { message } from '../support/playbook.ts';
import { startServer } from '../support/running-server.ts';

const VERSION_QUERY = "<iq xmlns='jabber:client' type='get' id='v'><query xmlns='jabber:iq:version'/></iq>";

describe('XEP-0124 §5 HTTP', () => {
  let server: HoldfastServer;
  let session: HttpSession;

  before(async () => {
    server = await startServer();
  });

  after(() => server.close({ drain: 0 }));

  beforeEach(() => {
    session = new HttpSession(server.boshUrl);
  });

  /** Bytes over one connection, and the first so many outcomes. */
  async function raw(text: string, count = 1): Promise<string[]> {
    const connection = await HttpConnection.open(targetOf(server.boshUrl));
    try {
      const outcomes = Array.from({ length: count }, () => connection.expect());
      connection.write(Buffer.from(text));
      const results = await Promise.all(outcomes);
      return results.map((one) => (one.is === 'response' ? `${one.response.status}` : 'closed'));
    } finally {
      connection.destroy();
    }
  }

  describe('requests', () => {
    it('B-5-01 answers Expect: 100-continue', async () => {
      const body = session.creation();
      const head = `POST /http-bind HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: ${body.length}\r\n\r\n`;
      const connection = await HttpConnection.open(targetOf(server.boshUrl));
      const first = connection.expect();
      connection.write(Buffer.from(head + body));
      const outcome = await first;
      connection.destroy();
      expect(outcome.is === 'response' && [100, 200].includes(outcome.response.status)).to.equal(true);
    });

    it('B-5-01 refuses two ways to tell the length', async () => {
      const both = 'Content-Length: 5\r\nTransfer-Encoding: chunked';
      expect(await raw(`POST /http-bind HTTP/1.1\r\nHost: x\r\n${both}\r\n\r\n0\r\n\r\n`)).to.deep.equal(['400']);
      const two = 'Content-Length: 5\r\nContent-Length: 6';
      expect(await raw(`POST /http-bind HTTP/1.1\r\nHost: x\r\n${two}\r\n\r\nhello`)).to.deep.equal(['400']);
    });

    it('B-5-02 ignores headers that it does not know', async () => {
      const headers = { 'X-Foo': 'bar', Cookie: 'a=b', Authorization: 'Basic eA==', 'X-Requested-With': 'x' };
      expect(xmlOf(await session.open({}, { headers })).attrs['sid']).to.be.a('string');
    });

    it('B-5-03 needs no header but Content-Length from HTTP/1.0', async () => {
      const body = session.creation();
      expect(await raw(`POST /http-bind HTTP/1.0\r\nContent-Length: ${body.length}\r\n\r\n${body}`)).to.deep.equal([
        '200',
      ]);
    });

    it('B-5-07 takes a chunked request, and never answers in chunks', async () => {
      const body = session.creation();
      const chunked = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
      expect(
        await raw(`POST /http-bind HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${chunked}`),
      ).to.deep.equal(['200']);
      const response = await session.open();
      expect(headerOf(response, 'transfer-encoding')).to.equal(undefined);
      expect(headerOf(response, 'content-length')).to.equal(String(response.body.length));
    });

    for (const type of [
      'application/xml',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'garbage',
      '',
    ]) {
      it(`B-5-11 does not look at a Content-Type of ${type || 'nothing'}`, async () => {
        const response = await session.open({}, { headers: { 'Content-Type': type } });
        expect(xmlOf(response).attrs['sid']).to.be.a('string');
      });
    }

    it('B-18.1-01 answers pipelined requests in order', async () => {
      await session.login({ wait: 2 });
      const connection = await HttpConnection.open(targetOf(server.boshUrl));
      const outcomes = [connection.expect(), connection.expect()];
      connection.write(connection.format({}, Buffer.from(session.next())));
      connection.write(connection.format({}, Buffer.from(session.next(VERSION_QUERY))));
      const [first] = await Promise.all(outcomes);
      connection.destroy();
      expect(first?.is === 'response' && first.response.body.toString()).to.contain('id="v"');
    });
  });

  describe('content codings', () => {
    const codings = {
      gzip: [gzipSync, 'gzip'],
      'x-gzip': [gzipSync, 'x-gzip'],
      deflate: [deflateSync, 'deflate'],
      'deflate without its frame': [deflateRawSync, 'deflate'],
    } as const;

    for (const [name, [pack, coding]] of Object.entries(codings)) {
      it(`B-7.2-13 takes ${name}`, async () => {
        await session.login();
        const headers = { 'Content-Encoding': coding };
        const response = await session.request(pack(session.next(VERSION_QUERY)), { headers });
        expect(response.body.toString()).to.contain('id="v"');
      });
    }

    it('B-7.2-12 announces what it takes, once', async () => {
      expect(xmlOf(await session.open()).attrs['accept']).to.equal('gzip,deflate');
      expect(xmlOf(await session.post('', { type: 'terminate' })).attrs['accept']).to.equal(undefined);
    });

    it('B-7.2-13 refuses what is not in the coding that it names, and touches no session', async () => {
      await session.login();
      const headers = { 'Content-Encoding': 'gzip' };
      const response = await session.request(session.next(), { headers });
      expect(xmlOf(response).attrs['condition']).to.equal('bad-request');
      session.rid -= 1;
      expect((await session.post(VERSION_QUERY)).body.toString()).to.contain('id="v"');
    });

    it('B-7.2-13 H-08 unpacks no more than a body may have', async () => {
      const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '));
      expect(bomb.length).to.be.lessThan(256 * 1024);
      const response = await session.request(bomb, { headers: { 'Content-Encoding': 'gzip' } });
      expect(response.status).to.equal(413);
    });

    for (const [coding, pack] of Object.entries({
      gzip: gzipSync,
      deflate: deflateSync,
      'raw deflate': deflateRawSync,
    })) {
      it(`B-7.2-13 H-08 ends the session of a ${coding} body that is too large when it is unpacked`, async () => {
        await session.login();
        const body = session.next(message('big', ' '.repeat(1024 * 1024)));
        const headers = { 'Content-Encoding': coding.replace('raw ', '') };
        const response = await session.request(pack(body), { headers });
        expect(xmlOf(response).attrs).to.include({ type: 'terminate', condition: 'policy-violation' });
      });
    }

    it('H-08 ends the session of a body that is too large before it is unpacked', async () => {
      await session.login();
      const body = session.next(message('big', randomBytes(400 * 1024).toString('base64')));
      const response = await session.request(gzipSync(body), { headers: { 'Content-Encoding': 'gzip' } });
      expect(xmlOf(response).attrs['condition']).to.equal('policy-violation');
    });

    it('takes what is no coding for none: some clients write the charset there', async () => {
      const headers = { 'Content-Encoding': 'text/xml; charset=utf-8' };
      expect(xmlOf(await session.open({}, { headers })).attrs['sid']).to.be.a('string');
    });

    describe('of answers', () => {
      async function large(acceptEncoding: string | undefined): Promise<Awaited<ReturnType<HttpSession['post']>>> {
        const jid = await session.login();
        const headers: Record<string, string> =
          acceptEncoding === undefined ? {} : { 'Accept-Encoding': acceptEncoding };
        const toMyself = message('big', 'x'.repeat(4000)).replace("id='big'", `id='big' to='${jid}'`);
        return session.post(toMyself, {}, { headers });
      }

      for (const [asked, unpack, coding] of [
        ['gzip', gunzipSync, 'gzip'],
        ['deflate, gzip;q=0.5', inflateSync, 'deflate'],
      ] as const) {
        it(`B-5-09 ${asked}: packs a large answer, with its exact length`, async () => {
          const response = await large(asked);
          expect(headerOf(response, 'content-encoding')).to.equal(coding);
          expect(headerOf(response, 'vary')).to.equal('Accept-Encoding');
          expect(headerOf(response, 'content-length')).to.equal(String(response.body.length));
          expect(unpack(response.body).toString())
            .to.contain('id="big"')
            .and.to.match(/^<body .*<\/body>$/s);
        });
      }

      for (const asked of [undefined, 'identity', 'gzip;q=0', 'br']) {
        it(`B-5-09 ${asked ?? 'nothing asked'}: is sent as it is`, async () => {
          const response = await large(asked);
          expect(headerOf(response, 'content-encoding')).to.equal(undefined);
          expect(response.body.toString()).to.contain('id="big"');
        });
      }

      it('B-5-09 packs no small answer, and none before login', async () => {
        const headers = { 'Accept-Encoding': 'gzip' };
        expect(headerOf(await session.open({}, { headers }), 'content-encoding')).to.equal(undefined);
        await new HttpSession(server.boshUrl).login();
        expect(headerOf(await session.post('', { type: 'terminate' }, { headers }), 'content-encoding')).to.equal(
          undefined,
        );
      });
    });
  });

  describe('charsets', () => {
    const query = (charset: string): { headers: Record<string, string> } => ({
      headers: { 'Content-Type': `text/xml; charset=${charset}` },
    });

    /** Sends a message to oneself in these bytes, and gives back the text that arrives. */
    async function echo(bytes: (text: string) => Buffer, charset: string, body: string): Promise<string> {
      const jid = await session.login();
      const text = session.next(message('m', body).replace("id='m'", `id='m' to='${jid}'`));
      const response = await session.request(bytes(text), query(charset));
      const node = xmlOf(response);
      return node.attrs['condition'] ?? node.getChildElements()[0]?.getChildElements()[0]?.text ?? '';
    }

    it('B-7.2-18 names what it takes', async () => {
      expect(xmlOf(await session.open()).attrs['charsets']).to.equal('UTF-8 ISO-8859-1 US-ASCII');
    });

    it('B-7.2-16 speaks UTF-8', async () => {
      const text = '\u00e9\u4e2d\u{1f600}\u{10ffff}';
      expect(await echo((xml) => Buffer.from(xml), 'utf-8', text)).to.equal(text);
    });

    it('B-7.2-17 takes ISO-8859-1', async () => {
      expect(await echo((xml) => Buffer.from(xml, 'latin1'), 'ISO-8859-1', 'caf\u00e9')).to.equal('caf\u00e9');
    });

    it('B-7.2-17 takes US-ASCII, and no other octets in it', async () => {
      expect(await echo((xml) => Buffer.from(xml, 'latin1'), '"us-ascii"', 'plain')).to.equal('plain');
      session = new HttpSession(server.boshUrl);
      expect(await echo((xml) => Buffer.from(xml, 'latin1'), 'us-ascii', 'caf\u00e9')).to.equal('bad-request');
    });

    it('B-7.2-17 takes others for UTF-8', async () => {
      expect(await echo((xml) => Buffer.from(xml), 'koi8-r', 'caf\u00e9')).to.equal('caf\u00e9');
      session = new HttpSession(server.boshUrl);
      expect(await echo((xml) => Buffer.from(xml, 'latin1'), 'koi8-r', 'caf\u00e9')).to.equal('bad-request');
    });

    it('D-23 an XML declaration may say the same', async () => {
      const declared = (xml: string): Buffer =>
        Buffer.from(`<?xml version='1.0' encoding='iso-8859-1'?>\n${xml}`, 'latin1');
      expect(await echo(declared, 'ISO-8859-1', 'caf\u00e9')).to.equal('caf\u00e9');
      session = new HttpSession(server.boshUrl);
      expect(await echo(declared, 'utf-8', 'plain')).to.equal('bad-request');
    });

    it('D-26 answers in the charset that `content` asks for, with references for what it lacks', async () => {
      const jid = await session.login({ content: 'text/xml; charset=us-ascii' });
      const text = message('m', 'caf\u00e9 \u{1f600}').replace("id='m'", `id='m' to='${jid}'`);
      const response = await session.post(text);
      expect(headerOf(response, 'content-type')).to.equal('text/xml; charset=us-ascii');
      expect(response.body.toString('latin1')).to.contain('caf&#233; &#128512;');
    });
  });
});
