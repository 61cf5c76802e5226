import { xml, type Element } from '../../xml/index.ts';
import { Jid } from '../../xmpp/jid.ts';
import { NS_MUC_USER } from '../../xmpp/ns.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import { Stanza } from '../../xmpp/stanza.ts';
import { isOn } from './config.ts';
import type { Visit } from './occupants.ts';
import { textElement, textOf, userX } from './payloads.ts';
import type { Room } from './room.ts';
import { spend } from './speech.ts';

/** Who may decline, at most; the oldest make room. */
const MAX_INVITED = 1000;

/** An invitation or its refusal below a message. */
export function invitationsIn(stanza: Stanza): { readonly invites: Element[]; readonly decline: Element | undefined } {
  const x = stanza.child(NS_MUC_USER, 'x');
  const children = x?.getChildElements() ?? [];
  return {
    invites: children.filter((child) => child.getName() === 'invite'),
    decline: children.find((child) => child.getName() === 'decline'),
  };
}

/**
 * Passes invitations on.
 *
 * @throws StanzaError
 * @spec XEP-0045 §7.8.2 §9.5
 */
export async function invite(room: Room, visit: Visit, invites: readonly Element[]): Promise<void> {
  const { occupant } = visit;
  const guests = invites.map((each) => ({ jid: Jid.parse(each.attrs['to'] ?? ''), each }));
  if (guests.some(({ jid }) => jid?.local === undefined)) throw new StanzaError('jid-malformed', 'Nobody is invited.');
  checkInviter(room, visit);
  const inviter = room.isNonAnonymous ? visit.jid : occupant.jid;
  for (const { jid, each } of guests) {
    if (!jid) continue;
    spend(room, visit);
    await admit(room, jid);
    const children = each.getChildElements().filter((child) => ['reason', 'continue'].includes(child.getName()));
    const content = xml('invite', { from: inviter.toString() });
    content.children = children;
    send(room, jid, content);
  }
}

/** Somebody declines. Nobody who was not invited can. @throws StanzaError @spec XEP-0045 §7.8.2 */
export function decline(room: Room, from: Jid, element: Element): void {
  if (!room.invited.delete(from.bare.toString())) throw new StanzaError('forbidden', 'Nobody invited you.');
  const inviter = Jid.parse(element.attrs['to'] ?? '');
  if (!inviter) throw new StanzaError('jid-malformed');
  const isOccupantJid = inviter.bare.equals(room.jid);
  const byAccount = room.isNonAnonymous ? room.occupants.of(inviter)[0] : undefined;
  const present = isOccupantJid ? room.occupants.byNick(inviter.resource ?? '') : byAccount;
  if (!present) throw new StanzaError('item-not-found', 'Who invited you is not here.');
  const content = xml('decline', { from: from.bare.toString() }, ...textElement('reason', textOf(element, 'reason')));
  room.sendTo([present], new Stanza(xml('message', {}, userX(content)), room.jid, undefined));
}

/** Tells a new member of a room for members only. @spec XEP-0045 §9.5 */
export function inviteToMembership(room: Room, account: Jid, reason: string | undefined): void {
  send(room, account, xml('invite', { from: room.jid.toString() }, ...textElement('reason', reason)));
}

/** @throws StanzaError @spec XEP-0045 §7.8.2 §9.5 */
function checkInviter(room: Room, { occupant }: Visit): void {
  if (!isOn(room.config, 'membersonly') || room.isAdmin(occupant.account)) return;
  const isMember = room.affiliationOf(occupant.account) === 'member';
  if (isMember && isOn(room.config, 'allowinvites')) return;
  throw new StanzaError('forbidden', 'Only admins invite to this room.');
}

/** An invitation to a room for members only makes a member. @spec XEP-0045 §9.5 */
async function admit(room: Room, guest: Jid): Promise<void> {
  if (!isOn(room.config, 'membersonly') || room.affiliationOf(guest) !== 'none') return;
  const { affiliations: most } = room.around.limits;
  if (room.affiliations.size >= most) throw new StanzaError('resource-constraint', `At most ${most} affiliations.`);
  room.affiliations.set(guest, { affiliation: 'member' });
  await room.around.changed(room);
}

function send(room: Room, guest: Jid, content: Element): void {
  const { config, invited } = room;
  const [oldest] = invited;
  if (invited.size >= MAX_INVITED && oldest !== undefined) invited.delete(oldest);
  invited.add(guest.bare.toString());
  const password = isOn(config, 'passwordprotectedroom') ? [xml('password', {}, config.roomsecret)] : [];
  room.around.send(new Stanza(xml('message', {}, userX(content, ...password)), room.jid, guest));
}
