import { Mailbox } from '../base/mailbox.ts';
import { opaqueId } from '../base/random.ts';
import type { EpochMillis } from '../base/time.ts';
import { xml, type Element } from '../xml/index.ts';
import type { Jid } from '../xmpp/jid.ts';
import { NS_CLIENT, NS_PING } from '../xmpp/ns.ts';
import { StanzaError } from '../xmpp/stanza-error.ts';
import { isStanzaKind, Stanza } from '../xmpp/stanza.ts';
import { StreamError } from '../xmpp/stream-error.ts';
import type { Closing, Payload, Transport, TransportInfo } from '../xmpp/transport.ts';
import type { Host } from './host.ts';
import { checkInbound, type Checked } from './inbound.ts';

import { State, type StateKey } from './keys.ts';
import { andThen, type MaybePromise } from './maybe-promise.ts';
import type { StreamManagement } from './stream-management.ts';

/** What is known of a client that has bound its resource with Bind 2. @spec XEP-0386 §3.2 */
export interface Origin {
  /** What the installation of the client calls itself; nobody else may know. @spec XEP-0388 §2.3 */
  readonly clientId: string | undefined;
  /** What is to be switched on for the session. */
  readonly features: readonly Element[];
}

const PING_ID_BITS = 64;

/**
 * A bound resource, whatever carries it: a "connected resource". It is "available" while it has a
 * presence session, and "interested" once it has asked for the roster.
 *
 * @spec RFC 6120 §7 @spec RFC 6121 §1.4
 */
export class ClientSession {
  readonly host: Host;
  /** The full JID. */
  readonly jid: Jid;
  /** The bare JID. */
  readonly account: Jid;
  readonly since: EpochMillis;
  /** Undefined for a resource that was bound as RFC 6120 says it. */
  readonly origin: Origin | undefined;
  /** The origin of the page that opened it; undefined when no browser did. */
  readonly page: string | undefined;
  /** The client asked for the roster, so it gets roster pushes. @spec RFC 6121 §2.2 */
  isInterested = false;
  /** Who was sent directed presence and no directed unavailable presence since, as text. @spec RFC 6121 §4.6 */
  readonly directed = new Set<string>();

  /** Takes a stanza that need not be sent now, or at all: true for one that it took. Set by a module. @spec XEP-0352 §3.2 */
  holdsBack: ((stanza: Stanza) => boolean) | undefined;

  /** Stanzas, and behind them the end of the carrier. */
  readonly #mailbox: Mailbox<Element | Closing>;
  readonly #state = new State();
  #presence: Stanza | undefined;
  #priority = 0;
  #phase: 'open' | 'closing' | 'ended' = 'open';
  #undelivered: readonly Payload[] = [];
  #transport: Transport;
  /** Of the carrier on which the resource was bound. */
  readonly #isSecure: boolean;
  #management: StreamManagement | undefined;
  #unmanaged: (() => void) | undefined;

