/**
 * What the load generator is to do with one server. Times are milliseconds; `warmUp` and `duration` are
 * processor time of the server, so that a machine with other work to do waits longer and measures the same.
 */
export interface Plan {
  readonly work: Work;
  readonly transport: Transport;
  readonly url: string;
  /** Where everybody logs in, by SASL ANONYMOUS unless there is a `secret`. */
  readonly domain: string;
  /** Where everybody has an account, and a JSON Web Token that is signed with this for a password. */
  readonly secret?: string | undefined;
  /** Where rooms are. */
  readonly rooms: string;
  /** The process that is measured. */
  readonly pid: number;
  /** Where Holdfast tells how late its event loop is. */
  readonly metricsUrl?: string | undefined;
}

/** Those that there is no standard for are of frame sessions. */
export type Transport = 'bosh' | 'websocket' | 'tcp' | 'sse' | 'stream' | 'long-poll' | 'poll' | 'xep-0025';

export type Work =
  | {
      /** One speaks, all hear it. */
      readonly scenario: 'rooms';
      readonly occupants: number;
      readonly warmUp: number;
      readonly duration: number;
    }
  | {
      readonly scenario: 'login';
      readonly sessions: number;
      /** Logins before, which are not measured. */
      readonly warmUp: number;
      /** Logins under way at a time. */
      readonly atOnce: number;
    }
  | { readonly scenario: 'ping-pong'; readonly pairs: number; readonly warmUp: number; readonly duration: number }
  | {
      readonly scenario: 'flood';
      readonly pairs: number;
      /** Messages in one request. */
      readonly batch: number;
      readonly warmUp: number;
      readonly duration: number;
    }
  | {
      /** Ping-pong again, while ever more sessions do nothing. */
      readonly scenario: 'idle';
      /** Sessions, the players included. */
      readonly sizes: readonly number[];
      readonly pairs: number;
      readonly warmUp: number;
      readonly duration: number;
      /** Time to calm down before memory is read. */
      readonly settle: number;
    };

/** A work, and what carries it. */
export interface Job {
  readonly transport: Transport;
  readonly work: Work;
  /** People with accounts instead of guests, and whether what they say is archived. */
  readonly accounts?: { readonly archive: boolean };
}
