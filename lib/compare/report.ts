import { z } from 'zod';
import { FIGURE_NAMES } from './figures.ts';

/** Changes when a program that reads reports has to. */
export const FORMAT = 1;

const FIGURES = z.partialRecord(z.enum(FIGURE_NAMES), z.number());
const COUNT = z.int().nonnegative();
const DIRECTION = z.strictObject({
  delay: z.number().describe('milliseconds one way'),
  jitter: z.number().describe('milliseconds more or less'),
  rate: z.number().describe('bytes per second of a connection; 0 for any'),
  loss: z.number().describe('chance of a segment to be lost'),
  buffer: z.number().describe('bytes of a response that are held back'),
});

const RUN = z.strictObject({
  audit: z.strictObject({ sent: COUNT, received: COUNT, lost: COUNT, repeated: COUNT, reordered: COUNT }),
  faults: z.array(z.string()).describe('why the run is void; empty when it counts'),
  figures: FIGURES,
  latencies: z.array(z.tuple([z.number(), z.number(), COUNT])).describe('histogram: from, below (microseconds), count'),
  notes: z.array(z.string()).describe('what people should know'),
});

const CELL = z.strictObject({
  workload: z.string(),
  transport: z.string(),
  label: z.string().describe('of the transport, for people'),
  sessions: COUNT,
  parameters: z.record(z.string(), z.union([z.number(), z.string()])),
  figures: FIGURES.describe('medians of the runs that count'),
  theory: FIGURES.describe('the same figures when only the network takes time'),
  runs: z.array(RUN),
});

/** A comparison as it is kept. Everything that is shown is made from this. */
export const REPORT = z.strictObject({
  format: z.literal(FORMAT),
  software: z.string(),
  at: z.iso.datetime(),
  seed: z.number(),
  machine: z.strictObject({
    cpu: z.string(),
    cores: COUNT,
    memory: COUNT.describe('bytes'),
    kernel: z.string(),
    node: z.string(),
    load: z.number().describe('load average when it began'),
    pinned: z.boolean().describe('server and clients had a core each'),
  }),
  weather: z.strictObject({
    name: z.string(),
    up: DIRECTION,
    down: DIRECTION,
    idleCut: z.number().describe('milliseconds; 0 for never'),
  }),
  workloads: z.array(z.strictObject({ id: z.string(), title: z.string(), about: z.string() })),
  cells: z.array(CELL),
  missing: z.array(z.string()).describe('what was asked for and could not be measured'),
});

export type Report = z.output<typeof REPORT>;
export type Cell = Report['cells'][number];
export type Run = Cell['runs'][number];