  /** For the host only. @param jid a full JID */
  constructor(host: Host, jid: Jid, transport: Transport, origin?: Origin) {
    this.host = host;
    this.jid = jid;
    this.account = jid.bare;
    this.#transport = transport;
    this.#isSecure = transport.info.secure;
    this.page = transport.info.page;
    this.origin = origin;
    this.since = host.clock.date();
    // One place more than stanzas may take, so that the end of the carrier always finds one.
    this.#mailbox = new Mailbox(
      host.options.maxPending + 1,
      (item) => this.#handle(item),
      (error) => this.#failed(error),
    );
  }

  /** What carries it, or carried it last. */
  get transport(): Transport {
    return this.#transport;
  }

  // ---- stream management

  /** Counts its stanzas, once the client has asked for that. @spec XEP-0198 */
  get management(): StreamManagement | undefined {
    return this.#management;
  }

  /** Begins to count. @param ended called when the session is over */
  manage(management: StreamManagement, ended: () => void): void {
    this.#management = management;
    this.#unmanaged = ended;
  }

  /** The client is without a connection, and may come back. */
  get isAway(): boolean {
    return this.#management?.isAway ?? false;
  }

  /** Another stream carries the session. For the arguments see `StreamManagement.resume`. */
  resume(h: number, transport: Transport, release: (error: StreamError) => void, news: Payload | undefined): void {
    this.#transport = transport;
    this.host.log.debug('session.resumed', { jid: this.jid.toString(), transport: transport.info.name });
    this.#management?.resume(h, transport, release, news);
    this.host.resumed(this);
  }

  /** Whether it may be taken over from there without a login: with no less security, and by the same page. */
  mayMoveTo({ secure, page }: TransportInfo): boolean {
    // Browsers leave `Origin` out of a GET to where the page comes from.
    return (secure || !this.#isSecure) && (page === undefined || page === this.page);
  }

  // ---- presence

  /** The last available presence that was broadcast; undefined while the resource is not available. */
  get presence(): Stanza | undefined {
    return this.#presence;
  }

  /** Set by the module that handles `presence:broadcast`. */
  set presence(stanza: Stanza | undefined) {
    this.#presence = stanza;
    this.#priority = stanza ? priorityOf(stanza) : 0;
  }

  /** The priority of the last available presence, -128 to 127; 0 when it has none. @spec RFC 6121 §4.7.2.3 */
  get priority(): number {
    return this.#priority;
  }

  /** @spec RFC 6121 §4.2.1 */
  get isAvailable(): boolean {
    return this.#presence !== undefined;
  }

  /**
   * Whether the client sent directed presence to this address, to its account, or to another address
   * of that: occupants of a room are addresses of one account.
   */
  hasDirectedTo(jid: Jid): boolean {
    if (this.directed.size === 0) return false;
    const bare = jid.bare.toString();
    if (this.directed.has(jid.toString()) || this.directed.has(bare)) return true;
    for (const address of this.directed) if (address.startsWith(`${bare}/`)) return true;
    return false;
  }

  // ---- what modules keep

  /** What one module keeps about this session. */
  state<T>(key: StateKey<T>): T {
    return this.#state.get(key);
  }

  // ---- from the client

  /** One stanza from the client. It is through when this returns, unless a handler has to wait; then the next wait too. */
  receive(element: Element): void {
    if (this.#phase !== 'open') return;
    if (isStanzaKind(element.name)) this.#management?.ledger.receive();
    if (this.#mailbox.size < this.host.options.maxPending) this.#mailbox.push(element);
    else this.#overflow(element);
  }

  /**
   * The carrier has ended: the resource is free at once. What the client sent before is still handled,
   * then `session:ended` runs, and what did not reach the client goes where the rules send it.
   *
   * @spec RFC 6121 §4.5.2 @spec XEP-0206 §7
   */
  closed(how: Closing, undelivered: readonly Payload[]): void {
    if (this.#phase === 'ended') {
      // What was counted is given back when the session ends, by who counted it.
      if (!this.#management) this.host.redeliver(undelivered);
      return;
    }
    if (how === 'lost' && this.#management?.hibernate()) {
      this.host.log.debug('session.away', { jid: this.jid.toString() });
      return;
    }
    this.#phase = 'closing';
    this.#undelivered = undelivered;
    this.host.leaving(this);
    this.#mailbox.push(how);
  }

  // ---- towards the client

  /** Sends one stanza; after the end of the session it goes where undelivered stanzas go. */
  send(stanza: Stanza): void {
    if (this.#phase !== 'open') {
      this.host.redeliver([stanza]);
      return;
    }
    if (this.holdsBack?.(stanza)) return;
    this.host.observer.stanza(stanza.kind, 'out');
    this.#give(stanza);
  }

  /** Sends the stream's own answer to a stanza. */
  reply(answer: Payload): void {
    if (this.#phase === 'open') this.#give(answer);
  }

  /** Asks the client for a sign of life: any answer will do. @spec XEP-0199 §4.1 @spec XEP-0198 §4 */
  probe(): void {
    if (this.#management) this.#management.probe();
    else this.send(pingTo(this.jid, this.host));
  }

  #give(payload: Payload): void {
    if (this.#management) this.#management.send(payload);
    else this.#transport.send(payload);
  }

  /** The server ends the stream. Stanzas that still wait are not handled. @spec RFC 6120 §4.9.1.1 */
  end(error: StreamError): void {
    const wasOpen = this.#phase === 'open';
    this.finish('lost');
    if (wasOpen) this.#transport.close(error);
  }

  /** For the host only: ends the session now, whatever still waits to be handled. */
  finish(how: Closing): void {
    if (this.#phase === 'ended') return;
    this.#phase = 'ended';
    this.#mailbox.clear();
    this.#management?.stop();
    this.#unmanaged?.();
    this.host.left(this, how);
    this.host.redeliver(this.#management?.ledger.unacknowledged ?? this.#undelivered);
  }

  #handle(item: Element | Closing): MaybePromise<void> {
    if (typeof item === 'string') return this.finish(item);
    if (!isStanzaKind(item.name)) return this.#nonza(item);
    const checked = this.#check(item);
    if (checked.verdict !== 'end') this.host.observer.stanza(checked.stanza.kind, 'in');
    if (checked.verdict === 'accept') return this.host.accept(checked.stanza, this);
    if (checked.verdict === 'refuse') return this.#refuse(checked.stanza, checked.error);
    return this.end(checked.error);
  }

  #nonza(element: Element): MaybePromise<void> {
    return andThen(this.host.handlesNonza(this, element), (isHandled) => {
      if (!isHandled) this.end(new StreamError('unsupported-stanza-type'));
    });
  }

  #check(element: Element): Checked {
    return checkInbound(element, this.jid, this.host.clock.date());
  }

  #refuse(stanza: Stanza, error: StanzaError): void {
    if (stanza.mayBounce) this.send(stanza.error(error));
  }

  #overflow(element: Element): void {
    this.host.log.warn('session.overflow', { jid: this.jid.toString(), limit: this.host.options.maxPending });
    const checked = this.#check(element);
    if (checked.verdict === 'end') this.end(checked.error);
    else this.#refuse(checked.stanza, new StanzaError('resource-constraint', 'Too many stanzas are waiting.'));
  }

  /** Only a bug comes here: refusals are answered where they arise. */
  #failed(error: unknown): void {
    this.host.failures.log(error, { jid: this.jid.toString() });
    this.end(new StreamError('internal-server-error'));
  }
}

/** A ping of the server. Its answer, or the refusal of it, comes back to the server, which ignores it. */
function pingTo(to: Jid, { jid, random }: Host): Stanza {
  const id = opaqueId(random, PING_ID_BITS);
  const ping = xml('iq', { xmlns: NS_CLIENT, type: 'get', id, from: jid.toString(), to: to.toString() });
  return new Stanza(ping.append(xml('ping', { xmlns: NS_PING })), jid, to);
}

/** @spec RFC 6121 §4.7.2.3 */
function priorityOf(presence: Stanza): number {
  const child = presence.element.getChildElements().find((element) => element.name === 'priority');
  const text = child?.text.trim() ?? '';
  const priority = /^[+-]?\d{1,3}$/.test(text) ? Number(text) : 0;
  return priority >= -128 && priority <= 127 ? priority : 0;
}
