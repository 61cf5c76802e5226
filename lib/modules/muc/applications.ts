import { xml } from '../../xml/index.ts';
import type { Jid } from '../../xmpp/jid.ts';
import { NS_DATA, NS_MUC } from '../../xmpp/ns.ts';
import { filledForm } from '../../xmpp/payloads/form-fields.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import { Stanza } from '../../xmpp/stanza.ts';
import { changeAffiliations } from './affiliation-changes.ts';
import { nickKey } from './occupants.ts';
import type { Room } from './room.ts';

/** FORM_TYPE of the forms by which a nickname is reserved, and membership asked for. @spec XEP-0045 §16.5.1 */
export const REGISTRATION = `${NS_MUC}#register`;
/** @spec XEP-0045 §16.5.1 */
export const NICK_FIELD = 'muc#register_roomnick';
const ALLOW_FIELD = 'muc#register_allow';
/** Applications to one room that wait; they end with the server. */
const MAX_APPLICATIONS = 100;

/** Somebody wants to become a member of a room that is not open to everybody. */
export interface Application {
  readonly account: Jid;
  readonly nick: string;
}

/** Asks the admins, wherever they are. @throws StanzaError @spec XEP-0045 §9.9 */
export function apply(room: Room, application: Application): void {
  const key = nickKey(application.nick);
  const earlier = room.applications.get(key);
  if (earlier && !earlier.account.equals(application.account)) {
    throw new StanzaError('conflict', 'Somebody else asks for this nickname.');
  }
  withdraw(room, application.account);
  if (room.applications.size >= MAX_APPLICATIONS) {
    throw new StanzaError('resource-constraint', `At most ${MAX_APPLICATIONS} requests at a time.`);
  }
  room.applications.set(key, application);
  const admins = [...room.affiliations.list('owner'), ...room.affiliations.list('admin')];
  for (const { jid } of admins) room.around.send(new Stanza(approvalRequest(application), room.jid, jid));
}

/** Somebody asks no more. */
export function withdraw(room: Room, applicant: Jid): void {
  for (const [key, { account }] of room.applications) if (account.equals(applicant)) room.applications.delete(key);
}

/** An admin approves, or does not. @throws StanzaError @spec XEP-0045 §9.9 */
export async function decide(room: Room, from: Jid, stanza: Stanza): Promise<void> {
  const form = filledForm(stanza.element, REGISTRATION);
  if (form?.type !== 'submit') return;
  if (!room.isAdmin(from)) throw new StanzaError('forbidden', 'Only admins approve members.');
  const key = nickKey(form.fields.get(NICK_FIELD)?.[0] ?? '');
  const application = room.applications.get(key);
  if (!application) throw new StanzaError('item-not-found', 'Nobody asks for this nickname any more.');
  room.applications.delete(key);
  if (!['true', '1'].includes(form.fields.get(ALLOW_FIELD)?.[0] ?? '')) return;
  const { account, nick } = application;
  if (room.affiliationOf(account) !== 'none') return;
  await changeAffiliations(room, { from, reply: () => undefined }, [{ account, affiliation: 'member', nick }]);
}

/** Whether a message is about an application. */
export function isDecision(stanza: Stanza): boolean {
  return filledForm(stanza.element, REGISTRATION)?.type === 'submit';
}

function approvalRequest({ account, nick }: Application): ReturnType<typeof xml> {
  const field = (name: string, type: string, label: string, value: string): ReturnType<typeof xml> =>
    xml('field', { var: name, type, label }, xml('value', {}, value));
  const form = xml(
    'x',
    { xmlns: NS_DATA, type: 'form' },
    xml('title', {}, 'Registration request'),
    xml('instructions', {}, 'Say whether this person becomes a member of the room.'),
    xml('field', { var: 'FORM_TYPE', type: 'hidden' }, xml('value', {}, REGISTRATION)),
    field('muc#jid', 'jid-single', 'Address', account.toString()),
    field(NICK_FIELD, 'text-single', 'Desired Nickname', nick),
    field(ALLOW_FIELD, 'boolean', 'Allow this person to register with the room?', '0'),
  );
  return xml('message', {}, form);
}
