import type { Cancel, Clock } from '../base/clock.ts';
import type { Duration } from '../base/time.ts';
import { serialize, xml } from '../xml/index.ts';
import { Ledger, type LedgerLimits } from '../xmpp/ledger.ts';
import { NS_HANDOVER, NS_SM } from '../xmpp/ns.ts';
import { StreamError } from '../xmpp/stream-error.ts';
import type { Payload, Transport } from '../xmpp/transport.ts';
import type { HandoverKey } from './handover-key.ts';

export interface ManagementLimits {
  /** What a connected client may leave unacknowledged before its stream ends. */
  readonly connected: LedgerLimits;
  /** What may wait for a client that is away before its session ends. */
  readonly away: LedgerLimits;
}

export interface ManagementOptions {
  /** The SM-ID. @spec XEP-0198 §5 */
  readonly id: string;
  readonly clock: Clock;
  readonly key: HandoverKey;
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
  readonly key: HandoverKey;
  readonly #options: ManagementOptions;
  #release: (error: StreamError) => void;
  /** Where stanzas go; undefined while the client is away. */
  #transport: Transport | undefined;
  #isEnabled = false;
  /** How long the session outlives its carrier; 0 when it does not. */
  #window: Duration = 0;
  #generation = 0;
  /** The client was asked, and has not answered. */
  #isAsked = false;
  /** The last stanza that was asked for: a client that does not acknowledge it is not asked again until there are more. */
  #askedFor = 0;
  #isAskPlanned = false;
  #cancelExpiry: Cancel | undefined;

  constructor(transport: Transport, options: ManagementOptions) {
    this.id = options.id;
    this.key = options.key;
    this.#options = options;
    this.#transport = transport;
    this.#release = options.release;
  }

  /** The client has asked for it. @spec XEP-0198 §3 */
  get isEnabled(): boolean {
    return this.#isEnabled;
  }

  /** The client asks for it. @param window how long the session outlives its carrier; 0 when it does not */
  enable(window: Duration): void {
    this.#isEnabled = true;
    this.#window = window;
  }

  /** How often the session has been taken over. */
  get generation(): number {
    return this.#generation;
  }

  get isAway(): boolean {
    return this.#transport === undefined;
  }

  get isResumable(): boolean {
    return this.#window > 0;
  }

  /** The session will not outlive its carrier: the stream ends for a reason. */
  forgo(): void {
    this.#window = 0;
  }

  /** Counts and sends a stanza; while the client is away it waits. */
  send(payload: Payload): void {
    const number = this.ledger.send(payload);
    this.#transport?.send({ xml: payload.xml, element: payload.element, counted: number });
    this.#planAsk();
  }

  /** Sends again what the client has not acknowledged: its carrier has lost what was on its way. */
  resend(): void {
    for (const payload of this.ledger.missing()) this.#transport?.send(payload);
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
    const { clock, mayHibernate, hibernating } = this.#options;
    if (!this.isResumable || this.ledger.exceeds(this.#options.limits.away) || !mayHibernate()) return false;
    this.#transport = undefined;
    this.#cancelExpiry = clock.at(clock.now() + this.#window, () => this.#expire());
    hibernating(true);
    return true;
  }

  /** What a client that is about to take the session over needs for the time after. */
  nextHandover(): Handover {
    return { token: this.key.issue(), generation: this.#generation + 1 };
  }

  /** What a client is told whose claim to take the session over is good. @spec XEP-0198 §5 */
  resumed(handover: Handover | undefined): Payload {
    return element('resumed', { h: String(this.ledger.handled), previd: this.id }, handover);
  }

  /**
   * Another stream carries the session from now on; the one before, if it is still there, is told of the conflict.
   * What the client has not got is sent again.
   *
   * @param h what the client has, which was checked
   * @param news what the client is told first, unless it knows
   * @spec XEP-0198 §5
   */
  resume(h: number, transport: Transport, release: (error: StreamError) => void, news: Payload | undefined): void {
    const releaseOther = this.#transport && this.#release;
    this.#generation += 1;
    this.#transport = transport;
    this.#release = release;
    this.stop();
    this.acknowledge(h);
    this.#planAsk();
    if (news) transport.send(news);
    this.resend();
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
    } else if (
      this.#transport &&
      !this.#transport.numbering &&
      !this.#isAsked &&
      this.ledger.unacknowledged.length > 0
    ) {
      this.#isAsked = true;
      this.#askedFor = this.ledger.sent;
      this.#transport.send(REQUEST);
    }
  }
}

/** What lets a client take over its session without logging in. */
export interface Handover {
  readonly token: string;
  readonly generation: number;
}

/** An element of stream management, which nobody counts. */
export function element(
  name: string,
  attrs: Readonly<Record<string, string | undefined>> = {},
  handover?: Handover,
): Payload {
  const ours = handover && {
    'xmlns:hf': NS_HANDOVER,
    'hf:token': handover.token,
    'hf:gen': String(handover.generation),
  };
  const made = xml(name, { xmlns: NS_SM, ...attrs, ...ours });
  return { xml: serialize(made), element: made };
}
