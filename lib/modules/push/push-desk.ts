import { opaqueId } from '../../base/random.ts';
import type { HostContext } from '../../core/module.ts';
import { parse, xml, type Element } from '../../xml/index.ts';
import { Jid } from '../../xmpp/jid.ts';
import { NS_CLIENT, NS_DATA, NS_ENCRYPTION, NS_PUBSUB, NS_PUSH } from '../../xmpp/ns.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import { Stanza } from '../../xmpp/stanza.ts';

/** Where the notifications of one client go. @spec XEP-0357 §5 */
export interface PushService {
  readonly jid: string;
  readonly node: string;
  /** The form of publish options, as text. */
  readonly options: string | undefined;
}

interface Published {
  readonly account: Jid;
  readonly service: PushService;
}

const KIND = 'push';
/** Push services of one account. */
const MAX_SERVICES = 20;
/** Publications that wait for their answer; the oldest is given up. */
const MAX_PUBLISHED = 1000;

/** Keeps the push services of accounts, and publishes to them. */
export class PushDesk {
  readonly #host: HostContext;
  readonly #published = new Map<string, Published>();

  constructor(host: HostContext) {
    this.#host = host;
  }

  /** @throws StanzaError `resource-constraint` @spec XEP-0357 §5 */
  async enable(account: Jid, service: PushService): Promise<undefined> {
    const document = { key: keyOf(service), text: JSON.stringify(service) };
    const isKept = await this.#host.store.documents.put(account.toString(), KIND, document, MAX_SERVICES);
    if (!isKept) throw new StanzaError('resource-constraint', `At most ${MAX_SERVICES} push services.`);
  }

  /** @param node undefined for all nodes of the service @spec XEP-0357 §6 */
  async disable(account: Jid, jid: string, node: string | undefined): Promise<undefined> {
    for (const service of await this.#servicesOf(account)) {
      if (service.jid === jid && (node === undefined || service.node === node)) await this.#remove(account, service);
    }
  }

  /** A message has come that nobody looks at now. @spec XEP-0357 §7 */
  noticed(account: Jid, message: Stanza): void {
    if (isWorthTelling(message)) this.#host.background(() => this.#tell(account));
  }

  /** A push service has answered: one that refuses is not asked again. @spec XEP-0357 §7.1 */
  answered(stanza: Stanza): 'handled' | undefined {
    const published = stanza.kind === 'iq' ? this.#published.get(stanza.id ?? '') : undefined;
    if (!published || stanza.from?.toString() !== published.service.jid) return undefined;
    this.#published.delete(stanza.id ?? '');
    const error = stanza.type === 'error' ? stanza.element.child('error', NS_CLIENT) : undefined;
    if (error && error.attrs['type'] !== 'wait') {
      this.#host.background(() => this.#remove(published.account, published.service));
    }
    return 'handled';
  }

  /** A push service wants no more. @spec XEP-0357 §8 */
  withdrawn(account: Jid, stanza: Stanza): Promise<'handled'> | undefined {
    const pubsub = stanza.kind === 'message' ? stanza.child(NS_PUBSUB, 'pubsub') : undefined;
    const { node } = pubsub?.attrs ?? {};
    const affiliation = pubsub?.child('affiliation', NS_PUBSUB)?.attrs;
    const isOver = affiliation?.['affiliation'] === 'none' && affiliation['jid'] === account.toString();
    if (!isOver || node === undefined || !stanza.from) return undefined;
    return this.disable(account, stanza.from.toString(), node).then(() => 'handled' as const);
  }

  async #tell(account: Jid): Promise<void> {
    const services = await this.#servicesOf(account);
    if (services.length === 0) return;
    const count = Math.max(1, await this.#host.store.offline.count(account.toString()));
    for (const service of services) await this.#publish(account, service, count);
  }

  #publish(account: Jid, service: PushService, count: number): void | Promise<void> {
    const to = Jid.parse(service.jid);
    if (!to) return undefined;
    const id = opaqueId(this.#host.random);
    this.#published.set(id, { account, service });
    const [oldest] = this.#published.keys();
    if (this.#published.size > MAX_PUBLISHED && oldest !== undefined) this.#published.delete(oldest);
    const iq = xml('iq', { xmlns: NS_CLIENT, type: 'set', id }, publication(service, count));
    return this.#host.send(new Stanza(iq, this.#host.jid, to));
  }

  async #servicesOf(account: Jid): Promise<PushService[]> {
    const documents = await this.#host.store.documents.list(account.toString(), KIND);
    // Only `enable` writes them.
    return documents.map(({ text }) => JSON.parse(text) as PushService);
  }

  async #remove(account: Jid, service: PushService): Promise<void> {
    await this.#host.store.documents.remove(account.toString(), KIND, keyOf(service));
  }
}

function keyOf({ jid, node }: PushService): string {
  return `${jid} ${node}`;
}

/** Something to read, or something encrypted that may be. */
function isWorthTelling(message: Stanza): boolean {
  if (message.type === 'error' || message.type === 'headline') return false;
  return (
    message.element.child('body', NS_CLIENT) !== undefined || message.child(NS_ENCRYPTION, 'encryption') !== undefined
  );
}

/** Who wrote, and what, is nobody's business on the way. @spec XEP-0357 §7 §9 */
function publication({ node, options }: PushService, count: number): Element {
  const summary = form('urn:xmpp:push:summary', 'message-count', String(count));
  const item = xml('item', {}, xml('notification', { xmlns: NS_PUSH }, summary));
  const pubsub = xml('pubsub', { xmlns: NS_PUBSUB }, xml('publish', { node: node === '' ? undefined : node }, item));
  const parsed = options === undefined ? undefined : parse(options);
  return parsed?.ok ? pubsub.append(xml('publish-options', {}, parsed.value)) : pubsub;
}

function form(type: string, name: string, value: string): Element {
  return xml(
    'x',
    { xmlns: NS_DATA, type: 'submit' },
    xml('field', { var: 'FORM_TYPE', type: 'hidden' }, xml('value', {}, type)),
    xml('field', { var: name }, xml('value', {}, value)),
  );
}
