import { seconds, type Duration } from '../base/time.ts';
import { attributeNS, serialize, xml, type Element } from '../xml/index.ts';
import type { Jid } from '../xmpp/jid.ts';
import { NS_HANDOVER, NS_SM, NS_STANZA_ERRORS } from '../xmpp/ns.ts';
import type { StanzaCondition } from '../xmpp/stanza-error.ts';
import { StreamError } from '../xmpp/stream-error.ts';
import type { Payload, Transport } from '../xmpp/transport.ts';
import type { ClientSession } from './client-session.ts';
import type { HandoverClaim, Resumptions } from './resumptions.ts';
import { element, type Handover, type StreamManagement } from './stream-management.ts';

/** What the desk asks of the stream that it belongs to. */
export interface ManagedStream {
  readonly transport: Transport;
  /** The bound resource. */
  readonly session: ClientSession | undefined;
  /** Ends the stream. */
  fail(error: StreamError): void;
  /** Lets go of the session, and ends. */
  release(error: StreamError): void;
}

/** Why a session is not taken over: there is none for this token; a later attempt was faster; too many wrong ones; a wrong `h`. */
export type HandoverRefusal = 'unknown' | 'stale' | 'blocked' | 'too-high' | 'too-low';

/** A session that was taken over, and what the client got with it. */
export interface HandedOver extends Handover {
  readonly session: ClientSession;
  /** The origin of the page that it belongs to. */
  readonly page: string | undefined;
}

/** What becomes of a wish to resume. */
export interface Claim {
  readonly answer: Payload;
  readonly session?: ClientSession;
  /** Takes the session over; `isTold` when the client has got the answer. */
  readonly take?: (isTold: boolean) => void;
}

/** `h` is an unsignedInt. */
const MAX_H = 2 ** 32 - 1;

/** Answers the elements of stream management on one stream. @spec XEP-0198 */
export class ManagementDesk {
  readonly #stream: ManagedStream;
  readonly #resumptions: Resumptions;

  constructor(stream: ManagedStream, resumptions: Resumptions) {
    this.#stream = stream;
    this.#resumptions = resumptions;
  }

  /** Anything but a resumption that may succeed. */
  receive(command: Element): void {
    const name = command.getName();
    const { session } = this.#stream;
    const management = session?.management;
    if (name === 'enable' && session && !management?.isEnabled) {
      this.#send(this.enable(command, session));
    } else if (name === 'r' && management) this.#send(element('a', { h: String(management.ledger.handled) }));
    else if (name === 'a' && management) this.#acknowledge(command);
    else if (['enable', 'resume', 'r', 'a'].includes(name)) this.#send(failed('unexpected-request'));
    else this.#stream.fail(new StreamError('unsupported-stanza-type'));
  }

  /**
   * Takes over a session of the account that has just logged in.
   *
   * @returns the session; undefined when the client may still bind a resource instead
   * @spec XEP-0198 §5
   */
  resume(command: Element, account: Jid): ClientSession | undefined {
    const claim = this.claim(command, account);
    if (!claim) return undefined;
    if (claim.take) claim.take(false);
    else this.#send(claim.answer);
    return claim.session;
  }

