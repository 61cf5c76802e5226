import type { Instant } from '../base/time.ts';
import type { Element } from '../xml/index.ts';
import type { Closing, Payload } from '../xmpp/transport.ts';
import type { Body } from './body.ts';
import type { Condition } from './conditions.ts';

/** Why a response left when it did; for metrics and traces. */
export type ResponseReason =
  | 'payload'
  | 'wait'
  | 'hold'
  | 'pause'
  | 'restart'
  | 'report'
  | 'replay'
  | 'superseded'
  | 'gap'
  | 'terminate'
  | 'error';

/**
 * What a session wants done. The machine itself touches nothing outside.
 *
 * `X` is the shell's handle of one HTTP exchange; the machine only passes it on.
 */
export type Effect<X> =
  /** Hand complete payloads to a stream, in this order; without a name to every open one. B-16.4-08 */
  | { readonly do: 'forward'; readonly payloads: readonly Element[]; readonly stream: string | undefined }
  /** Open the stream anew. @spec XEP-0206 §5 X-5-09 */
  | {
      readonly do: 'restart';
      readonly stream: string;
      readonly to: string | undefined;
      readonly lang: string | undefined;
    }
  /** Open another stream, and tell the session its name with `addStream`. @spec XEP-0124 §16.3 B-16.3-03 */
  | {
      readonly do: 'add stream';
      readonly to: string;
      readonly from: string | undefined;
      readonly lang: string | undefined;
    }
  /** One of several streams is over. @spec XEP-0124 §16.5 B-16.5-01 */
  | {
      readonly do: 'close stream';
      readonly stream: string;
      readonly how: Closing;
      /** What the client did not get of it, or may not have got. */
      readonly undelivered: readonly Payload[];
    }
  /** Answer one exchange, once. */
  | {
      readonly do: 'respond';
      readonly exchange: X;
      readonly body: string;
      readonly reason: ResponseReason;
      readonly condition?: Condition;
    }
  /** These have arrived; they want to be told. */
  | { readonly do: 'confirm'; readonly payloads: readonly Payload[] }
  /** The session is over; nothing follows. Ask it for what is undelivered. */
  | { readonly do: 'end'; readonly how: Closing; readonly condition: Condition | undefined; readonly why: EndReason };

export type EndReason =
  | 'client-terminated'
  | 'server-closed'
  | 'inactivity'
  | 'rid-out-of-window'
  | 'too-many-copies'
  | 'overactive'
  | 'bad-pause'
  | 'bad-key'
  | 'unknown-stream'
  | 'bad-request'
  | 'queue-full';

/** A rule of the protocol was broken: the condition that ends the session, and the rule. */
export interface Refusal {
  readonly condition: Condition;
  readonly why: EndReason;
}

/** One call of a machine: when it happens, and what it wants done. */
export class Turn<X> {
  readonly now: Instant;
  readonly effects: Effect<X>[] = [];

  constructor(now: Instant) {
    this.now = now;
  }

  /** Answers an exchange that may have an answer later, or has had one before. */
  respond(exchange: X, body: string, reason: ResponseReason): void {
    this.effects.push({ do: 'respond', exchange, body, reason });
  }

  /** Answers an exchange for the last time. */
  dismiss(exchange: X, body: string, condition: Condition | undefined): void {
    if (condition === undefined) this.respond(exchange, body, 'terminate');
    else this.effects.push({ do: 'respond', exchange, body, reason: 'error', condition });
  }

  /** Tells those that keep copies; most payloads have none. */
  confirm(payloads: readonly Payload[]): void {
    const kept = payloads.filter((payload) => payload.arrived !== undefined);
    if (kept.length > 0) this.effects.push({ do: 'confirm', payloads: kept });
  }

  forward({ payloads, stream }: Pick<Body, 'payloads' | 'stream'>): void {
    if (payloads.length > 0) this.effects.push({ do: 'forward', payloads, stream });
  }
}
