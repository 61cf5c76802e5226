import { expect } from 'chai';
import { optionDocs } from '../../lib/config/explain.ts';
import { Sandbox } from '../support/sandbox.ts';

const BAD_CONFIGURATION = 64;

describe('holdfast config', () => {
  let box: Sandbox;

  beforeEach(() => {
    box = new Sandbox();
  });
  afterEach(() => box.close());

  it('check finds nothing wrong', async () => {
    box.configure();
    expect(await box.run(['config', 'check'])).to.deep.equal({ code: 0, out: './holdfast.yaml is fine.\n', err: '' });
    expect(await box.json(['config', 'check'])).to.deep.equal({
      code: 0,
      value: { file: './holdfast.yaml', ok: true },
    });
  });

  it('check finds everything wrong', async () => {
    box.configure('hosts: { localhost: {} }\nbosh: { hlod: 1, max_hold: 9 }\n');
    const { code, out, err } = await box.run(['config', 'check']);
    expect([code, out]).to.deep.equal([BAD_CONFIGURATION, '']);
    expect(err.trimEnd().split('\n')).to.deep.equal([
      'holdfast: ./holdfast.yaml:2:9: bosh.hlod: unknown option',
      'holdfast: ./holdfast.yaml:2:28: bosh.max_hold: expected 5 or less, not 9',
    ]);
  });

  it('check tells programs what is wrong', async () => {
    box.configure('hosts: { localhost: {} }\nbosh: { max_hold: 9 }\n');
    const problem = { where: './holdfast.yaml:2:19', key: 'bosh.max_hold', message: 'expected 5 or less, not 9' };
    expect(await box.json(['config', 'check'])).to.deep.equal({
      code: BAD_CONFIGURATION,
      value: { error: `${problem.where}: ${problem.key}: ${problem.message}`, problems: [problem] },
    });
  });

  it('check looks at the environment, too', async () => {
    box.configure();
    const { code, err } = await box.run(['config', 'check'], { environment: { HOLDFAST_LOG__LEVEL: 'loud' } });
    expect(code).to.equal(BAD_CONFIGURATION);
    expect(err).to.match(/^holdfast: HOLDFAST_LOG__LEVEL: log\.level: expected one of/);
  });

  it('check is content without a configuration', async () => {
    expect((await box.run(['config', 'check'])).out).to.equal('demo mode is fine.\n');
  });

  it('show has all defaults', async () => {
    box.configure();
    const { value } = await box.json(['config', 'show']);
    expect(value).to.have.nested.property('bosh.max_wait', 50_000);
    expect(value).to.have.nested.property('auth.iterations', 4096);
    expect(JSON.parse((await box.run(['config', 'show'])).out)).to.deep.equal(value);
  });

  it('explain tells one option, a section, or all', async () => {
    const { out } = await box.run(['config', 'explain', 'bosh.max_hold']);
    expect(out).to.match(/^bosh\.max_hold\n {2}Requests held .*\n {2}whole number, 0 to 5; default 1\n$/);
    expect((await box.json(['config', 'explain', 'storage'])).value).to.have.length(2);
    expect((await box.json(['config', 'explain'])).value).to.deep.equal(optionDocs());
  });

  it('explain does not know what is not there', async () => {
    expect(await box.run(['config', 'explain', 'bosh.max_hlod'])).to.deep.equal({
      code: 1,
      out: '',
      err: 'holdfast: there is no option "bosh.max_hlod"; did you mean "bosh.max_hold"?\n',
    });
  });
});
