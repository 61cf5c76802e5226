import { quantile } from '../statistics.ts';

/** One fault is enough; a thousand are no news. */
const MAX_FAULTS = 5;

/** What was delivered, how late, and what must not have happened. */
export class DeliveryLog {
  readonly faults: string[] = [];
  #delivered = 0;
  #latencies: number[] = [];

  /** Messages since `restart`. */
  get delivered(): number {
    return this.#delivered;
  }

  deliver(latency: number): void {
    this.#delivered += 1;
    this.#latencies.push(latency);
  }

  fault(reason: string): void {
    if (this.faults.length < MAX_FAULTS) this.faults.push(reason);
  }

  /** Counts from nothing again; faults stay. */
  restart(): void {
    this.#delivered = 0;
    this.#latencies = [];
  }

  /** Milliseconds. */
  latency(fraction: number): number {
    return quantile(this.#latencies, fraction);
  }
}
