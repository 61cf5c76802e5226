import { xml, type Element, type ElementNode } from '../../xml/index.ts';
import { Jid } from '../../xmpp/jid.ts';
import { NS_BOOKMARKS, NS_BOOKMARKS_STORAGE } from '../../xmpp/ns.ts';

/** The children of a conference that both ways of writing it have, in either namespace. */
const PARTS: readonly string[] = ['nick', 'password', 'extensions'];

/** A bookmark as an item's payload, written as part of the one list of the old way. @spec XEP-0402 §5.3.1 */
export function toOld(room: string, conference: Element): Element {
  const { name, autojoin } = conference.attrs;
  return xml('conference', { jid: room, name, autojoin }, ...parts(conference, NS_BOOKMARKS, NS_BOOKMARKS_STORAGE));
}

/**
 * A bookmark of the old list as an item's payload. What old clients do not know of stays as it is.
 *
 * @param known the payload so far
 * @spec XEP-0402 §5.3.2
 */
export function toNew(conference: Element, known: Element | undefined): Element {
  const { name, autojoin } = conference.attrs;
  const payload = xml(
    'conference',
    { xmlns: NS_BOOKMARKS, name, autojoin },
    ...parts(conference, NS_BOOKMARKS_STORAGE, NS_BOOKMARKS),
  );
  const extensions = known?.child('extensions', NS_BOOKMARKS);
  return extensions && !payload.child('extensions', NS_BOOKMARKS)
    ? payload.append(recast(extensions, NS_BOOKMARKS, NS_BOOKMARKS, NS_BOOKMARKS))
    : payload;
}

/** The room that an entry of the old list stands for; undefined when it is none. @spec XEP-0048 §2.1 */
export function roomOf(entry: Element): string | undefined {
  const isConference = entry.getName() === 'conference' && entry.getNS() === NS_BOOKMARKS_STORAGE;
  return isConference ? Jid.parse(entry.attrs['jid'] ?? '')?.bare.toString() : undefined;
}

/** An entry that is no bookmark, as it is kept in a list of its own. */
export function unchanged(entry: Element): Element {
  return recast(entry, NS_BOOKMARKS_STORAGE, NS_BOOKMARKS_STORAGE, NS_BOOKMARKS_STORAGE);
}

/** Without white space between the parts. */
function parts(conference: Element, from: string, to: string): Element[] {
  return conference
    .getChildElements()
    .filter((child) => child.getNS() !== from || PARTS.includes(child.getName()))
    .map((child) => recast(child, from, to, to));
}

/** A copy for a parent with the default namespace `inherited`, with the namespace `to` in place of `from`. */
function recast(element: Element, from: string, to: string, inherited: string): Element {
  const namespace = element.getNS() === from ? to : element.getNS();
  const children: ElementNode[] = element.children.map((child) =>
    typeof child === 'string' ? child : recast(child, from, to, namespace),
  );
  const xmlns = namespace === inherited ? undefined : namespace;
  return xml(element.getName(), { xmlns, ...attributesOf(element) }, ...children);
}

/** The attributes, with the declarations of their prefixes; element names need none any more. */
function attributesOf(element: Element): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [name, value] of Object.entries(element.attrs)) {
    const [prefix = '', local] = name.split(':');
    if (prefix === 'xmlns') continue;
    attributes[name] = value;
    if (local !== undefined && prefix !== 'xml') attributes[`xmlns:${prefix}`] = element.findNS(prefix);
  }
  return attributes;
}
