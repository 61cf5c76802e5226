import { parse, serialize, standAlone } from '../../xml/index.ts';
import { NS_VCARD } from '../../xmpp/ns.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import { fromBase64, idOf } from '../avatars/image.ts';
import type { RoomRequest } from './room-iq.ts';
import type { Room } from './room.ts';

/** The vCard of a room, for everybody. @throws StanzaError @spec XEP-0486 §3.4 */
export async function getRoomVcard(room: Room, { reply }: RoomRequest): Promise<void> {
  const text = room.hasVcard ? await room.around.readVcard(room) : undefined;
  const parsed = text === undefined ? undefined : parse(text);
  if (!parsed?.ok) throw new StanzaError('item-not-found', 'This room has no vCard.');
  reply(parsed.value);
}

/** Owners give the room a vCard, or take it away with an empty one. @throws StanzaError @spec XEP-0486 §3.2 §5.1 */
export async function setRoomVcard(room: Room, { payload, from, reply }: RoomRequest): Promise<void> {
  if (!room.isOwner(from)) throw new StanzaError('forbidden', 'Only owners set the vCard of a room.');
  const hashes = payload
    .getChildElements()
    .filter((child) => child.getName() === 'PHOTO')
    .map((photo) => fromBase64(photo.child('BINVAL', NS_VCARD)?.text ?? ''))
    .map((bytes) => {
      if (!bytes) throw new StanzaError('not-acceptable', 'A picture is not in base64.');
      return idOf(bytes);
    });
  const isEmpty = payload.getChildElements().length === 0;
  const text = serialize(standAlone(payload));
  const { stanzaBytes } = room.around.limits;
  if (Buffer.byteLength(text) > stanzaBytes) throw new StanzaError('policy-violation', `At most ${stanzaBytes} bytes.`);
  await room.around.writeVcard(room, isEmpty ? undefined : text);
  room.hasVcard = !isEmpty;
  room.avatarHashes = hashes;
  await room.around.changed(room);
  reply();
  room.broadcastStatus([104]);
}
