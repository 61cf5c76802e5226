import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { opaqueId, type Random } from '../base/random.ts';
import type { Result } from '../base/result.ts';
import { Turns } from '../base/turns.ts';
import { escapeText } from '../xml/index.ts';
import { prepareDomain } from '../xmpp/jid.ts';
import type { Transport } from '../xmpp/transport.ts';
import { parseBody, writeBody, type Body, type BodyFault } from './body.ts';
import { BoshTransport, type TransportOwner } from './bosh-transport.ts';
import { httpStatus, type Condition } from './conditions.ts';
import { blindObserver, type BoshObserver, type Exchange } from './exchange.ts';
import { Graveyard } from './graveyard.ts';
import { proofOf } from './keys.ts';
import { contentTypeOf, negotiate } from './negotiation.ts';
import { streamLimits, type BoshPolicy } from './policy.ts';
import { parseQuery, toScript, type Syntax } from './script-syntax.ts';
import { Session } from './session.ts';
import type { BoshStream } from './stream-port.ts';

/** What the connection manager asks of the server behind it. */
export interface ConnectionManagerOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly policy: BoshPolicy;
  /** Whether a domain is served here. */
  readonly domainStatus: (domain: string) => 'served' | 'gone' | 'unknown';
  /** Makes the stream that a new session carries. */
  readonly openStream: (transport: Transport) => BoshStream;
  /** Seconds to wait when this address may not create another session now; undefined when it may. */
  readonly refuse?: (address: string) => number | undefined;
  readonly observer?: BoshObserver;
}

/** Why a request reaches no session. */
interface Refusal {
  readonly condition: Condition;
  /** Seconds. */
  readonly retryAfter?: number;
  /** Where to go instead. */
  readonly uri?: string;
}

/** What a client can read. */
interface Reader {
  readonly syntax: Syntax;
  /** HTTP statuses instead of conditions. */
  readonly legacy: boolean;
}

/** 128 bits. @spec XEP-0124 §7.2 B-7.2-01 */
const SID_BITS = 128;
/** @spec XEP-0124 §16.2 B-16.2-03 */
const STREAM_NAME_BITS = 64;

/**
 * The XEP's connection manager: finds the session of each request, runs what the session wants
 * done, and owns the one timer for all of them.
 *
 * @spec XEP-0124 §4
 */
export class ConnectionManager implements TransportOwner {
  readonly #options: ConnectionManagerOptions;
  readonly #observer: BoshObserver;
  readonly #sessions = new Map<string, BoshTransport>();
  readonly #graveyard: Graveyard;
  readonly #turns: Turns<BoshTransport>;
  #isDraining = false;

  constructor(options: ConnectionManagerOptions) {
    this.#options = options;
    this.#observer = options.observer ?? blindObserver;
    this.#turns = new Turns(options.clock, (transport) => this.#guard(transport, () => transport.settle()));
    const { tombstone, tombstones } = options.policy.limits;
    this.#graveyard = new Graveyard(tombstone, tombstones);
  }

