/** Bins of one power of two; the width of a bin is less than 1 % of its values. */
const BINS = 128;

/** [lower bound, upper bound, count] of a bin that is not empty; microseconds. */
export type Bin = readonly [number, number, number];

/**
 * Counts of latencies in bins that grow with the values, as in HDR histograms: exact to 1 % from a
 * microsecond to hours, of any number of values, and histograms of several runs can be added.
 */
export class Histogram {
  readonly #counts = new Map<number, number>();
  #total = 0;
  #highest = 0;

  /** Of bins that were kept; the highest value is the upper bound of the last one unless told. */
  static of(bins: readonly Bin[], highest?: number): Histogram {
    const histogram = new Histogram();
    for (const [low, , count] of bins) {
      histogram.#counts.set(indexOf(low), count);
      histogram.#total += count;
    }
    histogram.#highest = highest ?? bins.at(-1)?.[1] ?? 0;
    return histogram;
  }

  /** @param value microseconds; what is below 1 counts as 1 */
  add(value: number): void {
    const index = indexOf(value);
    this.#counts.set(index, (this.#counts.get(index) ?? 0) + 1);
    this.#total += 1;
    this.#highest = Math.max(this.#highest, value);
  }

  get total(): number {
    return this.#total;
  }

  /** Exact. */
  get highest(): number {
    return this.#highest;
  }

  /** The least value at or below which this fraction of the values is; NaN of none. */
  quantile(fraction: number): number {
    const rank = Math.max(1, Math.ceil(this.#total * fraction));
    let seen = 0;
    for (const [, high, count] of this.bins) {
      seen += count;
      if (seen >= rank) return Math.min(high, this.#highest);
    }
    return Number.NaN;
  }

  get bins(): readonly Bin[] {
    const sorted = [...this.#counts].sort(([a], [b]) => a - b);
    return sorted.map(([index, count]) => [lowerBound(index), lowerBound(index + 1), count]);
  }
}

/** The sum of several. */
export function merged(histograms: readonly Histogram[]): Histogram {
  const sums = new Map<number, Bin>();
  for (const [low, high, count] of histograms.flatMap(({ bins }) => bins)) {
    sums.set(low, [low, high, count + (sums.get(low)?.[2] ?? 0)]);
  }
  const bins = [...sums.values()].sort(([a], [b]) => a - b);
  return Histogram.of(bins, Math.max(0, ...histograms.map(({ highest }) => highest)));
}

function indexOf(value: number): number {
  const clamped = Math.max(1, value);
  const power = Math.floor(Math.log2(clamped));
  return power * BINS + Math.floor((clamped / 2 ** power - 1) * BINS);
}

function lowerBound(index: number): number {
  const power = Math.floor(index / BINS);
  return 2 ** power * (1 + (index % BINS) / BINS);
}
