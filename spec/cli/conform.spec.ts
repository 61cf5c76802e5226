import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { parse } from '../../lib/xml/index.ts';
import type { HoldfastServer } from '../../lib/server.ts';
import { DOMAIN, startServer } from '../support/running-server.ts';
import { Sandbox } from '../support/sandbox.ts';

/** A server that grants more `wait` than was asked for, whatever it is asked. */
function careless(): Server {
  const body = '<body xmlns="http://jabber.org/protocol/httpbind" sid="s" wait="999" requests="2" inactivity="60"/>';
  return createServer((_request, response) => response.end(body));
}

describe('holdfast conform', () => {
  let box: Sandbox;
  let server: HoldfastServer;
  let other: Server;
  let otherUrl: string;

  before(async () => {
    box = new Sandbox();
    server = await startServer(['alice', 'bob']);
    other = careless().listen(0, '127.0.0.1');
    await once(other, 'listening');
    otherUrl = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;
  });

  after(async () => {
    await box.close();
    other.close();
    await server.close({ drain: 0 });
  });

  const run = (url: string, ...more: string[]): ReturnType<Sandbox['run']> =>
    box.run(['conform', url, '--domain', DOMAIN, ...more]);

  it('needs no configuration; exit code 0 when everything that is required holds', async () => {
    const accounts = ['--account', 'alice:alice', '--account', 'bob:bob'];
    const { code, out, err } = await run(server.boshUrl, ...accounts, '--only', 'B-7.2-04', '--only', 'B-8-04');
    expect([code, err]).to.deep.equal([0, '']);
    expect(out).to.match(/^pass {2}B-7\.2-04 {2}MUST {4}XEP-0124 §7\.2 .* wait is not more than was asked for$/m);
    expect(out).to.match(/^pass {2}B-8-04 {4}SHOULD /m);
    expect(out).to.match(/^2 checks in .* s: no check of MUST fails\.$/m);
  });

  it('exit code 1 when a MUST fails; says what was expected and what came', async () => {
    const { code, out } = await run(otherUrl, '--only', 'B-7.2-04');
    expect(code).to.equal(1);
    expect(out).to.match(/^ {2}expected {2}wait at most 0\n {2}came {6}<body .*wait="999"/m);
    expect(out).to.contain('1 of MUST fails');
  });

  it('a SHOULD counts only when it is required', async () => {
    const only = ['--only', 'B-7.2-06'];
    expect((await run(otherUrl, ...only)).code).to.equal(0);
    expect((await run(otherUrl, ...only, '--require', 'should')).code).to.equal(1);
  });

  it('what needs a login is not observable when the server allows none', async () => {
    const { code, out } = await run(server.boshUrl, '--anonymous', '--only', 'B-8-08');
    expect(code).to.equal(0);
    expect(out).to.match(/^n\/o /m);
  });

  it('writes JSON with what was sent, judged and came, and no password', async () => {
    const accounts = ['--account', 'alice:alice', '--account', 'bob:bob'];
    const { out } = await run(server.boshUrl, ...accounts, '--only', 'B-8-04', '--format', 'json');
    const { rows } = JSON.parse(out) as { rows: { id: string; verdict: string; exchanges: { way: string }[] }[] };
    expect(rows.map(({ id, verdict }) => [id, verdict])).to.deep.equal([['B-8-04', 'pass']]);
    expect(new Set(rows[0]?.exchanges.map(({ way }) => way))).to.include.all.keys('sent', 'judged', 'came');
    expect(out).to.match(/<auth [^>]*>…<\/auth>/);
  });

  it('writes JUnit XML', async () => {
    const { out } = await run(otherUrl, '--only', 'B-7.2', '--format', 'junit');
    const read = parse(out);
    expect(read.ok, out).to.equal(true);
    expect(out).to.match(
      /<testcase classname="XEP-0124 §7\.2" name="B-7\.2-04 \[MUST\] [^>]*><failure message="expected/,
    );
  });

  it('writes a page that loads nothing', async () => {
    const { code, out } = await run(otherUrl, '--only', 'B-7.2', '--format', 'html', '--output', 'report.html');
    expect([code, out]).to.deep.equal([1, '']);
    const page = readFileSync(box.path('report.html'), 'utf8');
    expect(page)
      .to.match(/^<!doctype html>/)
      .and.to.contain("default-src 'none'");
    expect(page).not.to.match(/<(?:script|link|img)[^>]+(?:src|href)=/);
    expect(page).to.contain('wait="999"');
  });

  for (const [args, code, message] of [
    [['no url'], 2, '"no url" is no URL'],
    [['http://127.0.0.1:9/'], 69, 'nobody speaks BOSH at http://127.0.0.1:9/'],
    [['http://127.0.0.1:9/', '--format', 'pdf'], 2, '--format takes one of table, json, junit, html'],
    [['http://127.0.0.1:9/', '--timeout', 'soon'], 2, '--timeout takes a number'],
    [['http://127.0.0.1:9/', '--account', 'alice'], 2, '--account takes name:password'],
    [['http://127.0.0.1:9/', '--anonymous', '--account', 'a:b'], 2, 'exclude each other'],
  ] as const) {
    it(`refuses ${args.join(' ')}`, async () => {
      const [url, ...more] = args;
      const result = await run(url, ...more);
      expect(result.code).to.equal(code);
      expect(result.err).to.contain(`holdfast: `).and.to.contain(message);
    });
  }

  it('names what no check is called', async () => {
    const { code, err } = await run(server.boshUrl, '--only', 'B-99');
    expect([code, err]).to.deep.equal([2, 'holdfast: no check is called B-99\n']);
  });
});
