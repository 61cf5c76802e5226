import { expect } from 'chai';
import type { Answer } from '../../lib/bosh/exchange.ts';
import { Chance } from '../../lib/compare/chance.ts';
import { held, heldSeveral, type Ideal } from '../../lib/compare/theory.ts';
import { BoshWorld, FakeExchange, wrapper } from '../support/bosh-world.ts';

const ONE_WAY = 50;
const MESSAGES = 4000;

/** A request whose answer is told at once. */
class ToldExchange extends FakeExchange {
  readonly #told: (body: string) => void;

  constructor(told: (body: string) => void) {
    super();
    this.#told = told;
  }

  override respond(answer: Answer): void {
    super.respond(answer);
    this.#told(this.body);
  }
}

/** Plays messages to a client of the real BOSH machine, with nothing in the way but the network, in virtual time. */
function play(rate: number, hold: number): { readonly requests: number; readonly latencies: readonly number[] } {
  const world = new BoshWorld({ policy: { maxWait: 60, inactivity: 60 } });
  world.open({ hold, wait: 60 });
  const { clock } = world;
  const chance = new Chance(rate + hold);
  const latencies: number[] = [];
  let requests = 0;
  const ask = (): void => {
    requests += 1;
    const body = wrapper({ rid: 1000 + requests, sid: world.sid });
    clock.at(clock.now() + ONE_WAY, () => world.manager.receive(new ToldExchange(answered), body));
  };
  const answered = (body: string): void => {
    clock.at(clock.now() + ONE_WAY, () => {
      for (const [, sentAt] of body.matchAll(/id='([\d.]+)'/g)) latencies.push(clock.now() - Number(sentAt));
      ask();
    });
  };
  const say = (count: number): void => {
    world.streams[0]?.send(`<message xmlns='jabber:client' id='${clock.now()}'/>`);
    if (count > 1) clock.at(clock.now() + chance.exponential(1000 / rate), () => say(count - 1));
  };
  for (let held = 0; held < hold; held += 1) ask();
  clock.at(1000, () => say(MESSAGES));
  while (latencies.length < MESSAGES) clock.advance(1000);
  return { requests: requests - hold, latencies: latencies.sort((a, b) => a - b) };
}

describe('BOSH costs what theory says (virtual time)', () => {
  for (const rate of [1, 5, 10, 50]) {
    for (const hold of [1, 2]) {
      it(`${rate} messages/s, hold=${hold}, 100 ms there and back`, () => {
        const situation = { rate, up: ONE_WAY, down: ONE_WAY };
        const chance = new Chance(3);
        const ideal: Ideal = hold === 1 ? held(situation) : heldSeveral({ ...situation, hold }, () => chance.next());
        const { requests, latencies } = play(rate, hold);
        expect(requests / MESSAGES / (ideal.requestsPerMessage ?? 0), 'requests').to.be.within(0.97, 1.03);
        expect(latencies.at(-1), 'three transits').to.be.at.most(3 * ONE_WAY + 0.001);
        expect(latencies[0]).to.be.closeTo(ONE_WAY, 0.001);
        for (const fraction of [0.5, 0.9, 0.99]) {
          const latency = latencies[Math.ceil(MESSAGES * fraction) - 1] ?? 0;
          expect(latency, `${fraction * 100} %`).to.be.closeTo(ideal.latency(fraction), 6);
        }
      });
    }
  }
});
