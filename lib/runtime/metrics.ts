import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { Tally } from './tally.ts';

/** What the gauges read when somebody asks. */
export interface Gauges {
  readonly boshSessions: () => number;
  readonly heldRequests: () => number;
  readonly webSockets: () => number;
  readonly frameSessions: () => number;
  readonly pollingSessions: () => number;
  readonly tcpConnections: () => number;
  readonly components: () => number;
  readonly boundSessions: () => number;
  readonly awaySessions: () => number;
}

const LAG_RESOLUTION_MS = 10;
const NANOSECONDS = 1e9;

/** The metrics of one server, in a registry of its own. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #delay: IntervalHistogram;
  readonly requests = this.#counter('holdfast_bosh_requests_total', 'BOSH requests taken');
  readonly responses = this.#counter('holdfast_bosh_responses_total', 'BOSH answers by reason', 'reason');
  readonly replays = this.#counter('holdfast_bosh_replays_total', 'Answers given again to a repeated request');
  readonly violations = this.#counter('holdfast_bosh_window_violations_total', 'Sessions ended for their rids', 'kind');
  readonly errors = this.#counter('holdfast_errors_total', 'Binding conditions sent', 'condition');
  readonly sessionsCreated = this.#counter('holdfast_bosh_sessions_created_total', 'BOSH sessions created');
  readonly sessionsEnded = this.#counter('holdfast_bosh_sessions_ended_total', 'BOSH sessions ended by reason', 'why');
  readonly webSocketsOpened = this.#counter('holdfast_websocket_opened_total', 'WebSocket connections taken');
  readonly webSocketsEnded = this.#counter(
    'holdfast_websocket_ended_total',
    'WebSocket streams ended by reason',
    'why',
  );
  readonly webSocketSpaces = this.#counter('holdfast_websocket_ignored_total', 'WebSocket messages of white space');
  readonly pollingOpened = this.#counter('holdfast_polling_opened_total', 'XEP-0025 sessions opened');
  readonly pollingEnded = this.#counter('holdfast_polling_ended_total', 'XEP-0025 sessions ended by reason', 'why');
  readonly pollingRefused = this.#counter(
    'holdfast_polling_refused_total',
    'XEP-0025 requests answered with an error',
    'identifier',
  );
  readonly tcpOpened = this.#counter('holdfast_tcp_opened_total', 'TCP streams begun, those behind STARTTLS included');
  readonly tcpEnded = this.#counter('holdfast_tcp_ended_total', 'TCP streams ended by reason', 'why');
  readonly componentsOpened = this.#counter('holdfast_component_opened_total', 'Connections of components taken');
  readonly componentsEnded = this.#counter(
    'holdfast_component_ended_total',
    'Connections of components ended by reason',
    'why',
  );
  readonly stanzas = { in: new Tally(), out: new Tally() };

  constructor(gauges: Gauges) {
    this.#stanzaCounter();
    collectDefaultMetrics({ register: this.#registry, prefix: 'holdfast_' });
    this.#gauge('holdfast_bosh_sessions', 'BOSH sessions that live', gauges.boshSessions);
    this.#gauge('holdfast_bosh_held_requests', 'Requests held', gauges.heldRequests);
    this.#gauge('holdfast_websocket_connections', 'WebSocket connections', gauges.webSockets);
    this.#gauge('holdfast_frame_sessions', 'Frame sessions that live', gauges.frameSessions);
    this.#gauge('holdfast_polling_sessions', 'XEP-0025 sessions that live', gauges.pollingSessions);
    this.#gauge('holdfast_tcp_connections', 'TCP connections of clients', gauges.tcpConnections);
    this.#gauge('holdfast_components', 'TCP connections of components', gauges.components);
    this.#gauge('holdfast_sessions', 'Resources bound, over any transport', gauges.boundSessions);
    this.#gauge('holdfast_sessions_away', 'Resources whose client may come back', gauges.awaySessions);
    this.#delay = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
    this.#delay.enable();
    this.#gauge('holdfast_event_loop_lag_p99_seconds', 'Event loop delay, 99th percentile since the last reading', () =>
      this.#readDelay(),
    );
  }

  /** In the text format of Prometheus. */
  async read(): Promise<{ readonly contentType: string; readonly text: string }> {
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() };
  }

  close(): void {
    this.#delay.disable();
    this.#registry.clear();
  }

  /** What the histogram has are the times between its own looks, so that it has their interval in each. */
  #readDelay(): number {
    const seconds = this.#delay.percentile(99) / NANOSECONDS - LAG_RESOLUTION_MS / 1000;
    this.#delay.reset();
    return Math.max(0, seconds || 0);
  }

  #counter(name: string, help: string, label?: string): Tally {
    const tally = new Tally();
    new Counter({
      name,
      help,
      labelNames: label === undefined ? [] : [label],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const [value, count] of tally.counts) this.inc(label === undefined ? {} : { [label]: value }, count);
      },
    });
    return tally;
  }

  #stanzaCounter(): void {
    const directions = Object.entries(this.stanzas);
    new Counter({
      name: 'holdfast_stanzas_total',
      help: 'Stanzas by kind and direction',
      labelNames: ['kind', 'direction'],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const [direction, { counts }] of directions) {
          for (const [kind, count] of counts) this.inc({ kind, direction }, count);
        }
      },
    });
  }

  #gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.set(read());
      },
    });
  }
}
