import { expect } from 'chai';
import { TRANSPORTS, TRANSPORT_KEYS, type TransportKey } from '../../lib/compare/transports.ts';
import { WEATHERS } from '../../lib/compare/weather/weather.ts';
import { WORKLOADS } from '../../lib/compare/workloads/index.ts';
import type { FigureName } from '../../lib/compare/figures.ts';

/** Ten minutes, for ten transports. */
const ALL_SECONDS = 600;

function theory(id: string, transport: TransportKey, figure: FigureName): number | undefined {
  const workload = WORKLOADS.find((one) => one.id === id);
  return workload?.theory({ transport, weather: WEATHERS.transatlantic, seed: 1, size: workload.size })[figure];
}

describe('workloads', () => {
  it('are W1 to W10, each with something to say', () => {
    expect(WORKLOADS.map(({ id }) => id)).to.deep.equal(Array.from({ length: 10 }, (_, index) => `W${index + 1}`));
    for (const { title, about } of WORKLOADS) expect([title, about]).not.to.include('');
  });

  it('are small enough together for a run of all', () => {
    const seconds = WORKLOADS.reduce((sum, { quick }) => sum + quick.seconds, 0);
    expect(seconds * TRANSPORT_KEYS.length).to.be.below(ALL_SECONDS / 2);
  });

  it('W1: requests for each message, as the formulas have it', () => {
    const all = TRANSPORT_KEYS.map((key) => [key, Number(theory('W1', key, 'requests')?.toFixed(2))]);
    expect(Object.fromEntries(all)).to.deep.equal({
      tcp: 0,
      websocket: 0,
      sse: 0.05,
      stream: 0.05,
      'bosh-2': 1,
      bosh: 1,
      'long-poll': 1,
      'bosh-polling': 0.48,
      'xep-0025': 0.5,
    });
  });

  it('HTTP/2 costs one more round trip for TLS, and saves the connection to send on', () => {
    expect([theory('W6', 'bosh-h2', 'loginRoundTrips'), theory('W6', 'sse-h2', 'loginRoundTrips')]).to.deep.equal([
      6, 7,
    ]);
    expect(theory('W1', 'bosh-h2', 'requests')).to.equal(theory('W1', 'bosh', 'requests'));
  });

  it('W2: a burst leaves in one answer', () => {
    expect(theory('W2', 'bosh', 'requests')).to.be.closeTo(1 / 37, 0.001);
    expect(theory('W2', 'bosh', 'latency999')).to.equal(50);
  });

  it('W3: a question and its answer are a round trip over all that do not poll, and two requests over those that hold', () => {
    for (const key of TRANSPORT_KEYS.filter((one) => TRANSPORTS[one].kind !== 'polled')) {
      expect(theory('W3', key, 'latency99'), key).to.equal(100);
    }
    expect([theory('W3', 'bosh', 'requests'), theory('W3', 'sse', 'requests')]).to.deep.equal([2, 1]);
    expect(theory('W3', 'websocket', 'requests')).to.equal(0);
  });

  it('W4: what is said while a POST is under way waits for its answer', () => {
    expect(theory('W4', 'websocket', 'latency99')).to.equal(50);
    expect(theory('W4', 'sse', 'latencyMax')).to.equal(150);
    expect(theory('W4', 'bosh', 'requests')).to.be.closeTo(0.904, 0.001);
  });

  it('W6 and W7: round trips', () => {
    expect(TRANSPORT_KEYS.map((key) => theory('W6', key, 'login'))).to.deep.equal([
      500, 600, 700, 700, 500, 500, 700, 500, 500,
    ]);
    expect(
      ['tcp', 'bosh', 'bosh-polling'].map((key) => theory('W7', key as TransportKey, 'recoveryReset')),
    ).to.deep.equal([500, 200, undefined]);
  });
});
