import { createHmac } from 'node:crypto';
import { opaqueId } from '../base/random.ts';
import { xml, type Element } from '../xml/index.ts';
import type { Jid } from '../xmpp/jid.ts';
import { NS_BIND2, NS_FAST, NS_SM } from '../xmpp/ns.ts';
import { formatDateTime } from '../xmpp/payloads/date-time.ts';
import { isTokenMechanism, TOKEN_MECHANISMS, type TokenMechanismName } from '../xmpp/sasl/hashed-token.ts';
import type { Bind2Request, Sasl2Request } from '../xmpp/sasl/sasl2-request.ts';
import { StanzaError } from '../xmpp/stanza-error.ts';
import { StreamError } from '../xmpp/stream-error.ts';
import type { Transport } from '../xmpp/transport.ts';
import type { ClientSession } from './client-session.ts';
import type { Host } from './host.ts';
import type { ManagementDesk } from './management-desk.ts';

export interface EstablishmentParts {
  readonly host: Host;
  readonly account: Jid;
  readonly request: Sasl2Request;
  readonly transport: Transport;
  readonly desk: ManagementDesk;
  /** The token that the client used should be replaced. */
  readonly isTokenDue: boolean;
}

/** What a client got with its authentication. */
export interface Opened {
  readonly session: ClientSession | undefined;
  /** What the client is told. */
  readonly results: readonly Element[];
  /** To be called when the client has been told. */
  readonly begin?: (() => void) | undefined;
}

/** Characters of the part of a resource that the server makes: 96 bits. */
const RESOURCE_LENGTH = 16;
const RESOURCE_BITS = 100;

/**
 * Does what a client asked for with its authentication: a token, its old session, or a new one.
 * First what takes time, so that a session and the news of it come together.
 *
 * @spec XEP-0388 §2.6.1 @spec XEP-0386 §3.2 @spec XEP-0484 §3.3
 */
export class Establishment {
  readonly #parts: EstablishmentParts;
  #token: Element[] = [];
  #resource: string | undefined;
  #answers: readonly Element[] = [];

  constructor(parts: EstablishmentParts) {
    this.#parts = parts;
  }

  async prepare(): Promise<void> {
    const { host, account, request } = this.#parts;
    this.#token = await this.#issueToken();
    if (!request.bind) return;
    this.#resource = await this.#makeResource(request.bind);
    this.#answers = await host.answersToBind(account);
  }

  /** Resumption goes first. @spec XEP-0386 §3.2 */
  open(): Opened {
    const { request, desk, account } = this.#parts;
    const { resume, bind } = request;
    const claim = resume && desk.claim(resume, account);
    if (resume && !claim) return { session: undefined, results: [] };
    const results = claim ? [claim.answer.element, ...this.#token] : this.#token;
    if (claim?.session) return { session: claim.session, results, begin: () => claim.take?.(true) };
    if (!bind) return { session: undefined, results };
    const { session, answer } = this.#bind(bind);
    return { session, results: [answer, ...results] };
  }

  #bind(bind: Bind2Request): { session: ClientSession | undefined; answer: Element } {
    try {
      const session = this.#newSession(bind);
      if (this.#parts.transport.numbering) this.#parts.desk.count(session);
      const enable = bind.features.find((feature) => feature.getNS() === NS_SM && feature.getName() === 'enable');
      const managed = enable ? [this.#parts.desk.enable(enable, session).element] : [];
      return { session, answer: xml('bound', { xmlns: NS_BIND2 }, ...this.#answers, ...managed) };
    } catch (error) {
      if (!(error instanceof StanzaError)) throw error;
      return { session: undefined, answer: xml('failed', { xmlns: NS_BIND2 }, error.toElement()) };
    }
  }

  /** A client does not come twice: what it left behind ends. @spec XEP-0386 §3.2 */
  #newSession({ features }: Bind2Request): ClientSession {
    const { host, account, request, transport } = this.#parts;
    const { clientId } = request;
    const earlier = host.sessions.of(account).filter((session) => session.origin?.clientId === clientId);
    if (clientId !== undefined) for (const session of earlier) session.end(new StreamError('conflict'));
    return host.bind(account, this.#resource, transport, { clientId, features });
  }

  /** The same resource for the same client, which tells nobody the client's id. @spec XEP-0386 §3.2.1 */
  async #makeResource({ tag }: Bind2Request): Promise<string> {
    const { host, account, request } = this.#parts;
    const id =
      request.clientId === undefined
        ? opaqueId(host.random, RESOURCE_BITS)
        : createHmac('sha256', await host.store.secret('resources'))
            .update(JSON.stringify([account.toString(), request.clientId, tag]))
            .digest('base64url')
            .slice(0, RESOURCE_LENGTH);
    const tagged = tag === undefined ? undefined : `${tag}/${id}`;
    return tagged !== undefined && account.withResource(tagged) ? tagged : id;
  }

  async #issueToken(): Promise<Element[]> {
    const { host, account, request } = this.#parts;
    const mechanism = this.#wantedToken();
    if (!mechanism || request.clientId === undefined) return [];
    const { token, expiry } = await host.accounts.tokens.issue(account.toString(), request.clientId, mechanism);
    return [xml('token', { xmlns: NS_FAST, token, expiry: formatDateTime(expiry) })];
  }

  #wantedToken(): TokenMechanismName | undefined {
    const { host, request, isTokenDue } = this.#parts;
    if (host.anonymous || !host.accounts.tokens.isOffered) return undefined;
    const { tokenFor } = request;
    if (tokenFor !== undefined && isTokenMechanism(tokenFor)) return tokenFor;
    return isTokenDue ? TOKEN_MECHANISMS[0] : undefined;
  }
}

/** What a client may ask for with its authentication. @spec XEP-0386 §3.1 @spec XEP-0484 §3.1 */
export function inlineFeatures(host: Host, isManagementOffered: boolean): Element[] {
  const names = [...host.bindFeatures(), ...(isManagementOffered ? [NS_SM] : [])];
  const inline = xml('inline', {}, ...names.map((name) => xml('feature', { var: name })));
  const features = [xml('bind', { xmlns: NS_BIND2 }, inline)];
  if (isManagementOffered) features.push(xml('sm', { xmlns: NS_SM }));
  if (!host.anonymous && host.accounts.tokens.isOffered) {
    const mechanisms = TOKEN_MECHANISMS.map((name) => xml('mechanism', {}, name));
    features.push(xml('fast', { xmlns: NS_FAST }, ...mechanisms));
  }
  return features;
}
