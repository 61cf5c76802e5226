import { NS_ENCRYPTION, NS_REACTIONS, NS_RETRACT } from '../../xmpp/ns.ts';
import { hasHint } from '../../xmpp/payloads/hints.ts';
import { withStanzaId } from '../../xmpp/payloads/stanza-id.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import type { Stanza } from '../../xmpp/stanza.ts';
import { isOn } from './config.ts';
import { told } from './history.ts';
import { retract } from './moderation.ts';
import type { Visit } from './occupants.ts';
import { occupantId, passedOn, userX } from './payloads.ts';
import type { Room } from './room.ts';

/** What means something without a body. */
const LASTING: ReadonlySet<string> = new Set([NS_ENCRYPTION, NS_REACTIONS, NS_RETRACT]);

/**
 * A message to all.
 *
 * @throws StanzaError
 * @spec XEP-0045 §7.4 §8.1
 */
export function speak(room: Room, visit: Visit, stanza: Stanza): void {
  const { occupant } = visit;
  const isSubject = isSubjectChange(stanza);
  if (isSubject && !maySetSubject(room, visit)) throw new StanzaError('forbidden', 'You may not change the subject.');
  if (!isSubject && occupant.role === 'visitor') throw new StanzaError('forbidden', 'You have no voice here.');
  spend(room, visit);
  const id = room.around.newId();
  const message = withStanzaId(passedOn(stanza, room.jid, occupant.jid, occupantId(occupant.id)), room.jid, id);
  checkSize(room, message);
  const at = room.around.clock.date();
  const remembered = { id, at, stanza: told(message, room.jid, at) };
  if (isSubject) {
    room.subject = { text: stanza.child('jabber:client', 'subject')?.text ?? '', message: remembered.stanza };
    if (room.isPersistent) room.around.background(() => room.around.changed(room));
  } else if (hasChild(stanza, 'body')) {
    room.history.add(remembered);
  }
  if (isSubject || isWorthArchiving(stanza)) room.around.archive(room, { id, at, stanza: message }, visit.jid);
  room.broadcast(message);
  if (stanza.child(NS_RETRACT, 'retract')) room.around.background(() => retract(room, visit, stanza));
}

/**
 * A message to one occupant.
 *
 * @throws StanzaError
 * @spec XEP-0045 §7.5
 */
export function whisper(room: Room, visit: Visit, stanza: Stanza): void {
  const { occupant } = visit;
  if (stanza.type === 'groupchat') throw new StanzaError('bad-request', 'A message to one is not of type groupchat.');
  const recipient = room.occupants.byNick(stanza.to?.resource ?? '');
  if (!recipient) throw new StanzaError('item-not-found', 'There is nobody of this name.');
  if (!mayWhisper(room, visit)) throw new StanzaError('forbidden', 'You may not send private messages here.');
  spend(room, visit);
  const message = passedOn(stanza, room.jid, occupant.jid, userX(), occupantId(occupant.id));
  checkSize(room, message);
  room.sendTo([recipient], message);
}

/** A message with a subject and neither body nor thread. @spec XEP-0045 §8.1 */
function isSubjectChange(stanza: Stanza): boolean {
  return hasChild(stanza, 'subject') && !hasChild(stanza, 'body') && !hasChild(stanza, 'thread');
}

/** What another device has to learn of; chat states and the like are not. @spec XEP-0313 §6.1.2 @spec XEP-0334 §4 */
function isWorthArchiving(stanza: Stanza): boolean {
  if (hasHint(stanza, 'no-store') || hasHint(stanza, 'no-permanent-store')) return false;
  if (hasHint(stanza, 'store') || hasChild(stanza, 'body')) return true;
  return stanza.element.getChildElements().some((child) => LASTING.has(child.getNS()));
}

function hasChild(stanza: Stanza, name: string): boolean {
  return stanza.element.getChildElements().some((child) => child.name === name);
}

function maySetSubject(room: Room, { occupant }: Visit): boolean {
  return occupant.role === 'moderator' || (occupant.role === 'participant' && isOn(room.config, 'changesubject'));
}

function mayWhisper(room: Room, { occupant }: Visit): boolean {
  const { allowpm } = room.config;
  if (allowpm === 'anyone') return true;
  if (allowpm === 'participants') return occupant.role !== 'visitor';
  return allowpm === 'moderators' && occupant.role === 'moderator';
}

/** @throws StanzaError when a client sends too much */
export function spend(room: Room, visit: Visit): void {
  if (visit.allowance.take(room.around.clock.now())) return;
  throw new StanzaError('resource-constraint', 'This is too much at a time.');
}

/** @throws StanzaError */
function checkSize(room: Room, message: Stanza): void {
  const { stanzaBytes } = room.around.limits;
  if (Buffer.byteLength(message.xml) > stanzaBytes) {
    throw new StanzaError('policy-violation', `At most ${stanzaBytes} bytes.`);
  }
}
