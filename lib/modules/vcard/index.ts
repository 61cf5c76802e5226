import { defineModule, type HostContext, type IqRequest } from '../../core/module.ts';
import { parse, serialize, standAlone, xml, type Element } from '../../xml/index.ts';
import type { Jid } from '../../xmpp/jid.ts';
import { NS_VCARD } from '../../xmpp/ns.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import { AVATARS, type Avatars } from '../avatars/avatars.ts';
import { idOf, type Image } from '../avatars/image.ts';
import { photoOf, withPhoto } from './photo.ts';

const KIND = 'vcard';

interface VCardOptions {
  /** Bytes of a vCard without its picture. */
  readonly maxBytes: number;
}

/**
 * vCards of accounts. The picture in one is the avatar of the account: it is kept where avatars are.
 *
 * @spec XEP-0054 @spec XEP-0398 §3
 */
export default defineModule<VCardOptions>({
  name: 'vcard',
  implements: [
    { spec: 'XEP-0054', version: '1.3.0', status: 'complete' },
    { spec: 'XEP-0292', version: '0.12.0', status: 'partial', note: 'kept in PEP; not mapped from vcard-temp' },
  ],
  needs: ['avatars'],

  setup(host, { maxBytes }) {
    host.feature(NS_VCARD);
    host.accountFeature(NS_VCARD);
    host.iq('get', NS_VCARD, 'vCard', (request) => retrieve(host, request), 'account');
    host.iq('set', NS_VCARD, 'vCard', (request) => update(host, request, maxBytes), 'account');
  },
});

/** Of others, nobody learns whether there is no vCard or no account. @spec XEP-0054 §3.1 §3.3 */
async function retrieve(host: HostContext, { account, from, isOwn }: IqRequest): Promise<Element> {
  if (!account) throw new StanzaError('service-unavailable');
  const text = await host.store.documents.get(account.toString(), KIND, '');
  const avatar = await avatarsOf(host).visibleTo(from, account);
  if (text === undefined && !avatar && !isOwn) throw new StanzaError('service-unavailable');
  const vcard = text === undefined ? xml('vCard', { xmlns: NS_VCARD }) : revive(text);
  return avatar ? withPhoto(vcard, avatar) : vcard;
}

/** @spec XEP-0054 §3.2 */
async function update(host: HostContext, request: IqRequest, maxBytes: number): Promise<undefined> {
  const { account, isOwn, payload } = request;
  if (!account || !isOwn) throw new StanzaError('forbidden');
  const photo = photoOf(payload);
  const vcard = standAlone(payload);
  const text = serialize(photo ? withPhoto(vcard, undefined) : vcard);
  if (Buffer.byteLength(text) > maxBytes) throw new StanzaError('not-acceptable', `at most ${maxBytes} bytes`);
  await setAvatar(avatarsOf(host), account, photo);
  await host.store.documents.put(account.toString(), KIND, { key: '', text }, 1);
  return undefined;
}

/** A vCard without picture takes the avatar away: what is read is what was written. @spec XEP-0398 §3.2 */
async function setAvatar(avatars: Avatars, account: Jid, photo: Image | undefined): Promise<void> {
  const current = await avatars.current(account);
  if (photo && idOf(photo.bytes) !== current?.id) await avatars.publish(account, photo);
  if (!photo && current) await avatars.withdraw(account);
}

function avatarsOf(host: HostContext): Avatars {
  const avatars = host.service(AVATARS);
  if (!avatars) throw new Error('vCards need the avatars');
  return avatars;
}

/** The store only has what this module wrote. */
function revive(text: string): Element {
  const parsed = parse(text);
  if (!parsed.ok) throw new Error('a stored vCard is broken');
  return parsed.value;
}
