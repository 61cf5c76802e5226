import type { ArchivedMessage } from '../../storage/store.ts';
import { parse, xml, type Element } from '../../xml/index.ts';
import { Jid } from '../../xmpp/jid.ts';
import { NS_CLIENT, NS_DATA } from '../../xmpp/ns.ts';
import { fieldsOf } from '../../xmpp/payloads/data-form.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import { shallowCopy, Stanza } from '../../xmpp/stanza.ts';
import type { Archive } from '../archive/archive.ts';
import { queryForm } from '../archive/query.ts';
import { isOn } from './config.ts';
import { told } from './history.ts';
import { userX } from './payloads.ts';
import type { RoomRequest } from './room-iq.ts';
import type { Room } from './room.ts';

/** A part of what was said here. @throws StanzaError @spec XEP-0313 §4 §6.1.2 */
export async function queryArchive(room: Room, { stanza, payload, from, reply }: RoomRequest): Promise<void> {
  const archive = archiveFor(room, from);
  const seesJids = room.isNonAnonymous || room.roleOf(from) === 'moderator' || room.isAdmin(from);
  const form = payload.child('x', NS_DATA);
  if (!seesJids && form && fieldsOf(form).has('with')) {
    throw new StanzaError('forbidden', 'Who said what is not to be known here.');
  }
  const request = { stanza, payload, from, session: undefined, account: room.jid, isOwn: false };
  reply(
    await archive.answer(
      room.jid,
      request,
      seesJids ? (element, message) => withJid(room, element, message) : undefined,
    ),
  );
}

/** @throws StanzaError @spec XEP-0313 §4.1.5 */
export function getArchiveForm(room: Room, { from, reply }: RoomRequest): void {
  archiveFor(room, from);
  reply(queryForm());
}

/** @throws StanzaError @spec XEP-0313 §5 */
export async function getArchiveMetadata(room: Room, { from, reply }: RoomRequest): Promise<void> {
  reply(await archiveFor(room, from).metadata(room.jid));
}

/** The last messages, for the history of a room that was asleep. */
export async function recall(room: Room, archive: Archive): Promise<void> {
  const { history: limit } = room.around.limits;
  if (limit === 0 || !isOn(room.config, 'enablelogging')) return;
  const page = await archive.page(room.jid, { filter: {}, isBackwards: true, limit, countLimit: 0 });
  for (const { id, at, xml: text } of page?.messages ?? []) {
    const parsed = parse(text);
    if (!parsed.ok || !parsed.value.child('body', NS_CLIENT)) continue;
    const from = Jid.parse(parsed.value.attrs['from'] ?? '');
    room.history.add({ id, at, stanza: told(new Stanza(parsed.value, from, undefined), room.jid, at) });
  }
}

/** Only who may enter may read what was said. @throws StanzaError @spec XEP-0313 §6.1.2 */
function archiveFor(room: Room, from: Jid): Archive {
  const { archives } = room.around;
  if (!archives || !isOn(room.config, 'enablelogging')) throw new StanzaError('service-unavailable');
  const affiliation = room.affiliationOf(from);
  const isClosed = isOn(room.config, 'membersonly') || isOn(room.config, 'passwordprotectedroom') || room.isLocked;
  const isInside = room.occupants.visit(from) !== undefined;
  if (affiliation === 'outcast' || (affiliation === 'none' && isClosed && !isInside)) {
    throw new StanzaError('forbidden', 'Only who may enter may read this.');
  }
  return archives;
}

/** @spec XEP-0313 §6.1.2 */
function withJid(room: Room, message: Element, { peer, resource }: ArchivedMessage): Element {
  if (peer === room.jid.toString()) return message;
  const jid = Jid.parse(resource === '' ? peer : `${peer}/${resource}`);
  if (!jid) return message;
  const copy = shallowCopy(message);
  const item = xml('item', { affiliation: room.affiliationOf(jid), jid: jid.toString() });
  copy.children = [...message.children, userX(item)];
  return copy;
}
