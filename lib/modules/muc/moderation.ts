import { copyOf, xml, type Element } from '../../xml/index.ts';
import { NS_MODERATE, NS_RETRACT } from '../../xmpp/ns.ts';
import { formatDateTime } from '../../xmpp/payloads/date-time.ts';
import { withStanzaId } from '../../xmpp/payloads/stanza-id.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import { Stanza } from '../../xmpp/stanza.ts';
import { retracted } from '../archive/tombstone.ts';
import type { Visit } from './occupants.ts';
import { occupantId, textElement, textOf } from './payloads.ts';
import type { RoomRequest } from './room-iq.ts';
import type { Room } from './room.ts';

/** A moderator takes back what somebody said. @throws StanzaError @spec XEP-0425 §3 */
export async function moderate(room: Room, { payload, from, reply }: RoomRequest): Promise<void> {
  const moderator = room.occupants.of(from).find(({ role }) => role === 'moderator');
  if (!moderator) throw new StanzaError('forbidden', 'Only moderators moderate messages.');
  const id = payload.attrs['id'] ?? '';
  if (id === '' || !payload.child('retract', NS_RETRACT)) throw new StanzaError('bad-request', 'Nothing is retracted.');
  const by = xml('moderated', { xmlns: NS_MODERATE, by: moderator.jid.toString() }, occupantId(moderator.id));
  const details = [by, ...textElement('reason', textOf(payload, 'reason'))];
  const at = room.around.clock.date();
  const mark = xml('retracted', { xmlns: NS_RETRACT, stamp: formatDateTime(at) }, ...details.map(copyOf));
  const wasRemembered = room.history.remove(id);
  const wasKept = (await room.around.archives?.bury(room.jid, id, mark)) ?? false;
  if (!wasRemembered && !wasKept) throw new StanzaError('item-not-found', 'There is no such message.');
  reply();
  tell(room, xml('retract', { xmlns: NS_RETRACT, id }, ...details));
}

/** Somebody takes back what they said themselves. What others said stays. @spec XEP-0424 §4 §5 */
export async function retract(room: Room, { occupant }: Visit, stanza: Stanza): Promise<void> {
  const id = stanza.child(NS_RETRACT, 'retract')?.attrs['id'];
  const { archives, clock } = room.around;
  if (id === undefined || !(await isAuthor(room, occupant.id, id))) return;
  room.history.remove(id);
  await archives?.bury(room.jid, id, retracted(stanza.id ?? id, clock.date()));
}

/** @spec XEP-0425 §3.1 */
function tell(room: Room, retraction: Element): void {
  const id = room.around.newId();
  const plain = new Stanza(xml('message', { type: 'groupchat', id }, retraction), room.jid, undefined);
  const message = withStanzaId(plain, room.jid, id);
  room.around.archive(room, { id, at: room.around.clock.date(), stanza: message }, room.jid);
  room.broadcast(message);
}

async function isAuthor(room: Room, author: string, id: string): Promise<boolean> {
  const remembered = room.history.find(id)?.stanza.element ?? (await room.around.readArchived(room, id));
  const said = remembered?.getChildElements().find(({ name }) => name === 'occupant-id');
  return said?.attrs['id'] === author;
}
