import { ServiceKey } from '../../core/keys.ts';
import { parse, xml, type Element } from '../../xml/index.ts';
import type { Jid } from '../../xmpp/jid.ts';
import { NS_AVATAR_DATA, NS_AVATAR_METADATA } from '../../xmpp/ns.ts';
import type { Pep } from '../pep/index.ts';
import { readRefusal } from '../pubsub/access.ts';
import { fromBase64, idOf, toBase64, type Image } from './image.ts';

/** Pictures that came with a vCard were for all to see. */
const OPEN = new Map([['pubsub#access_model', ['open']]]);

interface Avatar extends Image {
  /** The SHA-1 of the bytes. */
  readonly id: string;
}

/** For modules that show avatars their own way. */
export const AVATARS = new ServiceKey<Avatars>('avatars');

/** The avatars of accounts, as they are published. @spec XEP-0084 */
export class Avatars {
  readonly #pep: Pep;

  constructor(pep: Pep) {
    this.#pep = pep;
  }

  /**
   * The avatar whose data is published here and is what its id says.
   *
   * @spec XEP-0398 §3.1
   */
  async current(account: Jid): Promise<Avatar | undefined> {
    const { service } = this.#pep;
    const metadata = elementOf((await service.last(account, NS_AVATAR_METADATA))?.xml);
    const info = metadata?.getChildElements().find(({ name, attrs }) => name === 'info' && attrs['url'] === undefined);
    const { id, type = 'image/png' } = info?.attrs ?? {};
    if (id === undefined) return undefined;
    const owner = this.#pep.owner(account);
    const hasData = (await service.nodes.of(account)).has(NS_AVATAR_DATA);
    const [item] = hasData ? await service.items(owner, NS_AVATAR_DATA, { ids: [id] }) : [];
    const bytes = fromBase64(elementOf(item?.xml)?.text ?? '');
    return bytes && idOf(bytes) === id.toLowerCase() ? { id: id.toLowerCase(), type, bytes } : undefined;
  }

  /** The avatar, for one who may see both the metadata and the data. @spec XEP-0398 §7 */
  async visibleTo(asker: Jid, account: Jid): Promise<Avatar | undefined> {
    const { service } = this.#pep;
    const { standing } = await service.asker(account, asker);
    const nodes = await service.nodes.of(account);
    for (const name of [NS_AVATAR_METADATA, NS_AVATAR_DATA]) {
      const node = nodes.get(name);
      if (!node || readRefusal(node, asker, standing)) return undefined;
    }
    return this.current(account);
  }

  /** Publishes a picture on behalf of the account. @spec XEP-0398 §3.2 */
  async publish(account: Jid, { bytes, type }: Image): Promise<void> {
    const id = idOf(bytes);
    const data = xml('data', { xmlns: NS_AVATAR_DATA }, toBase64(bytes));
    const info = xml('info', { id, type, bytes: String(bytes.length) });
    await this.#put(account, NS_AVATAR_DATA, id, data);
    await this.#put(account, NS_AVATAR_METADATA, id, xml('metadata', { xmlns: NS_AVATAR_METADATA }, info));
  }

  /** Says that there is no avatar any more. @spec XEP-0084 §3.5 */
  async withdraw(account: Jid): Promise<void> {
    await this.#put(account, NS_AVATAR_METADATA, undefined, xml('metadata', { xmlns: NS_AVATAR_METADATA }));
  }

  async #put(account: Jid, node: string, id: string | undefined, payload: Element): Promise<void> {
    const { service } = this.#pep;
    const owner = this.#pep.owner(account);
    if (!(await service.nodes.of(account)).has(node)) await service.create(owner, node, OPEN);
    await service.publish(owner, node, { id, payload });
  }
}

/** A payload; undefined for none. */
function elementOf(text = ''): Element | undefined {
  const parsed = parse(text);
  return parsed.ok ? parsed.value : undefined;
}
