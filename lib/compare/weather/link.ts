import type { Duration, Instant } from '../../base/time.ts';
import { RETRANSMISSION, SEGMENT, type Direction } from './weather.ts';

/** What comes out at the other end. */
export type Parcel = { readonly is: 'data'; readonly bytes: Uint8Array } | { readonly is: 'end' };

export interface LinkOptions {
  readonly direction: Direction;
  /** Numbers in [0, 1). */
  readonly chance: () => number;
  /** The time there and back: so much later a loss is noticed. */
  readonly roundTrip: Duration;
  /** Nothing leaves before: the connection is not there yet. */
  readonly opensAt: Instant;
}

/**
 * One way of one connection: says when bytes that went in come out. As with TCP nothing is lost for good and
 * nothing overtakes: a lost segment comes late, and everything behind it with it. Told the time; knows no timer.
 */
export class Link {
  #direction: Direction;
  readonly #chance: () => number;
  readonly #roundTrip: Duration;
  readonly #opensAt: Instant;
  readonly #parcels: { readonly at: Instant; readonly parcel: Parcel }[] = [];
  /** When the last byte that went in comes out. */
  #lastAt: Instant;
  /** When the sender has put out what it has. */
  #freeAt: Instant;
  #holeFrom: Instant = Infinity;
  #holeUntil: Instant = -Infinity;

  constructor({ direction, chance, roundTrip, opensAt }: LinkOptions) {
    this.#direction = direction;
    this.#chance = chance;
    this.#roundTrip = roundTrip;
    this.#opensAt = opensAt;
    this.#lastAt = opensAt;
    this.#freeAt = opensAt;
  }

  /** Takes effect for what goes in from now on. */
  set direction(direction: Direction) {
    this.#direction = direction;
  }

  /** What goes in until then is lost, and sent again with growing pauses, as TCP does. */
  blackHole(now: Instant, until: Instant): void {
    this.#holeFrom = now;
    this.#holeUntil = until;
  }

  push(bytes: Uint8Array, now: Instant): void {
    this.#put({ is: 'data', bytes }, bytes.length, now);
  }

  end(now: Instant): void {
    this.#put({ is: 'end' }, 0, now);
  }

  /** When `take` has something at the earliest. */
  get due(): Instant | undefined {
    return this.#parcels[0]?.at;
  }

  /** What has come out by now, in order. */
  take(now: Instant): readonly Parcel[] {
    const later = this.#parcels.findIndex(({ at }) => at > now);
    const count = later < 0 ? this.#parcels.length : later;
    return this.#parcels.splice(0, count).map(({ parcel }) => parcel);
  }

  #put(parcel: Parcel, length: number, now: Instant): void {
    const { delay, jitter, rate } = this.#direction;
    const start = Math.max(this.#survives(Math.max(now, this.#opensAt)), this.#freeAt);
    this.#freeAt = rate === 0 ? start : start + (length / rate) * 1000;
    const wobble = jitter === 0 ? 0 : (this.#chance() * 2 - 1) * jitter;
    this.#lastAt = Math.max(this.#lastAt, this.#freeAt + delay + wobble + this.#stall(length));
    this.#parcels.push({ at: this.#lastAt, parcel });
  }

  /** When what is sent first at `sentAt` is sent for the last time. */
  #survives(sentAt: Instant): Instant {
    if (sentAt < this.#holeFrom || sentAt >= this.#holeUntil) return sentAt;
    return retry(sentAt, this.#roundTrip + RETRANSMISSION, this.#holeUntil);
  }

  #stall(length: number): Duration {
    const { loss } = this.#direction;
    if (loss === 0) return 0;
    const segments = Math.ceil(length / SEGMENT);
    const survives = (1 - loss) ** segments;
    return this.#chance() < survives ? 0 : this.#roundTrip + RETRANSMISSION;
  }
}

/** The first repetition that is not in the hole; each pause is twice as long as the one before. */
export function retry(sentAt: Instant, firstPause: Duration, until: Instant): Instant {
  let at = sentAt;
  for (let pause = firstPause; at < until; pause *= 2) at += pause;
  return at;
}
