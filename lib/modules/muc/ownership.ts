import { xml, type Element } from '../../xml/index.ts';
import { Jid } from '../../xmpp/jid.ts';
import { NS_DATA, NS_MUC_OWNER } from '../../xmpp/ns.ts';
import { filledForm, type FormFields } from '../../xmpp/payloads/form-fields.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import { changeAffiliations, type WantedAffiliation } from './affiliation-changes.ts';
import { configFields, configForm, isOn, ROOM_CONFIG, withFields, type RoomConfig } from './config.ts';
import { textElement, textOf } from './payloads.ts';
import { setRole } from './roles.ts';
import type { RoomRequest } from './room-iq.ts';
import type { Room } from './room.ts';

/** The fields for whole lists, and the affiliation of those in them. @spec XEP-0045 §10.1.3 */
const LISTS = { 'muc#roomconfig_roomadmins': 'admin', 'muc#roomconfig_roomowners': 'owner' } as const;

/** The form that configures the room. @throws StanzaError @spec XEP-0045 §10.1.3 §10.2 */
export function getConfig(room: Room, { from, reply }: RoomRequest): void {
  checkOwner(room, from);
  const lists = Object.entries(LISTS).map(([name, affiliation]) => {
    const values = room.affiliations.list(affiliation).map(({ jid }) => xml('value', {}, jid.toString()));
    return xml('field', { var: name, type: 'jid-multi', label: `Every ${affiliation}` }, ...values);
  });
  reply(xml('query', { xmlns: NS_MUC_OWNER }, configForm([...configFields(room.config), ...lists])));
}

/**
 * Configures the room, or destroys it.
 *
 * @throws StanzaError
 * @spec XEP-0045 §10.1.2 §10.1.3 §10.2 §10.9
 */
export async function setConfig(room: Room, request: RoomRequest): Promise<void> {
  const { payload, from } = request;
  checkOwner(room, from);
  const destruction = payload.child('destroy', NS_MUC_OWNER);
  if (destruction) return destroyRoom(room, request, destruction);
  const form = filledForm(payload, ROOM_CONFIG) ?? (isEmptySubmission(payload) ? NOTHING : undefined);
  if (!form) throw new StanzaError('bad-request', 'The form is missing, or is another one.');
  if (form.type === 'submit') return configure(room, request, form.fields);
  if (room.isLocked) return destroyRoom(room, request, undefined);
  request.reply();
}

const NOTHING = { type: 'submit', fields: new Map() } as const;

/** An owner takes the room as it is. @spec XEP-0045 §10.1.2 */
function isEmptySubmission(payload: Element): boolean {
  const form = payload.child('x', NS_DATA);
  return form?.attrs['type'] === 'submit' && form.getChildElements().length === 0;
}

async function configure(room: Room, request: RoomRequest, fields: FormFields): Promise<void> {
  const before = room.config;
  const after = withFields(before, fields);
  const wanted = wantedLists(room, fields);
  const wasLocked = room.isLocked;
  // First, because it may be refused.
  if (wanted.length > 0) await changeAffiliations(room, { from: request.from, reply: () => undefined }, wanted);
  room.config = after;
  room.lockedUntil = undefined;
  await room.around.changed(room);
  request.reply();
  for (const occupant of room.occupants.all) occupant.shown.clear();
  if (isOn(after, 'membersonly')) putOutStrangers(room);
  if (isOn(before, 'moderatedroom') && !isOn(after, 'moderatedroom')) giveVoice(room);
  if (!wasLocked) room.broadcastStatus(statusCodes(before, after));
}

/** The lists are full ones: who is not in them any more is admin or owner no longer. @spec XEP-0045 §10.2 */
function wantedLists(room: Room, fields: FormFields): WantedAffiliation[] {
  return Object.entries(LISTS).flatMap(([name, affiliation]) => {
    const values = fields.get(name);
    if (!values) return [];
    const wanted = values.filter((value) => value.trim() !== '').map((value) => Jid.parse(value.trim())?.bare);
    const now = room.affiliations.list(affiliation).map(({ jid }) => jid);
    const isIn = (list: readonly (Jid | undefined)[], jid: Jid): boolean => list.some((each) => each?.equals(jid));
    const added = wanted.flatMap((account) => {
      if (!account) throw new StanzaError('jid-malformed', `There is no such address in ${name}.`);
      return isIn(now, account) ? [] : [{ account, affiliation }];
    });
    const others = new Set(Object.keys(LISTS).flatMap((other) => (other === name ? [] : (fields.get(other) ?? []))));
    const removed = now.filter((account) => !isIn(wanted, account) && !others.has(account.toString()));
    // Who loses the rank of an owner stays admin. XEP-0045 §10.2
    const lower = affiliation === 'owner' ? ('admin' as const) : ('none' as const);
    return [...added, ...removed.map((account) => ({ account, affiliation: lower }))];
  });
}

/** @spec XEP-0045 §10.2 */
function putOutStrangers(room: Room): void {
  for (const occupant of room.occupants.all) {
    if (room.affiliationOf(occupant.account) === 'none') room.expel(occupant, { codes: [322] })();
  }
}

/** Nobody is kept silent in a room that is not moderated any more. */
function giveVoice(room: Room): void {
  for (const occupant of room.occupants.all) if (occupant.role === 'visitor') setRole(room, occupant, 'participant');
}

/** What a change means for the privacy of those in the room, or else that there was one. @spec XEP-0045 §10.2.1 */
function statusCodes(before: RoomConfig, after: RoomConfig): number[] {
  const codes: number[] = [];
  if (before.enablelogging !== after.enablelogging) codes.push(isOn(after, 'enablelogging') ? 170 : 171);
  if (before.whois !== after.whois) codes.push(after.whois === 'anyone' ? 172 : 173);
  return codes.length > 0 ? codes : [104];
}

async function destroyRoom(room: Room, { reply }: RoomRequest, destruction: Element | undefined): Promise<void> {
  const venue = destruction?.attrs['jid'];
  if (venue !== undefined && !Jid.parse(venue)) throw new StanzaError('jid-malformed');
  const details = ['password', 'reason'].flatMap((name) => textElement(name, textOf(destruction, name)));
  await room.around.destroy(room);
  room.close(xml('destroy', { jid: venue }, ...details));
  reply();
}

/** @throws StanzaError @spec XEP-0045 §10.2 */
function checkOwner(room: Room, from: Jid): void {
  if (!room.isOwner(from)) throw new StanzaError('forbidden', 'Only owners do this.');
}
