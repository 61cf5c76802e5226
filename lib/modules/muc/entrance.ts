import type { Element } from '../../xml/index.ts';
import { xml } from '../../xml/index.ts';
import type { Jid } from '../../xmpp/jid.ts';
import { NS_MUC } from '../../xmpp/ns.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import { Stanza } from '../../xmpp/stanza.ts';
import { Allowance } from './allowance.ts';
import { isOn } from './config.ts';
import { EXTRA_ADMINS } from './limits.ts';
import { nickKey, Occupant, type Visit } from './occupants.ts';
import { passedOn, textOf } from './payloads.ts';
import type { Notice } from './presence.ts';
import { defaultRole } from './ranks.ts';
import type { Room } from './room.ts';

/** Presence by which somebody enters, and where from. */
interface Arrival {
  readonly stanza: Stanza;
  /** The full JID. */
  readonly client: Jid;
  /** The occupant JID. */
  readonly address: Jid;
  /** The `<x/>` of those who want to enter. */
  readonly x: Element | undefined;
}

/**
 * Somebody wants to enter the room.
 *
 * @param isNew the room was made for this
 * @throws StanzaError
 * @spec XEP-0045 §7.2
 */
export function enter(room: Room, arrival: Arrival, isNew = false): void {
  const { address, client } = arrival;
  checkNick(room, address, client);
  checkAdmission(room, arrival);
  const occupant = room.occupants.byNick(address.resource ?? '') ?? newcomer(room, arrival);
  const visit: Visit = {
    jid: client,
    occupant,
    presence: cleanPresence(room, arrival),
    allowance: new Allowance(room.around.limits.messagesPerSecond, room.around.clock.now()),
  };
  room.occupants.add(visit);
  room.invited.delete(client.bare.toString());
  synchronise(room, visit, arrival, isNew ? [201] : []);
  room.announce(occupant, {}, visit);
}

/**
 * Presence of a client that is in the room: it changes its availability or its nickname, or has
 * forgotten that it is here.
 *
 * @throws StanzaError
 * @spec XEP-0045 §7.2.1 §7.6 §7.7
 */
export function update(room: Room, visit: Visit, arrival: Arrival): void {
  const { occupant } = visit;
  if (!visit.allowance.take(room.around.clock.now())) {
    throw new StanzaError('resource-constraint', 'This is too much at a time.');
  }
  const isRenamed = !occupant.jid.equals(arrival.address);
  if (isRenamed) checkNick(room, arrival.address, visit.jid);
  const presence = cleanPresence(room, arrival);
  const isChanged = presence.xml !== visit.presence.xml;
  if (isRenamed) rename(room, occupant, arrival.address);
  visit.presence = presence;
  occupant.latest = visit;
  occupant.shown.clear();
  if (arrival.x) synchronise(room, visit, arrival, []);
  if (isRenamed || isChanged || !arrival.x) room.announce(occupant, {}, arrival.x ? visit : undefined);
}

/** @throws StanzaError @spec XEP-0045 §7.2.8 §17.1 */
function checkNick(room: Room, { resource: nick = '' }: Jid, client: Jid): void {
  const { nickLength } = room.around.limits;
  if (nickKey(nick) === '') throw new StanzaError('jid-malformed', 'A nickname cannot be blank.');
  if (nick.length > nickLength) throw new StanzaError('not-acceptable', `At most ${nickLength} characters.`);
  const account = client.bare;
  const present = room.occupants.byNick(nick);
  const isTaken = present !== undefined && (!present.account.equals(account) || present.nick !== nick);
  const holder = room.affiliations.holder(nick);
  const isReserved = holder !== undefined && holder !== account.toString();
  if (isTaken || isReserved) throw new StanzaError('conflict', 'Somebody else has this nickname.');
  const own = room.occupants.visit(client)?.occupant;
  if (own && present && present !== own)
    throw new StanzaError('conflict', 'You have this nickname with another client.');
}

/** @throws StanzaError @spec XEP-0045 §7.2.5 §7.2.6 §7.2.7 §7.2.9 §7.2.10 */
function checkAdmission(room: Room, { client, x }: Arrival): void {
  const { config } = room;
  const affiliation = room.affiliationOf(client);
  if (affiliation === 'outcast') throw new StanzaError('forbidden', 'You are banned from this room.');
  if (room.isLocked && affiliation !== 'owner') throw new StanzaError('item-not-found', 'The room is not open yet.');
  if (isOn(config, 'membersonly') && affiliation === 'none') {
    throw new StanzaError('registration-required', 'Only members may enter.');
  }
  if (isOn(config, 'passwordprotectedroom') && textOf(x, 'password') !== config.roomsecret) {
    throw new StanzaError('not-authorized', 'The password is missing or wrong.');
  }
  const most = room.maxOccupants + (room.isAdmin(client) ? EXTRA_ADMINS : 0);
  if (room.occupants.size >= most) throw new StanzaError('service-unavailable', 'The room is full.');
}

function newcomer(room: Room, { client, address }: Arrival): Occupant {
  const account = client.bare;
  const role = defaultRole(room.affiliationOf(account), isOn(room.config, 'moderatedroom'));
  return new Occupant({ jid: address, account, id: room.around.occupantId(room.jid, account), role });
}

/** @throws StanzaError when it is too long */
function cleanPresence(room: Room, { stanza, address }: Arrival): Stanza {
  const presence = passedOn(stanza, room.jid, address);
  const { stanzaBytes } = room.around.limits;
  if (Buffer.byteLength(presence.xml) > stanzaBytes) {
    throw new StanzaError('policy-violation', `At most ${stanzaBytes} bytes.`);
  }
  return presence;
}

/** @spec XEP-0045 §7.6 */
function rename(room: Room, occupant: Occupant, address: Jid): void {
  const notice: Notice = { isGone: true, newNick: address.resource ?? '', codes: [303] };
  room.announce(occupant, notice);
  room.occupants.rename(occupant, address);
  occupant.shown.clear();
}

/** Everything that somebody who enters is told, in this order. @spec XEP-0045 §7.1 §7.2 */
function synchronise(room: Room, visit: Visit, { x }: Arrival, codes: readonly number[]): void {
  const { occupant, jid } = visit;
  const { around, config } = room;
  for (const other of room.occupants.all) {
    if (other === occupant || !room.shows(other.role)) continue;
    around.send(room.presenceOf(other, occupant).addressedTo(jid));
  }
  const selfCodes = [...(room.isNonAnonymous ? [100] : []), ...(isOn(config, 'enablelogging') ? [170] : []), ...codes];
  room.announceTo(occupant, [visit], { selfCodes });
  const asked = x?.child('history', NS_MUC);
  for (const { stanza } of room.history.for(asked, Number(config.maxhistoryfetch), around.clock.date())) {
    around.send(stanza.addressedTo(jid));
  }
  around.send((room.subject?.message ?? noSubject(room)).addressedTo(jid));
}

/** @spec XEP-0045 §7.2.15 */
function noSubject(room: Room): Stanza {
  return new Stanza(xml('message', { type: 'groupchat' }, xml('subject')), room.jid, undefined);
}
