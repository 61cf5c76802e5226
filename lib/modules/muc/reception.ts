import type { MaybePromise } from '../../core/maybe-promise.ts';
import type { Jid } from '../../xmpp/jid.ts';
import {
  NS_COMMANDS,
  NS_DISCO_INFO,
  NS_DISCO_ITEMS,
  NS_MAM,
  NS_MODERATE,
  NS_MUC,
  NS_MUC_ADMIN,
  NS_MUC_OWNER,
  NS_PING,
  NS_REGISTER,
  NS_VCARD,
} from '../../xmpp/ns.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import type { Stanza } from '../../xmpp/stanza.ts';
import { change, list } from './administration.ts';
import { decide, isDecision } from './applications.ts';
import { enter, update } from './entrance.ts';
import { runCommand } from './hat-commands.ts';
import { decline, invitationsIn, invite } from './invitations.ts';
import { moderate } from './moderation.ts';
import { getConfig, setConfig } from './ownership.ts';
import { statusCode } from './payloads.ts';
import { notHere } from './presence.ts';
import { getRegistration, setRegistration } from './registration.ts';
import { getArchiveForm, getArchiveMetadata, queryArchive } from './room-archive.ts';
import { roomInfo, roomItems } from './room-disco.ts';
import type { RoomHandler, RoomRequest } from './room-iq.ts';
import { getRoomVcard, setRoomVcard } from './room-vcard.ts';
import type { Room } from './room.ts';
import { considerVoice } from './voice.ts';
import { speak, spend, whisper } from './speech.ts';

/** Errors that tell that a client is no longer there. @spec XEP-0045 §18.1.2 */
const GONE: ReadonlySet<string> = new Set([
  'gone',
  'item-not-found',
  'recipient-unavailable',
  'redirect',
  'remote-server-not-found',
  'remote-server-timeout',
  // What this server says of a client that is not there.
  'service-unavailable',
]);

/** What a room answers, by type and namespace and name of the payload. */
const HANDLERS: ReadonlyMap<string, RoomHandler> = new Map<string, RoomHandler>([
  [`get ${NS_DISCO_INFO} query`, roomInfo],
  [`get ${NS_DISCO_ITEMS} query`, roomItems],
  [`get ${NS_PING} ping`, (_room, { reply }) => reply()],
  [`get ${NS_MUC_ADMIN} query`, list],
  [`set ${NS_MUC_ADMIN} query`, change],
  [`get ${NS_MUC_OWNER} query`, getConfig],
  [`set ${NS_MUC_OWNER} query`, setConfig],
  [`get ${NS_REGISTER} query`, getRegistration],
  [`set ${NS_REGISTER} query`, setRegistration],
  [`get ${NS_VCARD} vCard`, getRoomVcard],
  [`set ${NS_VCARD} vCard`, setRoomVcard],
  [`get ${NS_MAM} query`, getArchiveForm],
  [`set ${NS_MAM} query`, queryArchive],
  [`get ${NS_MAM} metadata`, getArchiveMetadata],
  [`set ${NS_MODERATE} moderate`, moderate],
  [`set ${NS_COMMANDS} command`, runCommand],
]);

/** Tells the stanzas for one room apart. */
export class Reception {
  readonly #room: Room;

  constructor(room: Room) {
    this.#room = room;
  }

  /** @throws StanzaError */
  receive(stanza: Stanza, to: Jid, from: Jid): MaybePromise<void> {
    if (stanza.type === 'error' && stanza.kind !== 'iq') return this.#bounced(stanza, from);
    if (stanza.kind === 'presence') return this.#presence(stanza, to, from);
    if (stanza.kind === 'message') return this.#message(stanza, to, from);
    if (stanza.isRequest) return this.#request(stanza, to, from);
    this.#room.relay.answer(stanza, from);
  }

  /** @spec XEP-0045 §17.3 */
  #presence(stanza: Stanza, to: Jid, from: Jid): void {
    const visit = this.#room.occupants.visit(from);
    if (stanza.type === 'unavailable') {
      if (visit) this.#room.leave(visit, { farewell: stanza });
      return;
    }
    if (stanza.type !== undefined || !from.isFull) return;
    if (to.isBare) throw new StanzaError('jid-malformed', 'There is no nickname.');
    const x = stanza.child(NS_MUC, 'x');
    const arrival = { stanza, client: from, address: to, x };
    if (visit) update(this.#room, visit, arrival);
    else if (x ?? this.#room.around.admitsLegacy) enter(this.#room, arrival);
    else this.#room.around.send(notHere(to, from, [307, 333].map(statusCode)));
  }

  /** @spec XEP-0045 §7.4 §7.5 §7.8.2 §17.2 */
  #message(stanza: Stanza, to: Jid, from: Jid): MaybePromise<void> {
    const room = this.#room;
    const visit = room.occupants.visit(from);
    if (to.isFull || stanza.type === 'groupchat') {
      if (!visit) throw new StanzaError('not-acceptable', 'You are not in the room.');
      if (to.isFull) return whisper(room, visit, stanza);
      speak(room, visit, stanza);
      // Who says more than the archive can take has to wait.
      return room.around.archives?.congestion;
    }
    const { invites, decline: refusal } = invitationsIn(stanza);
    if (refusal) return decline(room, from, refusal);
    if (isDecision(stanza)) return decide(room, from, stanza);
    if (!visit) throw new StanzaError('not-acceptable', 'You are not in the room.');
    if (invites.length > 0) return invite(room, visit, invites);
    if (considerVoice(room, visit, stanza)) return;
    throw new StanzaError('bad-request', 'Messages to all are of type groupchat.');
  }

  /** @spec XEP-0045 §17.4 */
  #request(stanza: Stanza, to: Jid, from: Jid): MaybePromise<void> {
    const room = this.#room;
    const [payload] = stanza.element.getChildElements();
    if (!payload) throw new StanzaError('bad-request');
    if (to.isFull) return this.#toOccupant(stanza, to, from);
    const handler = HANDLERS.get(`${stanza.type} ${payload.getNS()} ${payload.getName()}`);
    if (!handler) throw new StanzaError('service-unavailable');
    const reply: RoomRequest['reply'] = (answer) => room.around.send(stanza.result(answer));
    return handler(room, { stanza, payload, from, reply });
  }

  /** @spec XEP-0045 §6.6 §17.4 @spec XEP-0410 §3.2 */
  #toOccupant(stanza: Stanza, to: Jid, from: Jid): void {
    const visit = this.#room.occupants.visit(from);
    if (!visit) {
      const isDisco = stanza.child(NS_DISCO_INFO) !== undefined || stanza.child(NS_DISCO_ITEMS) !== undefined;
      throw new StanzaError(isDisco ? 'bad-request' : 'not-acceptable', 'You are not in the room.');
    }
    const recipient = this.#room.occupants.byNick(to.resource ?? '');
    if (!recipient) throw new StanzaError('item-not-found', 'There is nobody of this name.');
    spend(this.#room, visit);
    this.#room.relay.request(stanza, visit, recipient);
  }

  /** What was sent to a client did not arrive: a ghost leaves the room. @spec XEP-0045 §11.1 §18.1.2 */
  #bounced(stanza: Stanza, from: Jid): void {
    const visit = this.#room.occupants.visit(from);
    const error = stanza.element.getChildElements().find(({ name }) => name === 'error');
    const condition = error?.getChildElements()[0]?.getName() ?? '';
    if (visit && GONE.has(condition)) this.#room.leave(visit, { codes: [333] });
  }
}
