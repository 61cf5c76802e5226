import { expect } from 'chai';
import type { HoldfastServer } from '../../lib/server.ts';
import { Mover, type TransportName } from '../support/mover.ts';
import { startServer } from '../support/running-server.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { TALKERS } from '../support/talker.ts';

/** More by hand: HOLDFAST_RESUMPTIONS=1000 npx mocha spec/soak/moves.spec.ts */
const MOVES = Number(process.env['HOLDFAST_RESUMPTIONS'] ?? '60');
/** Milliseconds that one move may take, and time to start and end. */
const TIME = { move: 1000, else: 20_000 };
const TRANSPORTS = Object.keys(TALKERS);

/** Every ordered pair of transports, each with itself too, again and again. */
function* tour(random: SeededRandom, length: number): Generator<TransportName> {
  let pairs: [string, string][] = [];
  let at = 'WebSocket';
  for (let count = 0; count < length; count += 1) {
    if (pairs.length === 0) pairs = TRANSPORTS.flatMap((from) => TRANSPORTS.map((to): [string, string] => [from, to]));
    const open = pairs.filter(([from]) => from === at);
    const pair = open.length > 0 ? random.pick(open) : undefined;
    at = pair ? pair[1] : random.pick(TRANSPORTS);
    pairs = pairs.filter((other) => other !== pair);
    yield at;
  }
}

function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}

describe('a session that moves between all transports in the standard form, under traffic both ways', () => {
  let server: HoldfastServer;

  before(async () => {
    server = await startServer(['alice', 'bob'], { tcp: { listen: ['127.0.0.1:0'] } });
  });

  after(() => server.close({ drain: 0 }));

  it(`loses, repeats and reorders nothing in ${MOVES} moves, whether connections break or not`, async function () {
    this.timeout(MOVES * TIME.move + TIME.else);
    const random = new SeededRandom(MOVES);
    const [alice, bob] = [new Mover(server, 'alice'), new Mover(server, 'bob')];
    await alice.start('WebSocket');
    await bob.start('WebSocket');
    let sent = 0;
    const speak = (): void => {
      sent += 1;
      alice.send('bob@localhost/spec', sent);
      bob.send('alice@localhost/spec', sent);
    };
    for (const transport of tour(random, MOVES)) {
      for (let count = random.below(4); count > 0; count -= 1) speak();
      const moving = bob.move(transport, random.below(2) === 0);
      speak();
      await moving;
      speak();
    }
    await bob.until(() => bob.inbox.length >= sent);
    await alice.until(() => alice.inbox.length >= sent);
    alice.stop();
    bob.stop();
    expect(bob.inbox).to.deep.equal(upTo(sent));
    expect(alice.inbox).to.deep.equal(upTo(sent));
    const stalls = bob.stalls.sort((a, b) => a - b);
    expect(stalls[Math.floor(stalls.length / 2)], 'median stall in ms').to.be.below(500);
    if (MOVES > 60) console.log(`p50 ${stalls[Math.floor(MOVES / 2)]} ms, p99 ${stalls[Math.floor(MOVES * 0.99)]} ms`);
  });
});
