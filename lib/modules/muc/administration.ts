import { xml, type Element } from '../../xml/index.ts';
import { Jid } from '../../xmpp/jid.ts';
import { NS_MUC_ADMIN } from '../../xmpp/ns.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import { changeAffiliations, type WantedAffiliation } from './affiliation-changes.ts';
import { isOn, valuesOf } from './config.ts';
import type { Occupant } from './occupants.ts';
import { reasonOf, textElement } from './payloads.ts';
import { checkRoleChange, isAffiliation, isAtLeast, isRole, type Affiliation, type Role } from './ranks.ts';
import { setRole } from './roles.ts';
import type { RoomRequest } from './room-iq.ts';
import type { Room } from './room.ts';

interface RoleChange {
  readonly occupant: Occupant;
  readonly role: Role;
  readonly reason: string | undefined;
}

/** Lists of roles and affiliations. @spec XEP-0045 §8.5 §9.2 §9.5 §9.8 §10.5 §10.8 */
export function list(room: Room, { payload, from, reply }: RoomRequest): void {
  const [item, ...others] = itemsOf(payload);
  const { role, affiliation } = item?.attrs ?? {};
  if (others.length > 0 || (role === undefined) === (affiliation === undefined)) {
    throw new StanzaError('bad-request', 'A query for a list names one role or one affiliation.');
  }
  if (role !== undefined && isRole(role) && role !== 'none') {
    if (!mayListRole(room, from, role)) throw new StanzaError('forbidden');
    reply(listOf(room.occupants.all.filter((each) => each.role === role).map((each) => occupantItem(room, each))));
  } else if (affiliation !== undefined && isAffiliation(affiliation) && affiliation !== 'none') {
    if (!mayListAffiliation(room, from, affiliation)) throw new StanzaError('forbidden');
    reply(listOf(room.affiliations.list(affiliation).map(({ jid, tie }) => affiliationItem(room, jid, tie))));
  } else {
    throw new StanzaError('bad-request', 'There is no such role or affiliation.');
  }
}

/** Changes of roles or affiliations: all of them, or none. @spec XEP-0045 §8.2 §8.3 §8.4 §8.5 §9 §10.3 */
export async function change(room: Room, request: RoomRequest): Promise<void> {
  const items = itemsOf(request.payload);
  if (items.length === 0) throw new StanzaError('bad-request', 'There is nothing to change.');
  const isOfRoles = items[0]?.attrs['role'] !== undefined;
  if (items.some(({ attrs }) => (attrs['role'] !== undefined) === (attrs['affiliation'] !== undefined))) {
    throw new StanzaError('bad-request', 'An item has a role or an affiliation.');
  }
  if (items.some(({ attrs }) => (attrs['role'] !== undefined) !== isOfRoles)) {
    throw new StanzaError('bad-request', 'Roles and affiliations are changed by separate requests.');
  }
  if (isOfRoles) changeRoles(room, request, items);
  else await changeAffiliations(room, request, wantedAffiliations(room, items));
}

function changeRoles(room: Room, { from, reply }: RoomRequest, items: readonly Element[]): void {
  const actor = { role: room.roleOf(from), affiliation: room.affiliationOf(from) };
  const changes = items.map((item) => roleChange(room, item));
  for (const { occupant, role } of changes) {
    checkRoleChange(actor, { role: occupant.role, affiliation: room.affiliationOf(occupant.account) }, role);
  }
  const by = room.occupants.of(from)[0]?.nick;
  const rest = changes.map(({ occupant, role, reason }) =>
    role === 'none'
      ? room.expel(occupant, { codes: [307], actor: by, reason })
      : () => {
          if (occupant.role !== role) setRole(room, occupant, role, { actor: by, reason });
        },
  );
  reply();
  for (const tell of rest) tell();
}

function roleChange(room: Room, item: Element): RoleChange {
  const { nick = '', role = '' } = item.attrs;
  if (!isRole(role)) throw new StanzaError('bad-request', 'There is no such role.');
  const occupant = room.occupants.byNick(nick);
  if (!occupant) throw new StanzaError('item-not-found', 'There is nobody of this name.');
  return { occupant, role, reason: reasonOf(item) };
}

function wantedAffiliations(room: Room, items: readonly Element[]): WantedAffiliation[] {
  return items.map((item) => {
    const { jid, nick, affiliation = '' } = item.attrs;
    if (!isAffiliation(affiliation)) throw new StanzaError('bad-request', 'There is no such affiliation.');
    const account = jid === undefined ? room.occupants.byNick(nick ?? '')?.account : Jid.parse(jid)?.bare;
    if (!account) throw new StanzaError(jid === undefined ? 'item-not-found' : 'jid-malformed');
    return { account, affiliation, nick: jid === undefined ? undefined : nick, reason: reasonOf(item) };
  });
}

/** @spec XEP-0045 §8.5 §9.8 */
function mayListRole(room: Room, from: Jid, role: Role): boolean {
  return room.isAdmin(from) || (role !== 'moderator' && room.roleOf(from) === 'moderator');
}

/** @spec XEP-0045 §5.2.1 §9.2 §9.5 §10.5 §10.8 */
function mayListAffiliation(room: Room, from: Jid, wanted: Affiliation): boolean {
  if (room.isOwner(from)) return true;
  if (wanted === 'outcast') return room.isAdmin(from);
  if (wanted === 'member' && room.isAdmin(from)) return true;
  if (!room.isNonAnonymous) return false;
  if (isAtLeast(room.affiliationOf(from), 'member')) return true;
  return valuesOf(room.config, 'getmemberlist').includes(room.roleOf(from)) && !isOn(room.config, 'membersonly');
}

function occupantItem(room: Room, { nick, role, account, realJid }: Occupant): Element {
  return xml('item', { nick, role, affiliation: room.affiliationOf(account), jid: realJid.toString() });
}

function affiliationItem(
  room: Room,
  jid: Jid,
  { affiliation, nick, reason }: { affiliation: Affiliation; nick?: string | undefined; reason?: string | undefined },
): Element {
  const shown = affiliation === 'outcast' ? undefined : (nick ?? room.occupants.of(jid)[0]?.nick);
  return xml('item', { affiliation, jid: jid.toString(), nick: shown }, ...textElement('reason', reason));
}

function listOf(items: readonly Element[]): Element {
  return xml('query', { xmlns: NS_MUC_ADMIN }, ...items);
}

function itemsOf(query: Element): Element[] {
  return query.getChildElements().filter((child) => child.getName() === 'item' && child.getNS() === NS_MUC_ADMIN);
}
