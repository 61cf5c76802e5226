import type { RosterItem } from '../../storage/store.ts';
import { xml, type Element } from '../../xml/index.ts';
import { Jid } from '../../xmpp/jid.ts';
import { NS_ROSTER } from '../../xmpp/ns.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';

/** UTF-16 units of a contact's name, or of a group's. */
const MAX_NAME = 1023;
/** Groups of one contact. */
const MAX_GROUPS = 100;

/** What a client may set of a contact: everything else is the server's. @spec RFC 6121 §2.3 */
export interface ItemChange {
  readonly contact: Jid;
  readonly isRemoval: boolean;
  readonly name: string | undefined;
  readonly groups: readonly string[];
}

/** Reads the `<query/>` of a roster set. @throws StanzaError @spec RFC 6121 §2.3.3 */
export function readChange(query: Element, account: Jid): ItemChange {
  const items = query.getChildElements().filter((child) => child.name === 'item' && child.getNS() === NS_ROSTER);
  const [item] = items;
  if (!item || items.length > 1) throw new StanzaError('bad-request', 'a roster set has exactly one item');
  const contact = Jid.parse(item.attrs['jid'] ?? '')?.bare;
  if (!contact) throw new StanzaError('jid-malformed');
  if (contact.equals(account)) throw new StanzaError('not-allowed', 'nobody is in their own roster');
  const { name } = item.attrs;
  if (name !== undefined && name.length > MAX_NAME) throw new StanzaError('not-acceptable', 'the name is too long');
  return {
    contact,
    isRemoval: item.attrs['subscription'] === 'remove',
    name: name || undefined,
    groups: readGroups(item),
  };
}

function readGroups(item: Element): string[] {
  const groups = item
    .getChildElements()
    .filter((child) => child.name === 'group')
    .map((group) => group.text);
  if (groups.length > MAX_GROUPS) throw new StanzaError('not-acceptable', 'too many groups');
  if (groups.some((group) => group === '')) throw new StanzaError('not-acceptable', 'a group without a name');
  if (groups.some((group) => group.length > MAX_NAME))
    throw new StanzaError('not-acceptable', 'a group name is too long');
  if (new Set(groups).size < groups.length) throw new StanzaError('bad-request', 'a group appears twice');
  return groups;
}

/** An item as clients see it. @spec RFC 6121 §2.1.2 */
export function writeItem(item: RosterItem): Element {
  const element = xml('item', {
    jid: item.contact,
    name: item.name,
    subscription: item.subscription,
    ask: item.ask ? 'subscribe' : undefined,
    approved: item.approved ? 'true' : undefined,
  });
  for (const group of item.groups) element.append(xml('group', {}, group));
  return element;
}

/** An item that is no longer there. @spec RFC 6121 §2.5.2 */
export function writeRemoval(contact: string): Element {
  return xml('item', { jid: contact, subscription: 'remove' });
}

/** The roster, or one push of it. */
export function writeQuery(version: number, items: readonly Element[]): Element {
  return xml('query', { xmlns: NS_ROSTER, ver: String(version) }, ...items);
}
