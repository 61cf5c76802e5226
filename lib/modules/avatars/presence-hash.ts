import { xml } from '../../xml/index.ts';
import { NS_VCARD_UPDATE } from '../../xmpp/ns.ts';
import { shallowCopy, Stanza } from '../../xmpp/stanza.ts';

/** Whether a client says that it wants no avatar shown. @spec XEP-0398 §4 */
export function isWithoutAvatar(presence: Stanza): boolean {
  const photo = presence.child(NS_VCARD_UPDATE, 'x')?.child('photo', NS_VCARD_UPDATE);
  return photo?.text.trim() === '';
}

/** Available presence with the hash of the avatar, empty for none. @spec XEP-0398 §4 @spec XEP-0153 §4.1 */
export function withHash(presence: Stanza, hash: string): Stanza {
  const { element, from, to, at } = presence;
  const copy = shallowCopy(element);
  const isUpdate = (child: (typeof element.children)[number]): boolean =>
    typeof child !== 'string' && child.getName() === 'x' && child.getNS() === NS_VCARD_UPDATE;
  const photo = hash === '' ? xml('photo') : xml('photo', {}, hash);
  copy.children = element.children.filter((child) => !isUpdate(child));
  copy.children.push(xml('x', { xmlns: NS_VCARD_UPDATE }, photo));
  return new Stanza(copy, from, to, at);
}
