import type { Cancel, Clock } from '../base/clock.ts';
import type { Duration } from '../base/time.ts';
import { xml } from '../xml/index.ts';
import { Ledger, type LedgerLimits } from '../xmpp/ledger.ts';
import { NS_SM } from '../xmpp/ns.ts';
import { StreamError } from '../xmpp/stream-error.ts';
import type { Payload, Transport } from '../xmpp/transport.ts';

export interface ManagementLimits {
  /** What a connected client may leave unacknowledged before its stream ends. */
  readonly connected: LedgerLimits;
  /** What may wait for a client that is away before its session ends. */
  readonly away: LedgerLimits;
}

export interface ManagementOptions {
  /** The SM-ID. @spec XEP-0198 §5 */
  readonly id: string;
  /** How long the session outlives its carrier; 0 when it does not. */
  readonly window: Duration;
  readonly clock: Clock;
  readonly limits: ManagementLimits;
  /** The stream that carries the session lets go of it: another one has taken over. */
  readonly release: (error: StreamError) => void;
  /** Whether the session may outlive its carrier now. */
  readonly mayHibernate: () => boolean;
  /** The session is away, or back. */
  readonly hibernating: (isAway: boolean) => void;
  /** Ends the session: the window has passed, or too much waits. */
  readonly expire: (error: StreamError) => void;
}

const REQUEST = element('r');

/**
 * Stream management of one session: counts its stanzas, asks for acknowledgements, and keeps the
 * session while its client has no connection.
 *
 * @spec XEP-0198 §4 §5
 */
export class StreamManagement {
  readonly id: string;
  readonly ledger = new Ledger();
  readonly #options: ManagementOptions;
  #release: (error: StreamError) => void;
  /** Where stanzas go; undefined while the client is away. */
  #transport: Transport | undefined;
  #isResumable: boolean;
  /** The client was asked, and has not answered. */
  #isAsked = false;
  /** The last stanza that was asked for: a client that does not acknowledge it is not asked again until there are more. */
  #askedFor = 0;
  #isAskPlanned = false;
  #cancelExpiry: Cancel | undefined;

  constructor(transport: Transport, options: ManagementOptions) {
    this.id = options.id;
    this.#options = options;
    this.#transport = transport;
    this.#release = options.release;
    this.#isResumable = options.window > 0;
  }

  get isAway(): boolean {
    return this.#transport === undefined;
  }

  get isResumable(): boolean {
    return this.#isResumable;
  }

  /** The session will not outlive its carrier: the stream ends for a reason. */
  forgo(): void {
    this.#isResumable = false;
  }

  /** Counts and sends a stanza; while the client is away it waits. */
  send(payload: Payload): void {
    this.ledger.send(payload);
    this.#transport?.send(counted(payload));
    this.#planAsk();
  }

  /** Takes an acknowledgement. @returns false when the client says to have what it was never sent */
  acknowledge(h: number): boolean {
    this.#isAsked = false;
    const isPossible = this.ledger.acknowledge(h) !== 'too-high';
    if (this.ledger.sent !== this.#askedFor) this.#planAsk();
    return isPossible;
  }

  /** Asks although nothing is waited for, so that the client says something. */
  probe(): void {
    this.#transport?.send(REQUEST);
  }

  /** The carrier is lost. @returns whether the session goes on without */
  hibernate(): boolean {
    const { clock, window, mayHibernate, hibernating } = this.#options;
    if (!this.#isResumable || this.ledger.exceeds(this.#options.limits.away) || !mayHibernate()) return false;
    this.#transport = undefined;
    this.#cancelExpiry = clock.at(clock.now() + window, () => this.#expire());
    hibernating(true);
    return true;
  }

  /**
   * Another stream carries the session from now on; the one before, if it is still there, is told of the conflict.
   * What the client has not got is sent again.
   *
   * @param h what the client has, which was checked
   * @param isTold the client knows already
   * @spec XEP-0198 §5
   */
  resume(h: number, transport: Transport, release: (error: StreamError) => void, isTold: boolean): void {
    const releaseOther = this.#transport && this.#release;
    this.#transport = transport;
    this.#release = release;
    this.stop();
    this.acknowledge(h);
    this.#planAsk();
    if (!isTold) transport.send(element('resumed', { h: String(this.ledger.handled), previd: this.id }));
    for (const payload of this.ledger.unacknowledged) transport.send(counted(payload));
    releaseOther?.(new StreamError('conflict', 'resumed by another stream'));
  }

  /** Nothing happens any more by itself. */
  stop(): void {
    this.#cancelExpiry?.();
    if (this.#cancelExpiry) this.#options.hibernating(false);
    this.#cancelExpiry = undefined;
  }

  #expire(): void {
    this.#options.expire(new StreamError('connection-timeout', 'not resumed in time'));
  }

  /** At the end of the turn, so that a burst is asked for once; and never twice without an answer. */
  #planAsk(): void {
    if (this.#isAskPlanned) return;
    this.#isAskPlanned = true;
    this.#options.clock.afterTurn(() => this.#ask());
  }

  #ask(): void {
    this.#isAskPlanned = false;
    const { connected, away } = this.#options.limits;
    if (this.ledger.exceeds(this.#transport ? connected : away)) {
      this.#options.expire(new StreamError('resource-constraint', 'too many stanzas are not acknowledged'));
    } else if (this.#transport && !this.#isAsked && this.ledger.unacknowledged.length > 0) {
      this.#isAsked = true;
      this.#askedFor = this.ledger.sent;
      this.#transport.send(REQUEST);
    }
  }
}

/** The same for a carrier, which need not keep it. */
function counted({ xml: text, element: stanza }: Payload): Payload {
  return { xml: text, element: stanza, counted: true };
}

/** An element of stream management, which nobody counts. */
export function element(name: string, attrs: Readonly<Record<string, string | undefined>> = {}): Payload {
  const made = xml(name, { xmlns: NS_SM, ...attrs });
  return { xml: made.toString(), element: made };
}
