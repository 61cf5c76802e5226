import { expect } from 'chai';
import { optionDocs } from '../../lib/config/explain.ts';
import { problemsWith } from '../support/config-problems.ts';

/** Each limit, the least and the most that it may be, and what is just out of it. */
const LIMITS: readonly (readonly [string, string, string, string, string])[] = [
  ['hosts.<domain>.max_resources', '0', '1', '1000', '1001'],
  ['hosts.<domain>.login.jwt.leeway', '-1 s', '0', '5 min', '301 s'],
  ['hosts.<domain>.login.http.timeout', '99 ms', '100 ms', '1 min', '61 s'],
  ['hosts.<domain>.login.http.max_checks', '0', '1', '1000', '1001'],
  ['hosts.<domain>.login.http.cache', '-1 s', '0', '60 min', '61 min'],
  ['bosh.max_wait', '-1 s', '0', '300 s', '301 s'],
  ['bosh.max_hold', '-1', '0', '5', '6'],
  ['bosh.max_streams', '0', '1', '16', '17'],
  ['bosh.inactivity', '-1 s', '0', '1 h', '3601 s'],
  ['bosh.polling_inactivity', '-1 s', '0', '1 h', '3601 s'],
  ['bosh.polling', '-1 s', '0', '60 s', '61 s'],
  ['bosh.max_pause', '-1 s', '0', '1 h', '3601 s'],
  ['bosh.max_body', '1023', '1 KiB', '64 MiB', '67108865'],
  ['bosh.max_body_unauthenticated', '1023', '1 KiB', '64 MiB', '67108865'],
  ['websocket.max_message', '1023', '1 KiB', '64 MiB', '67108865'],
  ['websocket.max_message_unauthenticated', '1023', '1 KiB', '64 MiB', '67108865'],
  ['websocket.ping', '999 ms', '1 s', '1 h', '3600001 ms'],
  ['tcp.max_stanza', '10239', '10 KiB', '64 MiB', '67108865'],
  ['tcp.max_stanza_unauthenticated', '1023', '1 KiB', '64 MiB', '67108865'],
  ['tcp.ping', '999 ms', '1 s', '1 h', '3600001 ms'],
  ['components.max_stanza', '10239', '10 KiB', '64 MiB', '67108865'],
  ['components.patience', '-1 s', '0', '10 min', '600001 ms'],
  ['components.max_waiting', '-1', '0', '9007199254740991', '9007199254740992'],
  ['frame_sessions.max_body', '1023', '1 KiB', '64 MiB', '67108865'],
  ['http_poll.inactivity', '999 ms', '1 s', '24 h', '86400001 ms'],
  ['http_poll.max_body', '1023', '1 KiB', '64 MiB', '67108865'],
  ['http_poll.max_body_unauthenticated', '1023', '1 KiB', '64 MiB', '67108865'],
  ['stream_management.resumption', '-1 s', '0', '24 h', '86400001 ms'],
  ['stream_management.max_away', '-1', '0', '9007199254740991', '9007199254740992'],
  ['auth.iterations', '4095', '4096', '1000000', '1000001'],
  ['auth.timeout', '999 ms', '1 s', '10 min', '600001 ms'],
  ['auth.max_failures_per_account', '-1', '0', '9007199254740991', '9007199254740992'],
  ['auth.max_failures_per_address', '-1', '0', '9007199254740991', '9007199254740992'],
  ['auth.failure_window', '999 ms', '1 s', '24 h', '86400001 ms'],
  ['prebind.per_minute', '0', '1', '1000000', '1000001'],
  ['registration.attempts_per_address', '-1', '0', '9007199254740991', '9007199254740992'],
  ['registration.attempt_window', '999 ms', '1 s', '24 h', '86400001 ms'],
  ['registration.timeout', '999 ms', '1 s', '1 h', '3600001 ms'],
  ['registration.min_password', '0', '1', '100', '101'],
  ['registration.invitation_lifetime', '59 s', '1 min', '365 d', '366 d'],
  ['upload.max_size', '1023', '1 KiB', '100 GiB', '107374182401'],
  ['upload.quota', '1023', '1 KiB', '1024 GiB', '1099511627777'],
  ['upload.expire_after', '-1 s', '0', '36500 d', '36501 d'],
  ['auth.fast.lifetime', '-1 s', '0', '365 d', '366 d'],
  ['auth.fast.rotation', '-1 s', '0', '365 d', '366 d'],
  ['auth.fast.clients', '0', '1', '1000', '1001'],
  ['archive.expire_after', '-1 s', '0', '36500 d', '36501 d'],
  ['archive.max_messages', '0', '1', '9007199254740991', '9007199254740992'],
  ['limits.sessions_per_address', '-1', '0', '9007199254740991', '9007199254740992'],
  ['limits.session_creations_per_minute', '-1', '0', '9007199254740991', '9007199254740992'],
  ['limits.roster_items', '0', '1', '9007199254740991', '9007199254740992'],
  ['limits.offline_messages', '-1', '0', '9007199254740991', '9007199254740992'],
  ['limits.pep_nodes', '0', '1', '9007199254740991', '9007199254740992'],
  ['limits.pep_items', '0', '1', '9007199254740991', '9007199254740992'],
  ['limits.pep_item_size', '1023', '1 KiB', '16 MiB', '16777217'],
  ['limits.pep_subscriptions', '-1', '0', '9007199254740991', '9007199254740992'],
  ['limits.pending_stanzas', '0', '1', '9007199254740991', '9007199254740992'],
  ['rooms.max', '0', '1', '9007199254740991', '9007199254740992'],
  ['rooms.max_per_account', '0', '1', '9007199254740991', '9007199254740992'],
  ['rooms.max_occupants', '0', '1', '100000', '100001'],
  ['rooms.max_affiliations', '0', '1', '9007199254740991', '9007199254740992'],
  ['rooms.history', '-1', '0', '1000', '1001'],
  ['rooms.max_stanza', '1023', '1 KiB', '16 MiB', '16777217'],
  ['rooms.messages_per_second', '-1', '0', '9007199254740991', '9007199254740992'],
  ['rooms.max_nick', '0', '1', '1023', '1024'],
  ['shutdown.drain', '-1 s', '0', '10 min', '600001 ms'],
];

