import { xml } from '../../xml/index.ts';
import { NS_DATA, NS_MUC } from '../../xmpp/ns.ts';
import { filledForm, type FormFields } from '../../xmpp/payloads/form-fields.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import { Stanza } from '../../xmpp/stanza.ts';
import type { Occupant, Visit } from './occupants.ts';
import { setRole } from './roles.ts';
import type { Room } from './room.ts';
import { spend } from './speech.ts';

/** FORM_TYPE of the form by which visitors ask for voice, and moderators answer. @spec XEP-0045 §16.5.2 */
const VOICE_REQUEST = `${NS_MUC}#request`;

/**
 * Somebody asks for voice, or a moderator grants it. False when the message is about something else.
 *
 * @throws StanzaError
 * @spec XEP-0045 §7.13 §8.6
 */
export function considerVoice(room: Room, visit: Visit, stanza: Stanza): boolean {
  const form = filledForm(stanza.element, VOICE_REQUEST);
  if (!form) return false;
  if (form.type === 'cancel') return true;
  spend(room, visit);
  if (form.fields.has('muc#request_allow')) grant(room, visit.occupant, form.fields);
  else ask(room, visit.occupant, form.fields);
  return true;
}

function ask(room: Room, occupant: Occupant, fields: FormFields): void {
  if (fields.get('muc#role')?.[0] !== 'participant')
    throw new StanzaError('bad-request', 'One asks to be participant.');
  if (occupant.role !== 'visitor') throw new StanzaError('not-allowed', 'You have voice.');
  const moderators = room.occupants.all.filter(({ role }) => role === 'moderator');
  room.sendTo(moderators, new Stanza(xml('message', {}, approvalForm(occupant)), room.jid, undefined));
}

/** @spec XEP-0045 §8.6 */
function grant(room: Room, moderator: Occupant, fields: FormFields): void {
  if (moderator.role !== 'moderator') throw new StanzaError('forbidden', 'Only moderators grant voice.');
  if (!['true', '1'].includes(fields.get('muc#request_allow')?.[0] ?? '')) return;
  const visitor = room.occupants.byNick(fields.get('muc#roomnick')?.[0] ?? '');
  if (!visitor) throw new StanzaError('item-not-found', 'Who asked is not here any more.');
  if (visitor.role === 'visitor') setRole(room, visitor, 'participant', { actor: moderator.nick });
}

function approvalForm({ realJid, nick }: Occupant): ReturnType<typeof xml> {
  const field = (name: string, type: string, label: string, value: string): ReturnType<typeof xml> =>
    xml('field', { var: name, type, label }, xml('value', {}, value));
  return xml(
    'x',
    { xmlns: NS_DATA, type: 'form' },
    xml('title', {}, 'Voice request'),
    xml('instructions', {}, 'Say whether this visitor may speak.'),
    xml('field', { var: 'FORM_TYPE', type: 'hidden' }, xml('value', {}, VOICE_REQUEST)),
    field('muc#role', 'list-single', 'Requested role', 'participant'),
    field('muc#jid', 'jid-single', 'Address', realJid.toString()),
    field('muc#roomnick', 'text-single', 'Nickname', nick),
    field('muc#request_allow', 'boolean', 'Grant voice?', 'false'),
  );
}
