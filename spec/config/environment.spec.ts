import { expect } from 'chai';
import { readConfig } from '../../lib/config/load.ts';
import { problemsOf } from '../support/config-problems.ts';

const TEXT = 'hosts: { localhost: {} }\nhttp:\n  listen: ["127.0.0.1:1"]\nlog: { level: warn }\n';

describe('environment variables', () => {
  it('override what the file says', () => {
    const config = readConfig(TEXT, 'x', { HOLDFAST_LOG__LEVEL: 'debug' });
    expect(config.log.level).to.equal('debug');
    expect(config.http.listen).to.deep.equal(['127.0.0.1:1']);
  });

  it('set what the file does not say', () => {
    const config = readConfig('hosts: { localhost: {} }', 'x', { HOLDFAST_BOSH__MAX_WAIT: '30 s' });
    expect(config.bosh.max_wait).to.equal(30_000);
  });

  it('are YAML: numbers, lists, truth, nothing', () => {
    const config = readConfig(TEXT, 'x', {
      HOLDFAST_BOSH__MAX_HOLD: '3',
      HOLDFAST_BOSH__ACK: 'false',
      HOLDFAST_HTTP__LISTEN: '["127.0.0.1:2", "[::1]:2"]',
      HOLDFAST_BOSH__ALIASES: '[]',
    });
    expect(config.bosh).to.include({ max_hold: 3, ack: false });
    expect(config.http.listen).to.deep.equal(['127.0.0.1:2', '[::1]:2']);
    expect(config.bosh.aliases).to.deep.equal([]);
  });

  it('reach into hosts', () => {
    const config = readConfig(TEXT, 'x', {
      HOLDFAST_HOSTS__LOCALHOST__CONFLICT: 'refuse',
      'HOLDFAST_HOSTS__CHAT.EXAMPLE.COM__ANONYMOUS': 'true',
    });
    expect(config.hosts['localhost']?.conflict).to.equal('refuse');
    expect(config.hosts['chat.example.com']?.anonymous).to.equal(true);
  });

  it('are enough without a file', () => {
    expect(Object.keys(readConfig('', 'x', { HOLDFAST_HOSTS__LOCALHOST: '{}' }).hosts)).to.deep.equal(['localhost']);
  });

  it('of others do not matter, nor those that an orchestrator makes of a service name', () => {
    const others = {
      HOME: '/',
      holdfast_log__level: 'x',
      HOLDFAST_PORT: 'tcp://10.0.0.1:5280',
      HOLDFAST_SERVICE_HOST: 'x',
    };
    expect(problemsOf(TEXT, others)).to.deep.equal([]);
  });

  it('are named when their value is wrong', () => {
    expect(problemsOf(TEXT, { HOLDFAST_BOSH__MAX_HOLD: '9' })).to.deep.equal([
      'HOLDFAST_BOSH__MAX_HOLD: bosh.max_hold: expected 5 or less, not 9',
    ]);
    expect(problemsOf(TEXT, { HOLDFAST_HTTP__LISTEN: '[here]' })).to.deep.equal([
      'HOLDFAST_HTTP__LISTEN: http.listen.0: expected "host:port"',
    ]);
  });

  it('are named when they are no YAML', () => {
    const [problem = ''] = problemsOf(TEXT, { HOLDFAST_HTTP__LISTEN: '["127.0.0.1:5280"' });
    expect(problem).to.match(/^HOLDFAST_HTTP__LISTEN: http\.listen: Flow sequence/);
  });

  it('are named when there is no such option', () => {
    expect(problemsOf(TEXT, { HOLDFAST_HTTP__LISTN: '[]' })).to.deep.equal([
      'HOLDFAST_HTTP__LISTN: http.listn: unknown option; did you mean "listen"?',
    ]);
    expect(problemsOf(TEXT, { HOLDFAST_HTPP__LISTEN: '[]' })).to.deep.equal([
      'HOLDFAST_HTPP__LISTEN: htpp: unknown option; did you mean "http"?',
    ]);
  });

  it('leave the file to blame for what is the file’s', () => {
    const text = 'hosts: { localhost: {} }\nbosh: { max_hold: 9 }\n';
    expect(problemsOf(text, { HOLDFAST_BOSH__MAX_WAIT: '5 s' })[0]).to.match(/^holdfast\.yaml:2:19: bosh\.max_hold/);
  });
});
