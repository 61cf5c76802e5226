import { xml, type Element } from '../../xml/index.ts';
import { NS_VCARD } from '../../xmpp/ns.ts';
import { fromBase64, toBase64, typeOf, type Image } from '../avatars/image.ts';

/** The picture of a vCard; undefined when there is none, or none that can be shown. @spec XEP-0153 §4.5 */
export function photoOf(vcard: Element): Image | undefined {
  const photo = vcard.child('PHOTO', NS_VCARD);
  const bytes = fromBase64(photo?.child('BINVAL', NS_VCARD)?.text ?? '');
  const type = bytes && typeOf(bytes, photo?.child('TYPE', NS_VCARD)?.text.trim() ?? '');
  return bytes && type !== undefined ? { bytes, type } : undefined;
}

/** The same vCard with this picture and no other; with none when it is undefined. */
export function withPhoto(vcard: Element, photo: Image | undefined): Element {
  const others = vcard.children.filter((child) => typeof child === 'string' || child.getName() !== 'PHOTO');
  const copy = xml(vcard.name, vcard.attrs, ...others);
  if (!photo) return copy;
  return copy.append(xml('PHOTO', {}, xml('TYPE', {}, photo.type), xml('BINVAL', {}, toBase64(photo.bytes))));
}