  /**
   * Whether a session of the account that has just logged in may be taken over; undefined when the
   * stream has failed.
   *
   * @spec XEP-0198 §5
   */
  claim(command: Element, account: Jid): Claim | undefined {
    const { previd = '', h: said } = command.attrs;
    const h = readCounter(said);
    if (h === undefined) return { answer: failed('bad-request') };
    const session = this.#resumptions.find(previd, account);
    const management = session?.management;
    if (!management) return { answer: failed('item-not-found', this.#resumptions.handledIn(previd, account)) };
    const verdict = management.ledger.check(h);
    if (verdict === 'too-high') {
      this.#stream.fail(tooHigh(h, management.ledger.sent));
      return undefined;
    }
    if (verdict === 'too-low') return { answer: failed('item-not-found', management.ledger.handled) };
    if (!this.#wantsToken(command)) management.key.revoke();
    const answer = management.resumed(this.#wantsToken(command) ? management.nextHandover() : undefined);
    const take = (isTold: boolean): void => this.#take(session, h, isTold ? undefined : answer);
    return { answer, session, take };
  }

  /**
   * Takes over a session whose token the client has, which need not log in.
   *
   * @param h the number of the last stanza that the client has
   */
  handOver(claim: HandoverClaim, h: number): HandedOver | HandoverRefusal {
    const session = this.#resumptions.claim(claim, this.#stream.transport.info);
    if (typeof session === 'string') return session;
    const { management } = session;
    if (!management) return 'unknown';
    const verdict = management.ledger.check(h);
    if (verdict !== 'ok') return verdict;
    management.key.took(claim.token, claim.ordinal);
    const handover = management.nextHandover();
    this.#take(session, h, management.resumed(handover));
    return { session, page: session.page, ...handover };
  }

  /** The same for a claim that is an element. @returns the session; undefined when the client has to log in */
  receiveClaim(command: Element): ClientSession | undefined {
    const h = readCounter(command.attrs['h']);
    const ordinal = readCounter(attributeNS(command, NS_HANDOVER, 'ordinal'));
    const token = attributeNS(command, NS_HANDOVER, 'token') ?? '';
    if (h === undefined || ordinal === undefined) {
      this.#send(failed('bad-request'));
      return undefined;
    }
    const outcome = this.handOver({ id: command.attrs['previd'] ?? '', token, ordinal }, h);
    if (typeof outcome !== 'string') return outcome.session;
    this.#send(failed(outcome === 'blocked' ? 'policy-violation' : 'item-not-found'));
    return undefined;
  }

  #take(session: ClientSession, h: number, news: Payload | undefined): void {
    session.resume(h, this.#stream.transport, (error) => this.#stream.release(error), news);
  }

  /** The client would like to take its session over without logging in. */
  #wantsToken(command: Element): boolean {
    return this.#resumptions.allowsHandover && attributeNS(command, NS_HANDOVER, 'handover') === '1';
  }

  /** Counts from now on, for a carrier that numbers stanzas. */
  count(session: ClientSession): StreamManagement {
    return this.#resumptions.manage(session, (error) => this.#stream.release(error));
  }

  /** Begins to count, unless that has begun; the answer. @spec XEP-0198 §3 */
  enable(command: Element, session: ClientSession): Payload {
    const { attrs } = command;
    const wantsResumption = attrs['resume'] === 'true' || attrs['resume'] === '1';
    const wish = wantsResumption ? wishedWindow(attrs['max']) : 0;
    const wantsToken = this.#wantsToken(command);
    const management = session.management ?? this.count(session);
    const window = this.#resumptions.enable(session, management, wish, wantsToken);
    if (window === 0) return element('enabled');
    const { id, key, generation } = management;
    const handover = wantsToken ? { token: key.issue(), generation } : undefined;
    return element('enabled', { id, resume: 'true', max: String(Math.floor(window / 1000)) }, handover);
  }

  /** @spec XEP-0198 §4 §6 */
  #acknowledge({ attrs }: Element): void {
    const management = this.#stream.session?.management;
    const h = readCounter(attrs['h']);
    if (h === undefined) this.#stream.fail(new StreamError('bad-format', 'an acknowledgement without a number'));
    else if (management && !management.acknowledge(h)) this.#stream.fail(tooHigh(h, management.ledger.sent));
  }

  #send(payload: Payload): void {
    this.#stream.transport.send(payload);
  }
}

/** @spec XEP-0198 §6 */
function failed(condition: StanzaCondition, h?: number): Payload {
  const attrs = { xmlns: NS_SM, h: h === undefined ? undefined : String(h) };
  const answer = xml('failed', attrs, xml(condition, { xmlns: NS_STANZA_ERRORS }));
  return { xml: serialize(answer), element: answer };
}

function readCounter(text: string | undefined): number | undefined {
  const h = text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  return h <= MAX_H ? h : undefined;
}

/** Seconds that make sense; otherwise as long as the server likes. */
function wishedWindow(max: string | undefined): Duration {
  return max !== undefined && /^[1-9]\d{0,9}$/.test(max) ? seconds(Number(max)) : Number.POSITIVE_INFINITY;
}

/** @spec XEP-0198 §6 */
function tooHigh(h: number, sent: number): StreamError {
  return new StreamError(
    'undefined-condition',
    `You acknowledged ${h} stanzas, but I only sent you ${sent} so far.`,
    xml('handled-count-too-high', { xmlns: NS_SM, h: String(h), 'send-count': String(sent) }),
  );
}
