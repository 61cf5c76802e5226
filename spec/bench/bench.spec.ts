import { expect } from 'chai';
import { contestants, type ContestantKey } from '../../scripts/bench/contestants.ts';
import type { FigureName } from '../../scripts/bench/figures.ts';
import type { Work } from '../../scripts/bench/plan.ts';
import { comparison, report } from '../../scripts/bench/report.ts';
import { medians, RESULTS, type Results } from '../../scripts/bench/results.ts';
import { run } from '../../scripts/bench/run.ts';
import { builtProgram } from '../support/built-program.ts';
import { requiresLinux } from '../support/optional.ts';

const TIME = { warmUp: 50, duration: 250 };
const MESSAGES: readonly FigureName[] = ['messageCpu', 'messageRate', 'latency50', 'latency99', 'loadShare'];

const WORKS = {
  login: { scenario: 'login', sessions: 20, warmUp: 5, atOnce: 5 },
  'ping-pong': { scenario: 'ping-pong', pairs: 3, ...TIME },
  flood: { scenario: 'flood', pairs: 2, batch: 10, ...TIME },
  rooms: { scenario: 'rooms', occupants: 4, ...TIME },
  idle: { scenario: 'idle', sizes: [4, 12], pairs: 2, settle: 0, ...TIME },
} as const satisfies Record<string, Work>;

function measure(keys: readonly ContestantKey[], scenarios: readonly (keyof typeof WORKS)[]): Promise<Results> {
  return run({
    contestants: contestants(keys, { program: builtProgram() }),
    jobs: scenarios.map((scenario) => ({ transport: 'bosh', work: WORKS[scenario] })),
    rounds: 1,
    progress: () => {},
  });
}

describe('npm run bench', function () {
  requiresLinux(this);
  this.timeout(60_000);
  let results: Results;

  before(async () => {
    results = await measure(['holdfast', 'koa', 'http'], ['ping-pong']);
  });

  it('measures Holdfast and both floors in one run, and every message comes once and in order', () => {
    expect(results.measurements.map(({ server }) => server)).to.deep.equal(['holdfast', 'koa', 'http']);
    for (const measurement of results.measurements) {
      expect(measurement.faults, measurement.name).to.deep.equal([]);
      for (const figure of MESSAGES) expect(medians(measurement)[figure], figure).to.be.at.least(0);
      expect(medians(measurement).messageRate).to.be.greaterThan(10);
    }
  });

  it('reads the event-loop delay of Holdfast alone', () => {
    const readings = results.measurements.map((measurement) => medians(measurement).loopDelay99);
    expect(readings[0]).to.be.at.least(0);
    expect(readings.slice(1)).to.deep.equal([undefined, undefined]);
  });

  it('measures logins, floods and idle sessions', async () => {
    const { measurements } = await measure(['holdfast'], ['login', 'flood', 'idle']);
    expect(measurements.flatMap(({ faults }) => faults)).to.deep.equal([]);
    const [login, flood, few, many] = measurements.map(medians);
    expect(login?.loginRate).to.be.greaterThan(0);
    expect(flood?.messageRate).to.be.greaterThan(10);
    expect(few).to.not.have.property('sessionMemory');
    expect(many?.sessionMemory).to.be.a('number');
  });

  it('measures rooms, where there are any', async () => {
    const { measurements } = await measure(['holdfast', 'koa'], ['rooms']);
    expect(measurements.map(({ server }) => server)).to.deep.equal(['holdfast']);
    expect(measurements[0]).to.deep.include({ case: 'a room: 4 occupants', faults: [] });
    expect(measurements.map(medians)[0]?.messageRate).to.be.greaterThan(10);
  });

  it('measures with an archive and without, where people have accounts', async () => {
    const { measurements } = await run({
      contestants: contestants(['holdfast', 'koa'], { program: builtProgram() }),
      jobs: [true, false].map((archive) => ({ transport: 'bosh', accounts: { archive }, work: WORKS['ping-pong'] })),
      rounds: 1,
      progress: () => {},
    });
    expect(measurements.map((measurement) => measurement.case)).to.deep.equal([
      'archived: ping-pong: 3 pairs',
      'not archived: ping-pong: 3 pairs',
    ]);
    expect(measurements.flatMap(({ faults }) => faults)).to.deep.equal([]);
  });

  it('measures transports that only Holdfast has', async () => {
    const { measurements } = await run({
      contestants: contestants(['holdfast'], { program: builtProgram() }),
      jobs: (['sse', 'xep-0025'] as const).map((transport) => ({ transport, work: WORKS['ping-pong'] })),
      rounds: 1,
      progress: () => {},
    });
    const names = ['Server-Sent Events', 'XEP-0025'].map((name) => `ping-pong over ${name}: 3 pairs`);
    expect(measurements.map((measurement) => measurement.case)).to.deep.equal(names);
    for (const measurement of measurements) {
      expect(measurement.faults, measurement.case).to.deep.equal([]);
      expect(medians(measurement).messageCpu).to.be.greaterThan(0);
    }
  });

  it('keeps results as JSON, and reads them again', () => {
    expect(RESULTS.parse(JSON.parse(JSON.stringify(results)))).to.deep.equal(results);
  });

  it('shows all servers in one table, with the ratio to the Koa floor', () => {
    const text = report(results);
    expect(text)
      .to.match(/^Holdfast +\d+ \d+\.\d\d×Koa/m)
      .and.match(/^floor: Koa +\d+ 1\.00×Koa/m);
    expect(text).to.contain(`commit ${results.commit}`);
  });

  it('compares to an earlier run', () => {
    expect(comparison(results, results)).to.match(/ping-pong: 3 pairs, Holdfast: server CPU\/message 1\.00/);
    const elsewhere = { ...results, machine: { ...results.machine, cpu: 'another' } };
    expect(comparison(results, elsewhere)).to.contain('Another machine');
  });

  it('says so when a run is void', () => {
    const voided = results.measurements.map((measurement) => ({ ...measurement, rounds: [], faults: ['lost one'] }));
    expect(report({ ...results, measurements: voided })).to.contain('void: Holdfast: lost one');
  });
});

describe('npm run bench over WebSocket and TCP', function () {
  requiresLinux(this);
  this.timeout(60_000);

  const CARRIERS = { websocket: 'WebSocket', tcp: 'TCP' } as const;
  for (const transport of ['websocket', 'tcp'] as const)
    it(`measures those servers that have ${CARRIERS[transport]}, with the same audit`, async () => {
      const { measurements } = await run({
        contestants: contestants(['holdfast', 'koa'], { program: builtProgram() }),
        jobs: [{ transport, work: WORKS['ping-pong'] }],
        rounds: 1,
        progress: () => {},
      });
      expect(measurements.map(({ server }) => server)).to.deep.equal(['holdfast']);
      expect(measurements[0]).to.deep.include({ case: `ping-pong over ${CARRIERS[transport]}: 3 pairs`, faults: [] });
      expect(measurements[0]?.rounds[0]?.messageRate).to.be.greaterThan(10);
    });
});
