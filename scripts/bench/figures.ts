/** What is measured: how it is called, its unit, how many decimals people want to see. */
export const FIGURES = {
  messageCpu: { label: 'server CPU/message', unit: 'µs', decimals: 0 },
  messageRate: { label: 'messages/s', unit: '', decimals: 0 },
  loginCpu: { label: 'server CPU/login', unit: 'ms', decimals: 2 },
  loginRate: { label: 'logins/s', unit: '', decimals: 0 },
  sessionMemory: { label: 'memory/session', unit: 'KB', decimals: 1 },
  latency50: { label: 'p50', unit: 'ms', decimals: 2 },
  latency99: { label: 'p99', unit: 'ms', decimals: 2 },
  loopDelay99: { label: 'loop delay p99', unit: 'ms', decimals: 1 },
  serverShare: { label: 'server', unit: '% of a core', decimals: 0 },
  loadShare: { label: 'load', unit: '% of a core', decimals: 0 },
} as const;

export type FigureName = keyof typeof FIGURES;
export type Figures = Readonly<Partial<Record<FigureName, number>>>;

/** One thing measured once, such as ping-pong among 2,000 sessions. */
export interface Case {
  readonly name: string;
  readonly figures: Figures;
  /** Messages lost, repeated or out of order, refused requests: with any of these the figures are void. */
  readonly faults: readonly string[];
}

export const FIGURE_NAMES = Object.keys(FIGURES) as FigureName[]; // the keys of a constant
