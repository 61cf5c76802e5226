import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { REPORT, type Report } from '../../lib/compare/report.ts';
import { Sandbox } from '../support/sandbox.ts';

/** Small: shows that it works, not how fast. */
const SMALL = ['--seconds', '0.3', '--sessions', '2', '--rate', '40', '--weather', 'lan'];

describe('holdfast compare', function () {
  this.timeout(150_000);
  let box: Sandbox;

  before(() => {
    box = new Sandbox();
  });

  after(() => box.close());

  const load = (): Report => REPORT.parse(JSON.parse(readFileSync(box.path('report.json'), 'utf8')));

  it('measures every transport, and loses, repeats and reorders nothing', async () => {
    const { code, out, err } = await box.run(['compare', ...SMALL, '--save', 'report.json']);
    expect(code, out + err).to.equal(0);
    const report = load();
    expect(report.cells.map(({ transport }) => transport)).to.include.members([
      'tcp',
      'websocket',
      'sse',
      'stream',
      'bosh',
      'bosh-2',
      'long-poll',
      'bosh-polling',
      'xep-0025',
    ]);
    for (const { transport, runs, figures } of report.cells) {
      const [run] = runs;
      expect(run?.faults, transport).to.deep.equal([]);
      expect(run?.audit, transport).to.include({ lost: 0, repeated: 0, reordered: 0 });
      expect(run?.audit.received, transport).to.equal(run?.audit.sent).and.to.be.above(5);
      // A poll may not fall into so short a time.
      if (!/bosh-polling|xep-0025/.test(transport)) expect(figures.bytesDown, transport).to.be.above(200);
    }
    const [tcp, bosh] = ['tcp', 'bosh'].map((key) => report.cells.find(({ transport }) => transport === key)?.figures);
    expect(tcp?.requests).to.equal(0);
    expect(bosh?.requests).to.be.above(0);
    expect(bosh?.bytesDown).to.be.above((tcp?.bytesDown ?? 0) + 100);
  });

  it('answers, logs in and moves sessions, over HTTP/2 as well, and loses nothing', async () => {
    const some = ['--workload', 'W3,W6,W8', '--transports', 'websocket,bosh', '--http2'];
    const { code, out, err } = await box.run(['compare', ...SMALL, ...some, '--save', 'more.json']);
    expect(code, out + err).to.equal(0);
    const { cells, missing }: Report = REPORT.parse(JSON.parse(readFileSync(box.path('more.json'), 'utf8')));
    expect(cells.map(({ workload, transport }) => `${workload} ${transport}`)).to.have.length(
      missing.length > 0 ? 6 : 9,
    );
    for (const { workload, transport, runs, figures } of cells) {
      expect(runs[0]?.audit.received, `${workload} ${transport}`).to.be.above(0);
      if (workload === 'W8') expect(figures.stallMax).to.be.above(0);
      if (workload === 'W6') expect(figures.login).to.be.above(0);
    }
  });

  it('shows a saved report again, without measuring', async () => {
    const shown = await box.run(['compare', '--from', 'report.json']);
    expect(shown.code).to.equal(0);
    expect(shown.out)
      .to.match(/^W1 {2}messages that arrive at random/m)
      .and.to.match(/^BOSH hold=1 +\d/m);
    const { value } = await box.json(['compare', '--from', 'report.json']);
    expect(value).to.deep.equal(load());
  });

  it('exit code 1 when a run is void', async () => {
    const report = load();
    const void1 = report.cells.map((cell) => ({
      ...cell,
      runs: cell.runs.map((run) => ({ ...run, faults: ['1 messages lost'] })),
    }));
    writeFileSync(box.path('void.json'), JSON.stringify({ ...report, cells: void1 }));
    const { code, out } = await box.run(['compare', '--from', 'void.json']);
    expect(code).to.equal(1);
    expect(out).to.contain('VOID  W1 BOSH hold=1: 1 messages lost');
  });

  for (const [args, message] of [
    [['--weather', 'fog'], '--weather takes one of lan, wifi, 4g, transatlantic, 3g, corporate-proxy, not "fog"'],
    [['--workload', 'W99'], '--workload takes one of W1'],
    [['--transports', 'websokcet'], 'did you mean "websocket"?'],
    [['--sessions', 'many'], '--sessions takes a number above 0'],
    [['--from', 'nowhere.json'], 'nowhere.json is no saved comparison'],
  ] as const) {
    it(`refuses ${args.join(' ')}`, async () => {
      const { code, err } = await box.run(['compare', ...args]);
      expect(code).to.be.oneOf([1, 2]);
      expect(err).to.contain('holdfast: ').and.to.contain(message);
    });
  }
});
