/** Reading it starts a new interval. */
const METRIC = /^holdfast_event_loop_lag_p99_seconds (\S+)$/m;

/** The event-loop delay of Holdfast since the last reading, 99th percentile, milliseconds. */
export async function loopDelay(metricsUrl: string | undefined): Promise<number | undefined> {
  if (metricsUrl === undefined) return undefined;
  const response = await fetch(metricsUrl);
  return Number(METRIC.exec(await response.text())?.[1]) * 1000;
}
