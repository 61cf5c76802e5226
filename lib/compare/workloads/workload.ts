import type { Audit } from '../audit.ts';
import type { Figures } from '../figures.ts';
import type { Bin } from '../histogram.ts';
import type { ServerProcess } from '../server-process.ts';
import type { TransportKey } from '../transports.ts';
import type { Weather } from '../weather/weather.ts';

/** How big a workload is. */
export interface Size {
  readonly sessions: number;
  /** How long it is measured, after it has warmed up. */
  readonly seconds: number;
  /** Messages per second and session. */
  readonly rate: number;
}

/** One transport under one workload, once. */
export interface Trial {
  readonly server: ServerProcess;
  /** Starts another one, for workloads that need it fresh. */
  readonly startServer: (nodeOptions?: readonly string[]) => Promise<ServerProcess>;
  readonly transport: TransportKey;
  readonly weather: Weather;
  readonly seed: number;
  readonly size: Size;
}

/** What came of it. */
export interface Measured {
  readonly audit: Audit;
  readonly faults: readonly string[];
  readonly figures: Figures;
  readonly latencies: readonly Bin[];
  /** What people should know. */
  readonly notes?: readonly string[];
}

export interface Workload {
  readonly id: string;
  readonly title: string;
  /** What it shows, in a sentence. */
  readonly about: string;
  /** For a run of its own. */
  readonly size: Size;
  /** For its part of a run of all, which is to take ten minutes. */
  readonly quick: Size;
  /** What people should know beside the size. */
  readonly parameters: (size: Size) => Readonly<Record<string, number | string>>;
  readonly run: (trial: Trial) => Promise<Measured>;
  /** The same figures when only the network takes time. */
  readonly theory: (trial: Pick<Trial, 'transport' | 'weather' | 'seed' | 'size'>) => Figures;
}
