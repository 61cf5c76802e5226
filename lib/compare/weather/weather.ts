import type { Duration } from '../../base/time.ts';

/** What happens to bytes that go one way. */
export interface Direction {
  /** How long they take, in milliseconds. */
  readonly delay: Duration;
  /** They take up to so much more or less. They never overtake each other. */
  readonly jitter: Duration;
  /** Bytes per second of one connection; 0 for any number. */
  readonly rate: number;
  /** The chance of each segment (1448 bytes) to get lost and be sent again, in [0, 1]. */
  readonly loss: number;
  /**
   * Responses are held back until they are complete or have so many bytes; 0 lets everything through at once.
   * Connections that are no longer HTTP are let through.
   */
  readonly buffer: number;
}

/** A network between clients and a server. */
export interface Weather {
  readonly name: string;
  readonly up: Direction;
  readonly down: Direction;
  /** A connection over which nothing goes for so long is closed; 0 for never. */
  readonly idleCut: Duration;
}

const CLEAR: Direction = { delay: 0, jitter: 0, rate: 0, loss: 0, buffer: 0 };

/** How long a loss is noticed after the round trip, in milliseconds: the least of Linux. */
export const RETRANSMISSION = 200;
/** Bytes of a segment on Ethernet. */
export const SEGMENT = 1448;
const MEGABIT = 125_000;

/** Weather that is the same both ways, but for what is said about `down`. */
export function weatherOf(name: string, both: Partial<Direction>, more: Partial<Weather> = {}): Weather {
  const direction = { ...CLEAR, ...both };
  return { name, up: direction, down: direction, idleCut: 0, ...more };
}

export const WEATHERS = {
  lan: weatherOf('lan', {}),
  wifi: weatherOf('wifi', { delay: 10, jitter: 2.5 }),
  '4g': weatherOf('4g', { delay: 30, jitter: 10, loss: 0.005 }),
  transatlantic: weatherOf('transatlantic', { delay: 50 }),
  '3g': weatherOf('3g', { delay: 125, jitter: 25, loss: 0.02, rate: MEGABIT }),
  'corporate-proxy': weatherOf(
    'corporate-proxy',
    { delay: 10, jitter: 2.5 },
    { idleCut: 60_000, down: { ...CLEAR, delay: 10, jitter: 2.5, buffer: 16_384 } },
  ),
} as const;

export type WeatherName = keyof typeof WEATHERS;

/** The time there and back, without jitter. */
export function roundTrip({ up, down }: Weather): Duration {
  return up.delay + down.delay;
}
