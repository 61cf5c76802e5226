import { seconds, type Duration } from '../base/time.ts';
import { serialize, xml, type Element } from '../xml/index.ts';
import type { Jid } from '../xmpp/jid.ts';
import { NS_SM, NS_STANZA_ERRORS } from '../xmpp/ns.ts';
import type { StanzaCondition } from '../xmpp/stanza-error.ts';
import { StreamError } from '../xmpp/stream-error.ts';
import type { Payload, Transport } from '../xmpp/transport.ts';
import type { ClientSession } from './client-session.ts';
import type { Resumptions } from './resumptions.ts';
import { element } from './stream-management.ts';

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
    const management = this.#stream.session?.management;
    if (name === 'enable' && this.#stream.session && !management) {
      this.#send(this.enable(command, this.#stream.session));
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
    const release = (error: StreamError): void => this.#stream.release(error);
    const take = (isTold: boolean): void => session.resume(h, this.#stream.transport, release, isTold);
    return { answer: element('resumed', { h: String(management.ledger.handled), previd }), session, take };
  }

  /** Begins to count; the answer. @spec XEP-0198 §3 */
  enable({ attrs }: Element, session: ClientSession): Payload {
    const wantsResumption = attrs['resume'] === 'true' || attrs['resume'] === '1';
    const wish = wantsResumption ? wishedWindow(attrs['max']) : 0;
    const release = (error: StreamError): void => this.#stream.release(error);
    const { management, window } = this.#resumptions.enable(session, wish, release);
    const terms = { id: management.id, resume: 'true', max: String(Math.floor(window / 1000)) };
    return element('enabled', window > 0 ? terms : {});
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
