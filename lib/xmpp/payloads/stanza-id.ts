import { xml, type ElementNode } from '../../xml/index.ts';
import { Jid } from '../jid.ts';
import { NS_STANZA_ID } from '../ns.ts';
import { shallowCopy, Stanza } from '../stanza.ts';

/** The id that `by` gave to a stanza. @spec XEP-0359 §2.1 */
export function stanzaIdBy(stanza: Stanza, by: Jid): string | undefined {
  for (const child of stanza.element.children) {
    if (typeof child !== 'string' && isStanzaIdBy(child, by)) return child.attrs['id'];
  }
  return undefined;
}

/** The stanza with an id that `by` gives to it. @spec XEP-0359 §2.1 */
export function withStanzaId(stanza: Stanza, by: Jid, id: string): Stanza {
  const element = xml('stanza-id', { xmlns: NS_STANZA_ID, by: by.toString(), id });
  return withChildren(stanza, [...stanza.element.children, element]);
}

/** The stanza without ids that claim to be given by `by`; the stanza itself when there are none. @spec XEP-0359 §3 */
export function withoutStanzaId(stanza: Stanza, by: Jid): Stanza {
  const { children } = stanza.element;
  const kept = children.filter((child) => !isStanzaIdBy(child, by));
  return kept.length === children.length ? stanza : withChildren(stanza, kept);
}

/** Addresses are compared as prepared by RFC 7622. @spec XEP-0359 §3 */
function isStanzaIdBy(child: ElementNode, by: Jid): boolean {
  if (typeof child === 'string' || child.getName() !== 'stanza-id' || child.getNS() !== NS_STANZA_ID) return false;
  return Jid.parse(child.attrs['by'] ?? '')?.equals(by) ?? false;
}

/** The new element is not the parent of its children: they are shared with the old one. */
function withChildren(stanza: Stanza, children: ElementNode[]): Stanza {
  const copy = shallowCopy(stanza.element);
  copy.children = children;
  return new Stanza(copy, stanza.from, stanza.to, stanza.at);
}
