import { expect } from 'chai';
import WebSocket from 'ws';
import { Client, TRANSPORTS, type TransportName } from '../../lib/client/index.ts';
import type { HoldfastServer } from '../../lib/server.ts';
import { startServer } from '../support/running-server.ts';
import { SeededRandom } from '../support/seeded-random.ts';

/** More by hand: HOLDFAST_MOVES=10000 npx mocha spec/soak/handover.spec.ts */
const MOVES = Number(process.env['HOLDFAST_MOVES'] ?? '100');
/** Milliseconds that one move may take, and time to start and end. */
const TIME = { move: 500, else: 30_000 };
/** One of so many moves is made from a connection that breaks, and one of so many breaks without a move. */
const CUTS = { before: 3, alone: 5 };
/** One of so many answers over HTTP is lost. */
const LOST = 50;

/** Every ordered pair of transports, each with itself too, again and again. */
function* tour(random: SeededRandom, start: TransportName, length: number): Generator<TransportName> {
  let pairs: [TransportName, TransportName][] = [];
  let at = start;
  for (let count = 0; count < length; count += 1) {
    if (pairs.length === 0)
      pairs = TRANSPORTS.flatMap((from) => TRANSPORTS.map((to): [TransportName, TransportName] => [from, to]));
    const open = pairs.filter(([from]) => from === at);
    const pair = open.length > 0 ? random.pick(open) : undefined;
    at = pair ? pair[1] : random.pick(TRANSPORTS);
    pairs = pairs.filter((other) => other !== pair);
    yield at;
  }
}

/** A client that numbers what it says, and notes the numbers that it hears. */
class Speaker {
  readonly client: Client;
  readonly heard: number[] = [];
  readonly stalls: number[] = [];
  said = 0;
  readonly #to: string;
  #wake: () => void = () => undefined;

  constructor(server: HoldfastServer, name: string, other: string, random: SeededRandom) {
    const losing: typeof fetch = async (input, init) => {
      const answer = await fetch(input, init);
      if (random.below(LOST) > 0) return answer;
      await answer.body?.cancel();
      throw new TypeError('the answer is lost');
    };
    this.#to = `${other}@localhost/soak`;
    this.client = new Client({
      service: server.urls[0] ?? '',
      domain: 'localhost',
      username: name,
      password: name,
      resource: 'soak',
      automatic: false,
      pollInterval: 5,
      WebSocket,
      fetch: losing,
    });
    this.client.on('stanza', (stanza) => {
      if (stanza.name === 'message') this.heard.push(Number(stanza.child('body', 'jabber:client')?.text));
      this.#wake();
    });
    this.client.on('transport', ({ from, stall }) => {
      if (from !== undefined) this.stalls.push(stall);
      this.#wake();
    });
    this.client.on('reset', () => expect.fail(`${name} has lost its session`));
  }

  say(): void {
    this.said += 1;
    this.client.send(`<message type='chat' to='${this.#to}'><body>${this.said}</body></message>`);
  }

  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise<void>((resolve) => (this.#wake = resolve));
  }
}

function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}

describe('sessions that move in one round trip, under traffic both ways, while connections break', () => {
  let server: HoldfastServer;

  before(async () => {
    server = await startServer(['alice', 'bob']);
  });

  after(() => server.close({ drain: 0 }));

  it(`nothing is lost, repeated or out of order in ${MOVES} moves`, async function () {
    this.timeout(MOVES * TIME.move + TIME.else);
    const random = new SeededRandom(MOVES);
    const [alice, bob] = [new Speaker(server, 'alice', 'bob', random), new Speaker(server, 'bob', 'alice', random)];
    await alice.client.start('websocket');
    await bob.client.start('websocket');
    const speak = (): void => {
      alice.say();
      bob.say();
    };
    const tours = [tour(random, 'websocket', MOVES), tour(random, 'websocket', MOVES)] as const;
    let moved = 0;
    while (moved < MOVES) {
      const index = random.below(2);
      const { client } = index === 0 ? alice : bob;
      for (let count = random.below(4); count > 0; count -= 1) speak();
      if (random.below(CUTS.alone) === 0) client.cut();
      const to = tours[index]?.next().value ?? 'websocket';
      if (random.below(CUTS.before) === 0) client.cut();
      const moving = client.moveTo(to).catch(() => undefined);
      speak();
      await moving;
      moved += 1;
      speak();
    }
    await bob.until(() => bob.heard.length >= alice.said);
    await alice.until(() => alice.heard.length >= bob.said);
    alice.client.stop();
    bob.client.stop();
    expect(bob.heard).to.deep.equal(upTo(alice.said));
    expect(alice.heard).to.deep.equal(upTo(bob.said));
    const stalls = [...alice.stalls, ...bob.stalls].sort((a, b) => a - b);
    const at = (share: number): string => (stalls[Math.floor(stalls.length * share)] ?? 0).toFixed(1);
    console.log(`    ${stalls.length} changes: nothing taken for ${at(0.5)} ms (p50), ${at(0.99)} ms (p99)`);
    expect(stalls.length).to.be.at.least(MOVES / 2);
  });
});
