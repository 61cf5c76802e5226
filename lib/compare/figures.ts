/** Everything that is measured: how it is called, its unit, how many decimals people want to see. */
export const FIGURES = {
  latency50: { label: 'p50', unit: 'ms', decimals: 1, about: 'half of the messages took no longer' },
  latency90: { label: 'p90', unit: 'ms', decimals: 1, about: '90 % of the messages took no longer' },
  latency99: { label: 'p99', unit: 'ms', decimals: 1, about: '99 % of the messages took no longer' },
  latency999: { label: 'p99.9', unit: 'ms', decimals: 1, about: '99.9 % of the messages took no longer' },
  latencyMax: { label: 'max', unit: 'ms', decimals: 1, about: 'no message took longer' },
  requests: { label: 'requests/msg', unit: '', decimals: 3, about: 'HTTP requests for each message' },
  bytesDown: { label: 'down/msg', unit: 'B', decimals: 0, about: 'bytes to the client for each message, over TCP' },
  headDown: { label: 'of it head', unit: 'B', decimals: 0, about: 'of these, what is not XML: heads, frames, TLS' },
  bytesUp: { label: 'up/msg', unit: 'B', decimals: 0, about: 'bytes from the client for each message, over TCP' },
  headUp: { label: 'of it head', unit: 'B', decimals: 0, about: 'of these, what is not XML: heads, frames, TLS' },
  connections: { label: 'connections', unit: '', decimals: 1, about: 'open TCP connections of one session' },
  serverCpu: { label: 'CPU/msg', unit: 'µs', decimals: 0, about: 'processor time of the server for each message' },
  lag: { label: 'lag p99', unit: 'ms', decimals: 1, about: 'how late the load was: far above 1, the machine was busy' },
  idleBytes: { label: 'idle/h', unit: 'KB', decimals: 1, about: 'bytes both ways in an hour in which nothing is said' },
  idleCpu: { label: 'idle CPU/h', unit: 'ms', decimals: 1, about: 'processor time of the server for such an hour' },
  memory: { label: 'memory', unit: 'KB', decimals: 1, about: 'memory of the server for one session that is idle' },
  login: { label: 'login p50', unit: 'ms', decimals: 0, about: 'from the first connection to the bound resource' },
  firstMessage: {
    label: 'first message',
    unit: 'ms',
    decimals: 0,
    about: 'from the first connection to the first message',
  },
  loginRoundTrips: { label: 'round trips', unit: '', decimals: 1, about: 'of which the login consists' },
  loginCpu: { label: 'CPU/login', unit: 'ms', decimals: 2, about: 'processor time of the server for one login' },
  recoveryReset: {
    label: 'after reset',
    unit: 'ms',
    decimals: 0,
    about: 'from the reset until nothing is owed any more',
  },
  recoveryHole: {
    label: 'after black hole',
    unit: 'ms',
    decimals: 0,
    about: 'the same, from the end of 5 s without network',
  },
  recoveryCut: {
    label: 'after idle cut',
    unit: 'ms',
    decimals: 0,
    about: 'how long a message takes to an idle connection that a proxy has closed',
  },
  stall50: {
    label: 'stall p50',
    unit: 'ms',
    decimals: 0,
    about: 'how much longer than usual a message took while the session moved',
  },
  stallMax: { label: 'stall max', unit: 'ms', decimals: 0, about: 'the longest of these' },
  capacity: {
    label: 'capacity',
    unit: 'msg/s',
    decimals: 0,
    about: 'messages per second before p99 is 100 ms above the rest',
  },
} as const;

export type FigureName = keyof typeof FIGURES;
export type Figures = Readonly<Partial<Record<FigureName, number>>>;
export const FIGURE_NAMES = Object.keys(FIGURES) as readonly FigureName[]; // the keys of a constant

/** As people read it, with its unit where it is not in the heading. */
export function written(name: FigureName, value: number): string {
  return value.toFixed(FIGURES[name].decimals);
}
