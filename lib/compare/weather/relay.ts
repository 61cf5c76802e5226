import type { Socket } from 'node:net';
import type { Cancel, Clock } from '../../base/clock.ts';
import type { Instant } from '../../base/time.ts';
import type { Chance } from '../chance.ts';
import { Link, retry, type Parcel } from './link.ts';
import { ResponseBuffer } from './response-buffer.ts';
import { roundTrip, type Weather } from './weather.ts';

/** How long a client waits before it tries to connect again, in milliseconds, as Linux does; doubled each time. */
const CONNECT_AGAIN = 1000;

export interface RelayOptions {
  /** To the client. */
  readonly near: Socket;
  /** To the server. */
  readonly far: Socket;
  readonly weather: Weather;
  readonly clock: Clock;
  readonly chance: Chance;
  /** Nothing gets through before. */
  readonly holeUntil: Instant;
  readonly tap: (way: 'up' | 'down', bytes: Uint8Array) => void;
  readonly ended: () => void;
}

/** One connection through the weather: two links, and the timer that empties them. */
export class Relay {
  /** Bytes that went in at the client's side, and that came out there. */
  up = 0;
  down = 0;
  readonly #near: Socket;
  readonly #far: Socket;
  readonly #clock: Clock;
  readonly #upLink: Link;
  readonly #downLink: Link;
  readonly #tap: RelayOptions['tap'];
  readonly #ended: () => void;
  #weather: Weather;
  #buffer: ResponseBuffer | undefined;
  #usedAt: Instant;
  #wakeAt: Instant = Infinity;
  #cancel: Cancel = () => {};
  #isOver = false;

  constructor({ near, far, weather, clock, chance, holeUntil, tap, ended }: RelayOptions) {
    this.#near = near;
    this.#far = far;
    this.#weather = weather;
    this.#clock = clock;
    this.#tap = tap;
    this.#ended = ended;
    const now = clock.now();
    const back = roundTrip(weather);
    // The listener of this machine has taken the connection at once: the handshake takes its time all the same.
    const opensAt = retry(now, CONNECT_AGAIN, holeUntil) + back;
    const draw = (): number => chance.next();
    this.#upLink = new Link({ direction: weather.up, chance: draw, roundTrip: back, opensAt });
    this.#downLink = new Link({
      direction: weather.down,
      chance: draw,
      roundTrip: back,
      opensAt: opensAt - weather.down.delay,
    });
    if (now < holeUntil) this.blackHole(holeUntil);
    this.#buffer = weather.down.buffer === 0 ? undefined : new ResponseBuffer(weather.down.buffer);
    this.#usedAt = now;
    this.#listen();
    this.#arm();
  }

  set weather(weather: Weather) {
    this.#weather = weather;
    this.#upLink.direction = weather.up;
    this.#downLink.direction = weather.down;
    this.#arm();
  }

  blackHole(until: Instant): void {
    const now = this.#clock.now();
    this.#upLink.blackHole(now, until);
    this.#downLink.blackHole(now, until);
  }

  reset(): void {
    if (this.#isOver) return;
    this.#near.resetAndDestroy();
    this.#far.resetAndDestroy();
    this.#finish();
  }

  #listen(): void {
    this.#near.on('data', (bytes: Buffer) => {
      this.#tap('up', bytes);
      this.up += bytes.length;
      this.#pass(() => this.#upLink.push(bytes, this.#clock.now()));
    });
    this.#far.on('data', (bytes: Buffer) => {
      this.#tap('down', bytes);
      const pieces = this.#buffer?.push(bytes) ?? [bytes];
      this.#pass(() => pieces.forEach((piece) => this.#send(piece)));
    });
    this.#near.on('end', () => this.#pass(() => this.#upLink.end(this.#clock.now())));
    this.#far.on('end', () =>
      this.#pass(() => {
        this.#buffer?.release().forEach((piece) => this.#send(piece));
        this.#downLink.end(this.#clock.now());
      }),
    );
    for (const socket of [this.#near, this.#far]) {
      // Whoever breaks a connection breaks it for the other side, too.
      socket.on('error', () => this.reset());
      socket.on('close', () => {
        if (this.#near.destroyed && this.#far.destroyed) this.#finish();
      });
    }
  }

  #send(bytes: Uint8Array): void {
    this.#downLink.push(bytes, this.#clock.now());
  }

  #pass(put: () => void): void {
    this.#usedAt = this.#clock.now();
    put();
    this.#flush();
  }

  #flush(): void {
    if (this.#isOver) return;
    const now = this.#clock.now();
    deliver(this.#upLink.take(now), this.#far);
    this.down += deliver(this.#downLink.take(now), this.#near);
    const { idleCut } = this.#weather;
    if (idleCut > 0 && now >= this.#usedAt + idleCut) this.#cut();
    else this.#arm();
  }

  /** Closes both sides in peace, as proxies do with idle connections. */
  #cut(): void {
    this.#near.destroySoon();
    this.#far.destroySoon();
  }

  #arm(): void {
    const { idleCut } = this.#weather;
    const cutAt = idleCut > 0 ? this.#usedAt + idleCut : Infinity;
    const next = Math.min(this.#upLink.due ?? Infinity, this.#downLink.due ?? Infinity, cutAt);
    // A timer that is early is as good: it arms again.
    if (next >= this.#wakeAt || next === Infinity) return;
    this.#cancel();
    this.#wakeAt = next;
    this.#cancel = this.#clock.at(next, () => {
      this.#wakeAt = Infinity;
      this.#flush();
    });
  }

  #finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancel();
    this.#ended();
  }
}

/** Returns how many bytes that were. */
function deliver(parcels: readonly Parcel[], to: Socket): number {
  let count = 0;
  for (const parcel of parcels) {
    if (parcel.is === 'end') {
      to.end();
    } else {
      to.write(parcel.bytes);
      count += parcel.bytes.length;
    }
  }
  return count;
}
