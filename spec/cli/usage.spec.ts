import { expect } from 'chai';
import { COMMANDS } from '../../lib/admin/commands.ts';
import { SOFTWARE } from '../../lib/software.ts';
import { Sandbox } from '../support/sandbox.ts';

const USAGE = 2;

describe('holdfast, as a command', () => {
  let box: Sandbox;

  before(() => {
    box = new Sandbox();
  });
  after(() => box.close());

  it('tells its version', async () => {
    expect(await box.run(['--version'])).to.deep.equal({ code: 0, out: `${SOFTWARE.version}\n`, err: '' });
  });

  it('tells what it can do', async () => {
    const { code, out, err } = await box.run(['--help']);
    expect([code, err]).to.deep.equal([0, '']);
    for (const word of [
      'start',
      'init',
      'conform',
      'config',
      'user',
      'session',
      'status',
      'reload',
      'stop',
      '--config',
      '--json',
    ]) {
      expect(out).to.match(new RegExp(`^ {2}.*${word}\\b`, 'm'));
    }
  });

  for (const { name, summary, parameters } of COMMANDS) {
    it(`explains ${name}`, async () => {
      const { code, out } = await box.run([...name.split(' '), '--help']);
      expect(code).to.equal(0);
      expect(out).to.contain(`Usage: holdfast ${name} `).and.to.contain(summary);
      for (const parameter of parameters) expect(out).to.contain(parameter.description);
    });
  }

  for (const [args, message] of [
    [['strat'], 'there is no command "strat"; did you mean "start"?'],
    [['stats'], 'there is no command "stats"; did you mean "status"?'],
    [['dance'], 'there is no command "dance"'],
    [['dance', 'slowly'], 'there is no command "dance"'],
    [['user', 'ad'], "unknown command 'ad'\n(Did you mean add?)"],
    [['start', 'now'], 'too many arguments'],
    [['user', 'add'], "missing required argument 'jid'"],
    [['--jsno'], "unknown option '--jsno'\n(Did you mean --json?)"],
    [['--config'], "option '--config <file>' argument missing"],
  ] as const) {
    it(`refuses "${args.join(' ')}"`, async () => {
      const { code, out, err } = await box.run(args);
      expect([code, out]).to.deep.equal([USAGE, '']);
      expect(err)
        .to.match(/^holdfast: /)
        .and.to.contain(message);
    });
  }

  it('refuses in JSON when it is asked to', async () => {
    const { code, value } = await box.json(['strat']);
    expect({ code, value }).to.deep.equal({
      code: USAGE,
      value: { error: 'there is no command "strat"; did you mean "start"?' },
    });
    expect(await box.json(['user', 'add'])).to.deep.equal({
      code: USAGE,
      value: { error: "missing required argument 'jid'" },
    });
  });

  it('tells the commands of a group that is named alone', async () => {
    const { code, err } = await box.run(['user']);
    expect(code).to.equal(USAGE);
    for (const word of ['add', 'passwd', 'del', 'list']) expect(err).to.contain(`  ${word} `);
  });

  it('refuses a configuration that is not there', async () => {
    const { code, out, err } = await box.run(['--config', 'nowhere.yaml', 'start']);
    expect([code, out]).to.deep.equal([64, '']);
    expect(err).to.match(/^holdfast: nowhere\.yaml: cannot be read: ENOENT.*\n$/);
  });
});
