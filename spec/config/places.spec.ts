import { expect } from 'chai';
import { completeConfig } from '../../lib/config/load.ts';
import { ConfigError } from '../../lib/config/problem.ts';
import { problemsOf } from '../support/config-problems.ts';

const HOSTS = 'hosts: { localhost: {} }\n';

describe('a bad configuration says where it is bad', () => {
  it('at the value of an option', () => {
    expect(problemsOf(`${HOSTS}bosh:\n  # as few as possible\n  max_hold:   9\n`)).to.deep.equal([
      'holdfast.yaml:4:15: bosh.max_hold: expected 5 or less, not 9',
    ]);
  });

  it('at the item of a list, in a line of its own', () => {
    expect(problemsOf(`${HOSTS}http:\n  listen:\n    - 127.0.0.1:5280\n    - here\n`)).to.deep.equal([
      'holdfast.yaml:5:7: http.listen.1: expected "host:port"',
    ]);
  });

  it('at the item of a list between brackets', () => {
    expect(problemsOf(`${HOSTS}http: { listen: ["127.0.0.1:5280", "here"] }\n`)).to.deep.equal([
      'holdfast.yaml:2:36: http.listen.1: expected "host:port"',
    ]);
  });

  it('at the name of an option that there is not', () => {
    expect(problemsOf(`${HOSTS}bosh:\n  hlod: 1\n`)).to.deep.equal(['holdfast.yaml:3:3: bosh.hlod: unknown option']);
  });

  it('at a section that there is not', () => {
    expect(problemsOf(`${HOSTS}\n\nmuc: {}\n`)).to.deep.equal(['holdfast.yaml:4:1: muc: unknown option']);
  });

  it('at the name of a host', () => {
    expect(problemsOf('hosts:\n  localhost: {}\n  not a domain: {}\n')).to.deep.equal([
      'holdfast.yaml:3:3: hosts.not a domain: expected a domain such as "chat.example.com"',
    ]);
  });

  it('at the section that lacks an option', () => {
    expect(problemsOf(`${HOSTS}http:\n  tls: { cert: a.pem }\n`)).to.deep.equal([
      'holdfast.yaml:3:3: http.tls.key: expected text, and there is nothing',
    ]);
  });

  it('at the beginning when the hosts are missing', () => {
    for (const text of ['', '# nothing\n', 'log: { level: info }\n', 'hosts:\n']) {
      expect(problemsOf(text)).to.deep.equal(['holdfast.yaml:1:1: hosts: expected a mapping, and there is nothing']);
    }
  });

  it('wherever there is something wrong, at once, from top to bottom', () => {
    const text = `hosts:\n  localhost: { conflict: fight }\nbosh:\n  max_hold: 9\n  hlod: 1\nlog:\n  level: 5\n`;
    expect(problemsOf(text).map((problem) => problem.split(': ', 2).join(' '))).to.deep.equal([
      'holdfast.yaml:2:26 hosts.localhost.conflict',
      'holdfast.yaml:4:13 bosh.max_hold',
      'holdfast.yaml:5:3 bosh.hlod',
      'holdfast.yaml:7:10 log.level',
    ]);
  });

  it('when it is made in code', () => {
    const make = () => completeConfig({ hosts: {}, bosh: { max_hold: 9 } });
    expect(make).to.throw(ConfigError, 'configuration: bosh.max_hold: expected 5 or less, not 9');
  });

  describe('when it is not YAML', () => {
    it('at the mistake', () => {
      expect(problemsOf(`${HOSTS}bosh: { max_hold: 1\nlog: {}\n`)).to.deep.equal([
        'holdfast.yaml:3:1: Flow map in block collection must be sufficiently indented and end with a }',
      ]);
      expect(problemsOf('hosts:\n\tlocalhost: {}\n')[0]).to.match(/^holdfast\.yaml:2:1: Tabs are not allowed/);
    });

    it('at a name that is there twice', () => {
      expect(problemsOf(`${HOSTS}bosh:\n  max_hold: 1\n  max_hold: 2\n`)).to.deep.equal([
        'holdfast.yaml:4:3: bosh.max_hold: is there twice',
      ]);
      expect(problemsOf(`${HOSTS}log: {}\nhosts: { other.example: {} }\n`)).to.deep.equal([
        'holdfast.yaml:3:1: hosts: is there twice',
      ]);
    });

    it('at a second document', () => {
      expect(problemsOf(`${HOSTS}---\n${HOSTS}`)).to.deep.equal(['holdfast.yaml:2:1: a second document begins here']);
    });

    it('at an alias without an anchor', () => {
      expect(problemsOf('hosts: *others\n')).to.deep.equal([
        'holdfast.yaml:1:8: the alias "others" stands for nothing',
      ]);
    });

    it('also when aliases multiply without end', () => {
      const tens = (name: string, of: string): string => `${name}: &${name} [${Array(11).fill(of).join(', ')}]\n`;
      const text = `${tens('a', '1')}${tens('b', '*a')}${tens('c', '*b')}${tens('d', '*c')}`;
      expect(problemsOf(text)).to.deep.equal([
        'holdfast.yaml:1:1: Excessive alias count indicates a resource exhaustion attack',
      ]);
    });
  });

  it('when the whole is no mapping', () => {
    expect(problemsOf('- localhost\n')).to.deep.equal(['holdfast.yaml:1:1: expected a mapping, not a list']);
    expect(problemsOf('localhost\n')).to.deep.equal(['holdfast.yaml:1:1: expected a mapping, not "localhost"']);
  });
});

describe('a good configuration', () => {
  it('may use anchors', () => {
    expect(problemsOf('hosts: { a.example: &same { conflict: refuse }, b.example: *same }\n')).to.deep.equal([]);
  });

  it('may leave hosts and sections empty', () => {
    expect(problemsOf('hosts:\n  localhost:\nbosh:\n  # max_hold: 1\nhttp:\n')).to.deep.equal([]);
  });

  it('may not leave an option empty', () => {
    expect(problemsOf(`${HOSTS}bosh:\n  max_hold:\n`)).to.deep.equal([
      'holdfast.yaml:3:3: bosh.max_hold: expected a whole number, and there is nothing',
    ]);
  });

  it('knows domains by their prepared names', () => {
    const { hosts } = completeConfig({ hosts: { 'Example.COM': { conflict: 'refuse' } } });
    expect(Object.keys(hosts)).to.deep.equal(['example.com']);
    expect(hosts['example.com']?.conflict).to.equal('refuse');
  });

  it('has each domain once, however it is written', () => {
    expect(problemsOf('hosts:\n  example.com: {}\n  EXAMPLE.com: {}\n')).to.deep.equal([
      'holdfast.yaml:3:3: hosts.EXAMPLE.com: is there twice, as "example.com"',
    ]);
  });

  it('cannot be changed', () => {
    const config = completeConfig({ hosts: { localhost: {} } });
    expect(() => Object.assign(config.bosh, { max_hold: 3 })).to.throw(TypeError);
    expect(() => Object.assign(config.hosts['localhost'] ?? {}, { conflict: 'refuse' })).to.throw(TypeError);
  });
});
