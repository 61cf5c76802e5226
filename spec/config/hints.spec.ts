import { expect } from 'chai';
import { nearest } from '../../lib/config/problem.ts';
import { problemsOf, problemsWith } from '../support/config-problems.ts';

/** What follows the place and the name of the option. */
function messageWith(option: string, value: string): string {
  const [problem = ''] = problemsWith(option, value);
  return problem.slice(problem.indexOf(`${option}: `) + option.length + 2);
}

describe('did you mean', () => {
  for (const [option, hint] of [
    ['htpp.listen', 'http'],
    ['bosh.max_hlod', 'max_hold'],
    ['bosh.maxhold', 'max_hold'],
    ['hosts.localhost.anonymus', 'anonymous'],
    ['hosts.localhost.contacts.admn', 'admin'],
    ['http.tls.crt', 'cert'],
    ['limits.roster_item', 'roster_items'],
  ] as const) {
    it(`"${hint}" instead of ${option}`, () => {
      expect(problemsWith(option, '{}').filter((problem) => problem.includes('unknown option'))[0]).to.match(
        new RegExp(`: unknown option; did you mean "${hint}"\\?$`),
      );
    });
  }

  it('says nothing where nothing looks alike', () => {
    expect(messageWith('bosh.colour', 'red')).to.equal('unknown option');
  });

  it('the value of an option', () => {
    expect(messageWith('hosts.localhost.conflict', 'replce')).to.equal(
      'expected one of replace, refuse, rename, not "replce"; did you mean "replace"?',
    );
    expect(messageWith('log.level', 'warning')).to.equal(
      'expected one of debug, info, warn, error, silent, not "warning"; did you mean "warn"?',
    );
    expect(messageWith('storage.driver', 'SQLite')).to.equal(
      'expected one of sqlite, memory, not "SQLite"; did you mean "sqlite"?',
    );
  });

  it('the value in a list', () => {
    expect(problemsOf('hosts: { localhost: {} }\nauth: { mechanisms: [PLAIN, SCRAM-SHA256] }\n')).to.deep.equal([
      'holdfast.yaml:2:29: auth.mechanisms.1: expected one of EXTERNAL, SCRAM-SHA-256-PLUS, SCRAM-SHA-512-PLUS, SCRAM-SHA-1-PLUS, SCRAM-SHA-256, SCRAM-SHA-512, SCRAM-SHA-1, PLAIN, ANONYMOUS,' +
        ' not "SCRAM-SHA256"; did you mean "SCRAM-SHA-256"?',
    ]);
  });

  it('ranks by distance, whatever the case', () => {
    expect(nearest('Satus', ['start', 'status', 'stop'])).to.equal('status');
    expect(nearest('strat', ['start', 'status', 'stop'])).to.equal('start');
    expect(nearest('STOP', ['start', 'status', 'stop'])).to.equal('stop');
    expect(nearest('xyz', ['start', 'status', 'stop'])).to.equal(undefined);
    expect(nearest('x', [])).to.equal(undefined);
  });
});

describe('a value of the wrong type', () => {
  for (const [option, value, message] of [
    ['bosh.max_hold', '"1"', 'expected a whole number, not "1"'],
    ['bosh.max_hold', '1.5', 'expected a whole number, not 1.5'],
    ['bosh.max_hold', '.nan', 'expected a whole number, not NaN'],
    ['bosh.ack', '"yes"', 'expected true or false, not "yes"'],
    ['bosh.path', '5', 'expected text, not 5'],
    ['http.listen', '"127.0.0.1:5280"', 'expected a list, not "127.0.0.1:5280"'],
    ['http.listen', '{}', 'expected a list, not a mapping'],
    ['http.tls', 'cert.pem', 'expected a mapping, not "cert.pem"'],
    ['http.cors_origins', 'true', 'expected "*" or a list of origins'],
    ['http.cors_origins', '"https://a.example"', 'expected "*" or a list of origins'],
    ['log.level', '5', 'expected one of debug, info, warn, error, silent, not 5'],
    ['bosh', '[]', 'expected a mapping, not a list'],
    ['hosts', '[localhost]', 'expected a mapping, not a list'],
    ['hosts.localhost', 'true', 'expected a mapping, not true'],
    ['bosh.max_wait', '[50]', 'expected a duration such as "60 s", not a list'],
    ['bosh.max_body', 'true', 'expected a size such as "256 KiB", not true'],
  ] as const) {
    it(`${option}: ${value}`, () => {
      expect(messageWith(option, value)).to.equal(message);
    });
  }
});

describe('a value that would never work', () => {
  for (const [option, value, message] of [
    ['http.trusted_proxies', '[proxy.example]', 'expected an address or a range such as "10.0.0.0/8"'],
    ['http.trusted_proxies', '["10.0.0.0/33"]', 'expected an address or a range such as "10.0.0.0/8"'],
    ['http.trusted_proxies', '["::1/129"]', 'expected an address or a range such as "10.0.0.0/8"'],
    ['metrics.allow', '["10.0.0/8"]', 'expected an address or a range such as "10.0.0.0/8"'],
    ['http.cors_origins', '["https://a.example/"]', 'expected an origin such as "https://chat.example.com"'],
    ['http.cors_origins', '["a.example"]', 'expected an origin such as "https://chat.example.com"'],
    ['http.cors_origins', '["*"]', 'expected an origin such as "https://chat.example.com"'],
    ['bosh.path', '/', 'expected a path such as "/http-bind"'],
    ['bosh.path', '/bosh?x=1', 'expected a path such as "/http-bind"'],
    ['bosh.aliases', '["/bosh/"]', 'expected a path such as "/http-bind"'],
    ['hosts.localhost.contacts.admin', '["me"]', 'expected an address such as "mailto:admin@example.com"'],
    ['hosts.-localhost-', '{}', 'expected a domain such as "chat.example.com"'],
  ] as const) {
    it(`${option}: ${value}`, () => {
      expect(problemsWith(option, value).join('\n')).to.contain(`: ${message}`);
    });
  }

  for (const value of ['["192.0.2.1"]', '["10.0.0.0/8"]', '["2001:db8::/32"]', '["::1/128"]', '[]']) {
    it(`trusted_proxies: ${value} works`, () => {
      expect(problemsWith('http.trusted_proxies', value)).to.deep.equal([]);
    });
  }

  it('listeners with TLS without a certificate', () => {
    expect(problemsWith('http.listen_tls', '["127.0.0.1:0"]')).to.deep.equal([
      'holdfast.yaml:3:15: http.listen_tls: needs http.tls',
    ]);
  });
});
