import { expect } from 'chai';
import { poisson, bursts } from '../../lib/compare/arrivals.ts';
import { Chance } from '../../lib/compare/chance.ts';
import { held, heldSeveral, polled, pushed, pushedAndAcknowledged } from '../../lib/compare/theory.ts';

const TRANSATLANTIC = { up: 50, down: 50 };

function chanceOf(seed: number): () => number {
  const chance = new Chance(seed);
  return () => chance.next();
}

describe('theory of the transports', () => {
  it('a message that is pushed only travels', () => {
    const ideal = pushed({ rate: 10, ...TRANSATLANTIC });
    expect([ideal.requestsPerMessage, ideal.latency(0.5), ideal.latency(1)]).to.deep.equal([0, 50, 50]);
    expect(pushedAndAcknowledged({ rate: 1, ...TRANSATLANTIC }, 20_000).requestsPerMessage).to.equal(0.05);
  });

  for (const [rate, requests, late] of [
    [1, 0.9952, 0.0995],
    [5, 0.9037, 0.452],
    [10, 0.7311, 0.731],
    [50, 0.1997, 0.999],
  ] as const) {
    it(`one held request, ${rate} messages/s: ${requests} requests for each, ${late * 100} % of them late`, () => {
      const ideal = held({ rate, ...TRANSATLANTIC });
      expect(ideal.requestsPerMessage).to.be.closeTo(requests, 0.0005);
      expect(ideal.latency(1 - late - 0.001)).to.equal(50);
      expect(ideal.latency(1 - late + 0.002)).to.be.above(50);
      expect(ideal.latency(1)).to.equal(150);
    });
  }

  it('several held requests, played through, agree with the formula for one', () => {
    for (const rate of [1, 10, 50]) {
      const situation = { rate, ...TRANSATLANTIC };
      const [played, formula] = [heldSeveral({ ...situation, hold: 1 }, chanceOf(7)), held(situation)];
      expect(played.requestsPerMessage).to.be.closeTo(formula.requestsPerMessage ?? 0, 0.005);
      for (const fraction of [0.5, 0.9, 0.99, 1]) {
        expect(played.latency(fraction)).to.be.closeTo(formula.latency(fraction), 2);
      }
    }
  });

  it('a second held request takes the third transit away at the rates of a chat', () => {
    const ideal = heldSeveral({ rate: 1, hold: 2, ...TRANSATLANTIC }, chanceOf(1));
    expect(ideal.latency(0.99)).to.equal(50);
    expect(held({ rate: 1, ...TRANSATLANTIC }).latency(0.99)).to.be.above(139);
  });

  it('polling: half an interval on average, whatever the network', () => {
    const ideal = polled({ rate: 1, ...TRANSATLANTIC }, 2000);
    expect([ideal.requestsPerMessage, ideal.latency(0.5), ideal.latency(1)]).to.deep.equal([0.5, 1050, 2050]);
  });
});

describe('when messages are sent', () => {
  it('a Poisson process for each client: the mean and the variance of the counts are the same', () => {
    const seconds = 200;
    const arrivals = poisson(50, 2, seconds * 1000, new Chance(3));
    expect(arrivals.length / 50 / seconds).to.be.closeTo(2, 0.05);
    const counts = new Map<string, number>();
    for (const { at, client } of arrivals) {
      const key = `${client} ${Math.floor(at / 1000)}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    const squares = [...counts.values()].reduce((sum, count) => sum + count * count, 0) / (50 * seconds);
    expect(squares - 4).to.be.closeTo(2, 0.15);
    expect(arrivals.every(({ at }, index) => index === 0 || at >= (arrivals[index - 1]?.at ?? 0))).to.equal(true);
  });

  it('the same seed, the same moments; another seed, others', () => {
    const of = (seed: number): string => JSON.stringify(poisson(3, 1, 10_000, new Chance(seed)));
    expect(of(1)).to.equal(of(1)).and.not.to.equal(of(2));
  });

  it('more clients leave the moments of the others as they are', () => {
    const ofFirst = (clients: number) =>
      poisson(clients, 1, 10_000, new Chance(1)).filter(({ client }) => client === 0);
    expect(ofFirst(1)).to.deep.equal(ofFirst(5));
  });

  it('bursts: the sizes in turn, the clients not all at once', () => {
    const all = bursts(2, { sizes: [1, 10], every: 1000 }, 2000);
    expect(all.map(({ at, client, count }) => [at, client, count])).to.deep.equal([
      [0, 0, 1],
      [500, 1, 1],
      [1000, 0, 10],
      [1500, 1, 10],
    ]);
  });
});