describe('limits', () => {
  for (const [option, below, least, most, above] of LIMITS) {
    const key = option.replace('<domain>', 'localhost');

    it(`${option} is ${least} to ${most}`, () => {
      expect(problemsWith(key, least), least).to.deep.equal([]);
      expect(problemsWith(key, most), most).to.deep.equal([]);
      expect(problemsWith(key, below), below).to.have.length(1);
      expect(problemsWith(key, above), above).to.have.length(1);
    });
  }

  it('are all of them in the table above', () => {
    const counted = optionDocs().filter(({ type }) => /^(?:whole number|a duration|a size)/.test(type));
    expect(LIMITS.map(([option]) => option).sort()).to.deep.equal(counted.map(({ key }) => key).sort());
  });

  for (const [port, isOne] of [
    ['0', true],
    ['65535', true],
    ['65536', false],
    ['99999', false],
    ['-1', false],
    ['', false],
  ] as const) {
    it(`port "${port}" is ${isOne ? 'one' : 'none'}`, () => {
      for (const option of ['http.listen', 'http.listen_tls']) {
        const problems = problemsWith(option, `["127.0.0.1:${port}"]`).filter(
          (text) => !text.includes('needs http.tls'),
        );
        expect(problems, option).to.have.length(isOne ? 0 : 1);
      }
    });
  }

  it('addresses to listen at are names, IPv4, or IPv6 between brackets', () => {
    for (const good of ['localhost:1', '0.0.0.0:1', '[::1]:1']) {
      expect(problemsWith('http.listen', `["${good}"]`), good).to.deep.equal([]);
    }
    for (const bad of ['::1:1', ':1', 'localhost', 'http://localhost:1', 'two words:1']) {
      expect(problemsWith('http.listen', `["${bad}"]`), bad).to.have.length(1);
    }
  });

  it('there is at least one listener, one mechanism and one host', () => {
    expect(problemsWith('http.listen', '[]').join()).to.contain('expected at least one');
    expect(problemsWith('auth.mechanisms', '[]').join()).to.contain('expected at least one');
    expect(problemsWith('hosts', '{}').join()).to.contain('expected at least one domain');
  });
});
