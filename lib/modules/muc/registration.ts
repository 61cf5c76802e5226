import { xml, type Element } from '../../xml/index.ts';
import type { Jid } from '../../xmpp/jid.ts';
import { NS_DATA, NS_REGISTER } from '../../xmpp/ns.ts';
import { filledForm } from '../../xmpp/payloads/form-fields.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import type { Tie } from './affiliations.ts';
import { apply, NICK_FIELD, REGISTRATION } from './applications.ts';
import { isOn } from './config.ts';
import { nickKey } from './occupants.ts';
import { defaultRole } from './ranks.ts';
import { setRole } from './roles.ts';
import type { RoomRequest } from './room-iq.ts';
import type { Room } from './room.ts';

/** What is needed to register, or what is registered. @throws StanzaError @spec XEP-0045 §7.10 */
export function getRegistration(room: Room, { from, reply }: RoomRequest): void {
  const { nick } = room.affiliations.get(from);
  if (nick !== undefined) return reply(registerQuery(xml('registered'), xml('username', {}, nick), nickForm(nick)));
  checkMayRegister(room, from);
  const condition = needsApproval(room, from) ? ' An admin of the room has to agree.' : '';
  const instructions = xml('instructions', {}, `Choose the nickname that is yours in this room.${condition}`);
  reply(registerQuery(instructions, nickForm()));
}

/** Reserves a nickname, which makes a member; asks those who decide that; or gives it back. @throws StanzaError @spec XEP-0045 §7.10 @spec XEP-0077 §3.2 */
export async function setRegistration(room: Room, { payload, from, reply }: RoomRequest): Promise<void> {
  const tie = room.affiliations.get(from);
  if (payload.child('remove', NS_REGISTER)) {
    const affiliation = tie.affiliation === 'member' ? 'none' : tie.affiliation;
    return store(room, from, { ...tie, affiliation, nick: undefined }, reply);
  }
  checkMayRegister(room, from);
  const nick = wantedNick(room, payload);
  const holder = room.affiliations.holder(nick);
  const present = room.occupants.byNick(nick);
  const isTaken = holder !== undefined && holder !== from.bare.toString();
  if (isTaken || (present && !present.account.equals(from.bare))) {
    throw new StanzaError('conflict', 'Somebody else has this nickname.');
  }
  const { affiliations: most } = room.around.limits;
  if (!room.affiliations.has(from) && room.affiliations.size >= most) {
    throw new StanzaError('resource-constraint', `At most ${most} affiliations.`);
  }
  if (needsApproval(room, from)) {
    apply(room, { account: from.bare, nick });
    return reply();
  }
  const affiliation = tie.affiliation === 'none' ? 'member' : tie.affiliation;
  await store(room, from, { ...tie, affiliation, nick }, reply);
}

async function store(room: Room, from: Jid, tie: Tie, reply: RoomRequest['reply']): Promise<void> {
  const before = room.affiliationOf(from);
  room.affiliations.set(from, tie);
  await room.around.changed(room);
  reply();
  if (before === tie.affiliation) return;
  for (const occupant of room.occupants.of(from)) {
    if (tie.affiliation === 'none' && isOn(room.config, 'membersonly')) room.expel(occupant, { codes: [321] })();
    else {
      const usual = defaultRole(tie.affiliation, isOn(room.config, 'moderatedroom'));
      setRole(room, occupant, occupant.role === 'moderator' ? 'moderator' : usual);
    }
  }
}

/** Nobody becomes a member by themselves where that would let them in, or let them speak. @spec XEP-0045 §7.10 */
function needsApproval(room: Room, from: Jid): boolean {
  const isClosed = isOn(room.config, 'membersonly') || isOn(room.config, 'moderatedroom');
  return isClosed && room.affiliationOf(from) === 'none';
}

/** @throws StanzaError */
function checkMayRegister(room: Room, from: Jid): void {
  const affiliation = room.affiliationOf(from);
  if (affiliation === 'outcast' || (affiliation === 'none' && room.isLocked)) {
    throw new StanzaError('not-allowed', 'You cannot become a member of this room.');
  }
}

/** @throws StanzaError */
function wantedNick(room: Room, payload: Element): string {
  const form = filledForm(payload, REGISTRATION);
  const nick = form?.type === 'submit' ? form.fields.get(NICK_FIELD)?.[0] : undefined;
  if (nick === undefined || nickKey(nick) === '') throw new StanzaError('bad-request', 'There is no nickname.');
  const prepared = room.jid.withResource(nick)?.resource;
  const { nickLength } = room.around.limits;
  if (prepared === undefined || prepared.length > nickLength)
    throw new StanzaError('not-acceptable', 'This is no nickname.');
  return prepared;
}

function registerQuery(...children: Element[]): Element {
  return xml('query', { xmlns: NS_REGISTER }, ...children);
}

function nickForm(nick?: string): Element {
  const field = xml('field', { var: NICK_FIELD, type: 'text-single', label: 'Nickname' }, xml('required'));
  if (nick !== undefined) field.append(xml('value', {}, nick));
  const type = xml('field', { var: 'FORM_TYPE', type: 'hidden' }, xml('value', {}, REGISTRATION));
  return xml('x', { xmlns: NS_DATA, type: 'form' }, xml('title', {}, 'Your nickname'), type, field);
}
