/** Time as the cores see it: a number they are told, never one they read. */

/** A point on a monotonic scale, in milliseconds. Only differences mean anything. */
export type Instant = number;

/** A length of time in milliseconds. */
export type Duration = number;

/** Milliseconds since 1970-01-01T00:00:00Z, for stamps that people and other servers read. */
export type EpochMillis = number;

/** Converts seconds, the unit of the protocols' attributes, to a `Duration`. */
export function seconds(count: number): Duration {
  return count * 1000;
}

/** The earlier of two instants, where either may be missing. */
export function earliest(a: Instant | undefined, b: Instant | undefined): Instant | undefined {
  if (a === undefined) return b;
  if (b === undefined) return a;
  return Math.min(a, b);
}
