import { expect } from 'chai';
import type { HoldfastServer } from '../../lib/server.ts';
import { createLogger } from '../../lib/runtime/pino-logger.ts';
import { RawSession } from '../support/raw-session.ts';
import { startServer } from '../support/running-server.ts';
import { StropheClient } from '../support/strophe-client.ts';

const SECRET = 'correct horse battery staple';

describe('what a server leaves behind', () => {
  let server: HoldfastServer;
  const lines: string[] = [];

  beforeEach(async () => {
    lines.length = 0;
    const log = createLogger('debug', 'json', { write: (line: string) => void lines.push(line) });
    server = await startServer(['alice', 'bob'], {}, { log });
  });

  afterEach(() => server.close({ drain: 0 }));

  describe('H-12 the log', () => {
    it('has no sid, password, SASL payload or content, whatever happens', async () => {
      const session = new RawSession(server.boshUrl);
      await session.open();
      const payload = Buffer.from(`\0alice\0${SECRET}`).toString('base64');
      await session.post(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${payload}</auth>`);
      await session.login('alice', 'alice');
      await session.post(
        `<message to='bob@localhost'><body>${SECRET}</body></message><iq type='get' id='p'><x xmlns='${SECRET}'/></iq>`,
      );
      await session.post(`<nonsense xmlns='${SECRET}'/>`);
      const strophe = new StropheClient(server.boshUrl, 'bob');
      await strophe.login();
      await strophe.logout();
      await server.close();
      const text = lines.join('');
      expect(text).to.contain('auth.failed').and.to.contain('session.bound').and.to.contain('bosh.session.ended');
      for (const secret of [session.sid, SECRET, payload]) expect(text).not.to.contain(secret);
    });

    for (const format of ['json', 'text'] as const) {
      it(`blots out fields with the names of secrets, as ${format}`, () => {
        const out: string[] = [];
        const log = createLogger('info', format, { write: (line: string) => void out.push(line) });
        const fields = Object.fromEntries(
          ['sid', 'rid', 'key', 'newkey', 'token', 'password', 'authid', 'nonce', 'proof'].map((name) => [
            name,
            SECRET,
          ]),
        );
        log.info('an.event', { ...fields, jid: 'alice@localhost' });
        expect(out.join('')).not.to.contain(SECRET);
        expect(out.join('')).to.contain('alice@localhost').and.to.contain('[secret]');
      });
    }
  });

  it('the metrics say what happened', async () => {
    const session = new RawSession(server.boshUrl);
    await session.open();
    await session.login('alice', 'alice');
    await session.post("<message to='bob@localhost'/><iq type='get' id='p'><ping xmlns='urn:xmpp:ping'/></iq>");
    await session.again();
    await session.post('', "type='terminate'");
    const stray = new RawSession(server.boshUrl);
    stray.sid = 'nonsense';
    await stray.post();
    const ahead = new RawSession(server.boshUrl);
    await ahead.open();
    ahead.skip(100);
    await ahead.post();
    const text = await (await fetch(new URL('/metrics', server.boshUrl))).text();
    const samples = new Map(
      text.split('\n').map((line): [string, string] => {
        const [name = '', value = ''] = line.split(' ');
        return [name, value];
      }),
    );
    const numbers = Object.fromEntries(
      [
        'holdfast_bosh_sessions_created_total',
        'holdfast_bosh_sessions_ended_total{why="client-terminated"}',
        'holdfast_bosh_sessions_ended_total{why="rid-out-of-window"}',
        'holdfast_bosh_window_violations_total{kind="rid-out-of-window"}',
        'holdfast_bosh_replays_total',
        'holdfast_bosh_responses_total{reason="replay"}',
        'holdfast_bosh_responses_total{reason="refused"}',
        'holdfast_bosh_requests_total',
        'holdfast_errors_total{condition="item-not-found"}',
        'holdfast_stanzas_total{kind="message",direction="in"}',
        'holdfast_stanzas_total{kind="iq",direction="in"}',
        'holdfast_stanzas_total{kind="iq",direction="out"}',
        'holdfast_bosh_sessions',
        'holdfast_bosh_held_requests',
        'holdfast_sessions',
      ].map((name) => [name, Number(samples.get(name))]),
    );
    expect(numbers).to.deep.equal({
      holdfast_bosh_sessions_created_total: 2,
      'holdfast_bosh_sessions_ended_total{why="client-terminated"}': 1,
      'holdfast_bosh_sessions_ended_total{why="rid-out-of-window"}': 1,
      'holdfast_bosh_window_violations_total{kind="rid-out-of-window"}': 1,
      holdfast_bosh_replays_total: 1,
      'holdfast_bosh_responses_total{reason="replay"}': 1,
      'holdfast_bosh_responses_total{reason="refused"}': 1,
      holdfast_bosh_requests_total: 10,
      'holdfast_errors_total{condition="item-not-found"}': 2,
      'holdfast_stanzas_total{kind="message",direction="in"}': 1,
      'holdfast_stanzas_total{kind="iq",direction="in"}': 1,
      'holdfast_stanzas_total{kind="iq",direction="out"}': 1,
      holdfast_bosh_sessions: 0,
      holdfast_bosh_held_requests: 0,
      holdfast_sessions: 0,
    });
    expect(Number(samples.get('holdfast_event_loop_lag_p99_seconds'))).to.be.at.least(0);
    for (const each of [session, stray, ahead]) each.close();
  });
});
