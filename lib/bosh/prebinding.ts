import type { Random } from '../base/random.ts';
import { parse, serialize, xml } from '../xml/index.ts';
import type { Jid } from '../xmpp/jid.ts';
import { NS_BIND, NS_CLIENT, NS_XBOSH } from '../xmpp/ns.ts';
import { writeBody } from './body.ts';
import type { ConnectionManager } from './connection-manager.ts';
import type { Answer, Exchange, ExchangeHolder, ExchangeOrigin } from './exchange.ts';

/** What the page that will use the session would have asked for. */
export interface PrebindRequest {
  readonly account: Jid;
  /** Undefined for one that the server makes. */
  readonly resource: string | undefined;
  /** Seconds. */
  readonly wait: number;
  readonly hold: number;
}

/** What a page needs to go on with the session. */
export interface PreboundSession {
  /** The full JID. */
  readonly jid: string;
  readonly sid: string;
  /** That of the next request. */
  readonly rid: number;
}

/** No session: the condition of BOSH, or of the stanza that asked for the resource. */
export interface PrebindFailure {
  readonly condition: string;
}

/** Large enough that nobody guesses it, and small enough that a page can count on. @spec XEP-0124 §14.1 B-14.1-02 */
const RID_BYTES = 6;
const BIND_ID = 'bind';

/**
 * Opens a session and binds a resource, as the user's client would, but for the login: whoever calls this
 * vouches for the user. The session is one like any other, and ends after `inactivity` when no client comes for it.
 */
export class Prebinding {
  readonly #manager: ConnectionManager;
  readonly #random: Random;

  constructor(manager: ConnectionManager, random: Random) {
    this.#manager = manager;
    this.#random = random;
  }

  /** @param origin what the requests of the client will be measured by: TLS stays TLS */
  async open(request: PrebindRequest, origin: ExchangeOrigin): Promise<PreboundSession | PrebindFailure> {
    const { account, wait, hold } = request;
    const vouched = { ...origin, account };
    const rid = this.#firstRid();
    const attributes = { to: account.domain, wait, hold, ver: '1.11', 'xml:lang': 'en' };
    const version = { 'xmlns:xmpp': NS_XBOSH, 'xmpp:version': '1.0' };
    const created = await this.#send(writeBody({ rid, ...attributes, ...version }), vouched);
    const { sid } = created;
    if (sid === undefined) return { condition: created.condition };
    const bound = await this.#send(writeBody({ rid: rid + 1, sid }, [bindRequest(request)]), vouched);
    if (bound.jid !== undefined) return { jid: bound.jid, sid, rid: rid + 2 };
    await this.#send(writeBody({ rid: rid + 2, sid, type: 'terminate' }), vouched);
    return { condition: bound.condition };
  }

  #firstRid(): number {
    const bytes = this.#random.bytes(RID_BYTES);
    return 1 + Buffer.from(bytes).readUIntBE(0, RID_BYTES);
  }

  async #send(body: string, origin: ExchangeOrigin): Promise<Outcome> {
    const exchange = new InnerExchange(origin);
    this.#manager.receive(exchange, body);
    const answer = await exchange.answer;
    exchange.holder?.flushed(exchange);
    return outcomeOf(answer);
  }
}

/** A request without HTTP, and its one answer. */
class InnerExchange implements Exchange {
  readonly origin: ExchangeOrigin;
  holder: ExchangeHolder | undefined;
  /** Undefined when there is none. */
  readonly answer: Promise<string | undefined>;
  #answered: (text: string | undefined) => void = () => undefined;

  constructor(origin: ExchangeOrigin) {
    this.origin = origin;
    this.answer = new Promise((resolve) => (this.#answered = resolve));
  }

  respond({ body }: Answer): void {
    this.#answered(body);
  }

  destroy(): void {
    this.#answered(undefined);
  }
}

interface Outcome {
  readonly sid: string | undefined;
  readonly jid: string | undefined;
  readonly condition: string;
}

function bindRequest({ resource }: PrebindRequest): string {
  const wish = resource === undefined ? [] : [xml('resource', {}, resource)];
  return serialize(xml('iq', { xmlns: NS_CLIENT, type: 'set', id: BIND_ID }, xml('bind', { xmlns: NS_BIND }, ...wish)));
}

/** What the server itself has written. */
function outcomeOf(answer: string | undefined): Outcome {
  const parsed = parse(answer ?? '');
  if (!parsed.ok) return { sid: undefined, jid: undefined, condition: 'internal-server-error' };
  const { attrs } = parsed.value;
  const iq = parsed.value.getChildElements().find(({ name, attrs: { id } }) => name === 'iq' && id === BIND_ID);
  const error = iq?.child('error', NS_CLIENT)?.getChildElements()[0]?.name;
  const jid = iq?.child('bind', NS_BIND)?.child('jid', NS_BIND)?.text;
  return { sid: attrs['sid'], jid, condition: error ?? attrs['condition'] ?? 'internal-server-error' };
}
