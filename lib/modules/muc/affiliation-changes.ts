import { xml } from '../../xml/index.ts';
import type { Jid } from '../../xmpp/jid.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import { Stanza } from '../../xmpp/stanza.ts';
import type { Tie } from './affiliations.ts';
import { isOn } from './config.ts';
import { inviteToMembership } from './invitations.ts';
import type { Occupant } from './occupants.ts';
import { statusCode, userX } from './payloads.ts';
import { checkAffiliationChange, defaultRole, isAtLeast, type Affiliation, type Role } from './ranks.ts';
import { setRole } from './roles.ts';
import type { RoomRequest } from './room-iq.ts';
import type { Room } from './room.ts';

export interface WantedAffiliation {
  /** A bare JID, or a domain. */
  readonly account: Jid;
  readonly affiliation: Affiliation;
  /** The nickname to reserve; empty for none any more, undefined for the one there is. */
  readonly nick?: string | undefined;
  readonly reason?: string | undefined;
}

/** Who changes affiliations, and why it is told. */
interface Change extends WantedAffiliation {
  readonly before: Affiliation;
  readonly actor: string | undefined;
}

/**
 * Changes affiliations: all of them, or none.
 *
 * @throws StanzaError
 * @spec XEP-0045 §9 §10.3
 */
export async function changeAffiliations(
  room: Room,
  { from, reply }: Pick<RoomRequest, 'from' | 'reply'>,
  wanted: readonly WantedAffiliation[],
): Promise<void> {
  check(room, from, wanted);
  const actor = room.occupants.of(from)[0]?.nick;
  const changes = wanted.map((each) => ({ ...each, before: room.affiliationOf(each.account), actor }));
  for (const each of changes) remember(room, each);
  await room.around.changed(room);
  const rest = changes.flatMap((each) => apply(room, each));
  reply();
  for (const tell of rest) tell();
}

/** @throws StanzaError */
function check(room: Room, from: Jid, wanted: readonly WantedAffiliation[]): void {
  const actor = room.affiliationOf(from);
  let { owners } = room.affiliations;
  let { size } = room.affiliations;
  for (const { account, affiliation, nick } of wanted) {
    const before = room.affiliationOf(account);
    const isSelf = account.equals(from.bare);
    checkAffiliationChange({
      actor,
      from: before,
      to: affiliation,
      isSelf,
      isLastOwner: before === 'owner' && owners === 1,
    });
    if (before === 'owner' && affiliation !== 'owner') owners -= 1;
    if (before !== 'owner' && affiliation === 'owner') owners += 1;
    if (!room.affiliations.has(account) && affiliation !== 'none') size += 1;
    const holder = nick === undefined || nick === '' ? undefined : room.affiliations.holder(nick);
    if (holder !== undefined && holder !== account.toString()) throw new StanzaError('conflict', `"${nick}" is taken.`);
    if ((nick?.length ?? 0) > room.around.limits.nickLength) throw new StanzaError('not-acceptable');
  }
  const { affiliations } = room.around.limits;
  if (size > room.affiliations.size && size > affiliations) {
    throw new StanzaError('resource-constraint', `At most ${affiliations} affiliations.`);
  }
}

/** Outcasts have no nickname. @spec XEP-0045 §9.1 §9.5 */
function remember(room: Room, { account, affiliation, nick, reason }: Change): void {
  const reserved = nick ?? room.affiliations.get(account).nick;
  const isKept = affiliation !== 'outcast' && affiliation !== 'none' && reserved !== '';
  const tie: Tie = { affiliation, nick: isKept ? reserved : undefined, reason };
  room.affiliations.set(account, tie);
}

/** Makes a change felt. @returns what others are told afterwards */
function apply(room: Room, change: Change): (() => void)[] {
  const { account, affiliation, before } = change;
  const occupants = account.local === undefined ? ofDomain(room, account) : room.occupants.of(account);
  if (before === affiliation) return [];
  if (occupants.length === 0) return [() => tellAbsent(room, change)];
  return occupants.map((occupant) => applyTo(room, occupant, change));
}

/** A ban may be of all from a domain. @spec XEP-0045 §9.2 */
function ofDomain(room: Room, { domain }: Jid): Occupant[] {
  return room.occupants.all.filter((each) => each.account.domain === domain && !room.affiliations.has(each.account));
}

function applyTo(room: Room, occupant: Occupant, { affiliation, before, actor, reason }: Change): () => void {
  const notice = { actor, reason };
  if (affiliation === 'outcast') return room.expel(occupant, { ...notice, codes: [301] });
  if (affiliation === 'none' && isOn(room.config, 'membersonly')) {
    return room.expel(occupant, { ...notice, codes: [321] });
  }
  return () => setRole(room, occupant, roleAfter(room, occupant.role, before, affiliation), notice);
}

/** A role that is gained comes with the affiliation; one that is lost goes with it. @spec XEP-0045 §5.1.3 */
function roleAfter(room: Room, role: Role, before: Affiliation, after: Affiliation): Role {
  const usual = defaultRole(after, isOn(room.config, 'moderatedroom'));
  if (isAtLeast(after, 'admin') || isAtLeast(before, 'admin')) return usual;
  return role === 'moderator' ? role : usual;
}

/** Those who are not there hear of it; those who become members of a closed room are invited. @spec XEP-0045 §9.5 §18.1 */
function tellAbsent(room: Room, { account, affiliation, before, reason }: Change): void {
  if (account.local === undefined) return;
  if (affiliation === 'member' && before === 'none' && isOn(room.config, 'membersonly')) {
    inviteToMembership(room, account, reason);
    return;
  }
  const item = xml('item', { affiliation, jid: account.toString(), role: 'none' });
  room.around.send(new Stanza(xml('message', {}, userX(item, statusCode(101))), room.jid, account));
}
