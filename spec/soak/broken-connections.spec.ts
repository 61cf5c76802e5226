import { expect } from 'chai';
import { targetOf } from '../../lib/conformance/target.ts';
import { Trial } from '../../lib/conformance/trial.ts';
import type { HoldfastServer } from '../../lib/server.ts';
import { CarelessClient } from '../support/careless-client.ts';
import { DOMAIN, startServer } from '../support/running-server.ts';
import { SeededRandom } from '../support/seeded-random.ts';

const PAIRS = 4;
const MESSAGES = Number(process.env['SOAK_MESSAGES'] ?? '10000');
const EACH = Math.ceil(MESSAGES / PAIRS / 2);
const SEED = Number(process.env['SOAK_SEED'] ?? '20260722');
/** A third of all requests lose their connection. */
const CARELESSNESS = 33;

describe('a network that breaks connections', function () {
  this.timeout(120_000 + MESSAGES * 10);
  let server: HoldfastServer;
  let trial: Trial;

  before(async () => {
    server = await startServer(['alice', 'bob'], { hosts: { [DOMAIN]: { max_resources: 2 * PAIRS } } });
    const account = (name: string) => ({ is: 'account', name, password: name }) as const;
    trial = new Trial({
      target: targetOf(server.boshUrl),
      domain: DOMAIN,
      credentials: [account('alice'), account('bob')],
      wiring: 'keep-alive',
      patience: 5000,
      silence: 500,
      strict: false,
    });
  });

  after(async () => {
    await trial.finish();
    await server.close({ drain: 0 });
  });

  it(`loses, doubles and reorders none of ${MESSAGES} messages (seed ${SEED})`, async () => {
    const breaks = await Promise.all(Array.from({ length: PAIRS }, (_, pair) => chat(SEED + pair)));
    expect(Math.min(...breaks), 'broken connections').to.be.greaterThan(EACH / 20);
  });

  /** Two clients talk at the same time. Returns how many connections broke. */
  async function chat(seed: number): Promise<number> {
    const [a, b] = await trial.pair();
    const chance = new SeededRandom(seed);
    const alice = new CarelessClient(a.caller, chance, CARELESSNESS);
    const bob = new CarelessClient(b.caller, chance, CARELESSNESS);
    const texts = Array.from({ length: EACH }, (_, index) => String(index));
    for (const text of texts) {
      alice.say(b.jid, text);
      bob.say(a.jid, text);
    }
    await Promise.all([alice.until(EACH), bob.until(EACH)]);
    alice.leave();
    bob.leave();
    expect(alice.received, 'what alice received').to.deep.equal(texts);
    expect(bob.received, 'what bob received').to.deep.equal(texts);
    return alice.breaks + bob.breaks;
  }
});
