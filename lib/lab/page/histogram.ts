/** Bins of 2 %, from a tenth of a millisecond. */
const RATIO = Math.log(1.02);
const LEAST = 0.1;

/** All latencies so far, in milliseconds. */
export class Histogram {
  readonly #bins: number[] = [];
  count = 0;

  add(milliseconds: number): void {
    const bin = Math.max(0, Math.floor(Math.log(milliseconds / LEAST) / RATIO));
    this.#bins[bin] = (this.#bins[bin] ?? 0) + 1;
    this.count += 1;
  }

  /** Milliseconds that this share of the messages did not exceed; undefined without any. */
  quantile(share: number): number | undefined {
    return this.cumulative().find(([, reached]) => reached >= share)?.[0];
  }

  /** The upper end of each bin that has any, and the share of messages up to it. */
  cumulative(): [milliseconds: number, share: number][] {
    let sum = 0;
    const steps: [number, number][] = [];
    this.#bins.forEach((count, bin) => {
      sum += count;
      steps.push([LEAST * Math.exp((bin + 1) * RATIO), sum / this.count]);
    });
    return steps;
  }
}
