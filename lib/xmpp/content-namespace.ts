import { xml, type Element } from '../xml/index.ts';

/**
 * A copy of a stanza for a stream whose stanzas have another namespace. What lies in a namespace of its
 * own inside of it is shared.
 *
 * @spec RFC 6120 §4.8.3
 */
export function withContentNamespace(stanza: Element, from: string, to: string): Element {
  const copy = xml(stanza.name, { ...stanza.attrs });
  if (stanza.attrs['xmlns'] === from) copy.attrs['xmlns'] = to;
  for (const child of stanza.children) {
    if (typeof child === 'string') copy.append(child);
    else if (child.getNS() === from) copy.append(withContentNamespace(child, from, to));
    else copy.children.push(child);
  }
  return copy;
}
