import { readFileSync, statSync } from 'node:fs';
import { expect } from 'chai';
import { loadConfig } from '../../lib/config/load.ts';
import { Sandbox } from '../support/sandbox.ts';

describe('holdfast init', () => {
  let box: Sandbox;

  beforeEach(() => {
    box = new Sandbox();
  });
  afterEach(() => box.close());

  it('writes a configuration that is good, for its owner alone', async () => {
    const { code, out, err } = await box.run(['init', '--yes']);
    expect([code, err]).to.deep.equal([0, '']);
    expect(out)
      .to.match(/^Wrote holdfast\.yaml\.\n/)
      .and.to.contain('npx holdfast user add you@localhost');
    const config = loadConfig(box.path('holdfast.yaml'));
    expect(Object.keys(config.hosts)).to.deep.equal(['localhost']);
    expect(config.http.listen).to.deep.equal(['127.0.0.1:5280']);
    expect(statSync(box.path('holdfast.yaml')).mode & 0o777).to.equal(0o600);
    expect((await box.run(['config', 'check'])).code).to.equal(0);
  });

  it('writes where and for whom it is told', async () => {
    const { out } = await box.run(['init', '--yes', '--domain', 'chat.example.com', '--config', 'other.yaml']);
    expect(out).to.contain('npx holdfast start --config other.yaml');
    expect(Object.keys(loadConfig(box.path('other.yaml')).hosts)).to.deep.equal(['chat.example.com']);
  });

  it('asks nobody where nobody is', async () => {
    expect((await box.run(['init'])).code).to.equal(0);
  });

  it('speaks JSON', async () => {
    expect(await box.json(['init', '--yes'])).to.deep.equal({
      code: 0,
      value: { file: 'holdfast.yaml', domain: 'localhost' },
    });
  });

  it('overwrites nothing unless it is told to', async () => {
    box.configure('# mine\n');
    const refused = await box.run(['init', '--yes']);
    expect(refused).to.deep.equal({
      code: 1,
      out: '',
      err: 'holdfast: holdfast.yaml is there already; --force overwrites it\n',
    });
    expect(readFileSync(box.path('holdfast.yaml'), 'utf8')).to.equal('# mine\n');
    expect((await box.run(['init', '--yes', '--force'])).code).to.equal(0);
    expect(readFileSync(box.path('holdfast.yaml'), 'utf8')).to.contain('hosts:');
  });

  it('takes no domain that is none', async () => {
    for (const domain of ['not a domain', 'a: {}', '']) {
      const { code, err } = await box.run(['init', '--yes', '--domain', domain]);
      expect([code, err]).to.deep.equal([1, `holdfast: "${domain}" is not a domain\n`]);
    }
  });

  it('says in one line that the folder is not there', async () => {
    const { code, err } = await box.run(['init', '--yes', '--config', 'no/where.yaml']);
    expect(code).to.equal(1);
    expect(err).to.match(/^holdfast: ENOENT: [^\n]*no\/where\.yaml'\n$/);
  });
});