  /** Live sessions. */
  get sessions(): Iterable<BoshTransport> {
    return this.#sessions.values();
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Live sessions that were opened from an address. */
  sessionsFrom(address: string): number {
    return this.#turns.from(address);
  }

  /** Requests held for all sessions together. */
  get held(): number {
    let held = 0;
    for (const transport of this.#sessions.values()) held += transport.session.held;
    return held;
  }

  /** Takes the decoded body of one POST. Every exchange given here is answered or destroyed in the end. */
  receive(exchange: Exchange, text: string): void {
    this.#take(exchange, parseBody(text, this.#xmlLimits), text.length, 'pure');
  }

  /**
   * Takes a GET whose query may be a wrapper in script syntax.
   *
   * @param query as it was sent, without the question mark
   * @returns false when that syntax is not on offer here: the HTTP side answers 404
   * @spec XEP-0252 §2.1 J-2.1-01
   * @spec XEP-0252 §4 J-4-01
   */
  receiveQuery(exchange: Exchange, query: string): boolean {
    const { secure, loopback } = exchange.origin;
    if (!this.#options.policy.scriptSyntax || !(secure || loopback)) return false;
    this.#take(exchange, parseQuery(query, this.#xmlLimits), query.length, 'script');
    return true;
  }

  #take(exchange: Exchange, parsed: Result<Body, BodyFault>, size: number, syntax: Syntax): void {
    this.#observer.requested();
    if (!parsed.ok) {
      this.#refuseBody(exchange, parsed.error, syntax);
      return;
    }
    const body = parsed.value;
    if (body.sid === undefined) {
      this.#create(exchange, body, size, syntax);
      return;
    }
    const transport = this.#sessions.get(body.sid);
    if (!transport) this.#answerDead(exchange, body, body.sid, syntax);
    else if (this.#mayTouch(exchange, transport, size, syntax)) {
      this.#guard(transport, () => transport.receive(exchange, body));
    }
  }

  get #xmlLimits(): { readonly bytes: number } {
    return { bytes: this.#options.policy.limits.bodyBytes };
  }

  /**
   * A POST whose body is larger than any may be.
   *
   * @param head the beginning of the body, in which the sid may be found
   * @returns false when it belongs to no session: the HTTP side answers 413
   */
  receiveOversize(exchange: Exchange, head: string): boolean {
    const sid = /^[^>]*?\ssid\s*=\s*(?:'([^']*)'|"([^"]*)")/.exec(head.slice(head.indexOf('<body')));
    const transport = this.#sessions.get(sid?.[1] ?? sid?.[2] ?? '');
    if (!transport) return false;
    if (this.#isSecureEnough(exchange, transport)) transport.reject(exchange, 'policy-violation');
    return true;
  }

  /** Refuses new sessions and ends all others. @spec XEP-0124 §17.2 B-17.2-09 */
  shutdown(): void {
    this.#isDraining = true;
    for (const transport of this.#sessions.values()) transport.terminate('system-shutdown');
    this.#turns.stop();
  }

  // ---- called by the transports

  changed(transport: BoshTransport): void {
    this.#turns.changed(transport);
  }

  ended(transport: BoshTransport): void {
    this.#sessions.delete(transport.sid);
    this.#turns.ended(transport);
    this.#graveyard.bury(transport.sid, transport.session.tombstone(), this.#options.clock.now());
  }

  openStream(transport: Transport): BoshStream {
    return this.#options.openStream(transport);
  }

  newStreamName(): string {
    return opaqueId(this.#options.random, STREAM_NAME_BITS);
  }

  /** @spec XEP-0124 §7.1 B-7.1-03 */
  domainOf(to: string | undefined): { domain: string } | { condition: Condition } {
    const domain = to === undefined ? undefined : prepareDomain(to);
    if (domain === undefined) return { condition: 'improper-addressing' };
    const status = this.#options.domainStatus(domain);
    return status === 'served' ? { domain } : { condition: status === 'gone' ? 'host-gone' : 'host-unknown' };
  }

  // ---- creation

  #create(exchange: Exchange, body: Body, size: number, syntax: Syntax): void {
    const place = this.#placeOf(exchange, body, size);
    if ('condition' in place) {
      this.#refuse(exchange, place, { syntax, legacy: body.ver === undefined });
      return;
    }
    const { random, policy, clock } = this.#options;
    const sid = opaqueId(random, SID_BITS);
    const stream = this.newStreamName();
    const session = new Session<Exchange>({
      request: body,
      exchange,
      terms: negotiate(body, policy, syntax),
      policy,
      facts: { sid, stream, secure: body.secure },
      now: clock.now(),
    });
    const info = { name: 'bosh', ...exchange.origin, limits: streamLimits(policy) } as const;
    const transport = new BoshTransport({ sid, info, session, clock, owner: this, observer: this.#observer });
    exchange.holder = transport;
    this.#sessions.set(sid, transport);
    this.#turns.add(transport);
    this.#observer.created();
    const header = { to: place.domain, from: body.from, version: '1.0', lang: body.lang };
    this.#guard(transport, () => transport.start(stream, place.domain, header));
  }

  /** The domain that a new session is for, or why there will be none. */
  #placeOf(exchange: Exchange, body: Body, size: number): { domain: string } | Refusal {
    const { policy, refuse } = this.#options;
    if (this.#isDraining) return { condition: 'system-shutdown' };
    if (size > policy.limits.bodyBytesUnauthenticated) return { condition: 'policy-violation' };
    const { secure, address, account } = exchange.origin;
    // Who vouches for others opens sessions for many, and is not where the client will be.
    const isClient = account === undefined;
    if (isClient && policy.seeOtherUri !== undefined && !secure) {
      return { condition: 'see-other-uri', uri: policy.seeOtherUri };
    }
    const place = this.domainOf(body.to);
    if ('condition' in place) return place;
    const retryAfter = isClient ? refuse?.(address) : undefined;
    return retryAfter === undefined ? place : { condition: 'policy-violation', retryAfter };
  }

  // ---- requests that reach no session

  #mayTouch(exchange: Exchange, transport: BoshTransport, size: number, syntax: Syntax): boolean {
    if (!this.#isSecureEnough(exchange, transport)) return false;
    if (syntax !== transport.session.terms.syntax) {
      transport.reject(exchange, 'bad-request');
      return false;
    }
    if (transport.isAuthenticated || size <= this.#options.policy.limits.bodyBytesUnauthenticated) return true;
    transport.reject(exchange, 'policy-violation');
    return false;
  }

  /** A session opened over TLS is not touched by a request in the clear. @spec XEP-0124 §19.1 B-19.1-06 */
  #isSecureEnough(exchange: Exchange, transport: BoshTransport): boolean {
    if (exchange.origin.secure || !transport.info.secure) return true;
    this.#options.log.warn('bosh.request.insecure', { address: exchange.origin.address });
    exchange.destroy();
    return false;
  }

  /** What is not XML proves nothing about a session; what is, and breaks a rule, ends the one it names. */
  #refuseBody(exchange: Exchange, fault: BodyFault, syntax: Syntax): void {
    const transport = fault.sid === undefined ? undefined : this.#sessions.get(fault.sid);
    if (!transport) this.#refuse(exchange, { condition: 'bad-request' }, { syntax, legacy: fault.legacy });
    else if (this.#isSecureEnough(exchange, transport)) transport.reject(exchange, 'bad-request');
  }

  #answerDead(exchange: Exchange, body: Body, sid: string, syntax: Syntax): void {
    const tombstone = this.#graveyard.find(sid);
    const answer = tombstone?.answer(body.rid, proofOf(body));
    if (!tombstone || answer === undefined) {
      this.#refuse(exchange, { condition: 'item-not-found' }, tombstone ?? { syntax, legacy: false });
      return;
    }
    this.#observer.responded('replay', undefined);
    const { contentType, syntax: written } = tombstone;
    exchange.respond({ status: 200, contentType, body: written === 'script' ? toScript(answer) : answer });
  }

  /** @spec XEP-0124 §17.2 B-17.2-08 */
  #refuse(exchange: Exchange, { condition, retryAfter, uri }: Refusal, { syntax, legacy }: Reader): void {
    this.#observer.responded('refused', condition);
    const payloads = uri === undefined ? [] : [`<uri>${escapeText(uri)}</uri>`];
    const body = writeBody({ type: 'terminate', condition }, payloads);
    exchange.respond({
      status: httpStatus(condition, legacy && syntax === 'pure'),
      contentType: contentTypeOf(syntax),
      body: syntax === 'script' ? toScript(body) : body,
      ...(retryAfter === undefined ? {} : { retryAfter }),
    });
  }

  // ---- faults of ours

  /** A fault of ours ends the session that it came up in, and nothing else. @spec XEP-0124 §17.2 B-17.2-05 */
  #guard(transport: BoshTransport, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#fail(transport, error);
    }
  }

  #fail(transport: BoshTransport, error: unknown): void {
    this.#options.log.error('bosh.session.failed', {
      error: error instanceof Error ? error : new Error(String(error)),
    });
    try {
      transport.terminate('internal-server-error');
    } catch {
      this.ended(transport); // It cannot even say so: it is forgotten.
    }
  }
}
