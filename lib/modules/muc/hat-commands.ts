import type { Element } from '../../xml/index.ts';
import { Jid } from '../../xmpp/jid.ts';
import { reportForm } from '../../xmpp/payloads/data-form.ts';
import type { Form, Question } from '../../xmpp/payloads/form.ts';
import type { FormFields } from '../../xmpp/payloads/form-fields.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import type { AdHocCommand, Outcome } from '../commands/command.ts';
import { CommandDesk } from '../commands/desk.ts';
import type { Hat } from './hats.ts';
import type { RoomRequest } from './room-iq.ts';
import type { Room } from './room.ts';

/** FORM_TYPE, and the beginning of the nodes. @spec XEP-0317 §3.8 */
const COMMANDS = 'urn:xmpp:hats:commands';
/** UTF-16 units of a title or URI. */
const MAX_TEXT = 200;
const URI = /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/;
const HUE = /^\d{1,3}(?:\.\d{1,9})?$/;

/** One step of a command of the room. @throws StanzaError @spec XEP-0050 §2.4 */
export async function runCommand(room: Room, { payload, from, reply }: RoomRequest): Promise<void> {
  reply(await deskOf(room).answer({ payload, from }));
}

/** The commands of a room: its admins make, give and take hats, and who is there sees what there are. */
export function deskOf(room: Room): CommandDesk {
  const isAdmin = (asker: Jid): boolean => room.isAdmin(asker);
  const isInside = (asker: Jid): boolean => room.occupants.of(asker).length > 0 || isAdmin(asker);
  const seesAddresses = (asker: Jid): boolean => isAdmin(asker) || (room.isNonAnonymous && isInside(asker));
  const commands: readonly AdHocCommand[] = [
    { ...named('create', 'Create a hat'), isFor: isAdmin, begin: () => create(room) },
    { ...named('destroy', 'Destroy a hat'), isFor: isAdmin, begin: () => destroy(room) },
    { ...named('list', 'List hats'), isFor: isInside, begin: () => list(room) },
    { ...named('assign', 'Assign a hat'), isFor: isAdmin, begin: () => assign(room) },
    { ...named('unassign', 'Remove a hat'), isFor: isAdmin, begin: () => unassign(room) },
    { ...named('list-assigned', 'List assigned hats'), isFor: seesAddresses, begin: () => listAssigned(room) },
  ];
  return new CommandDesk({
    responder: room.jid,
    sessions: room.around.commandSessions,
    commands: new Map(commands.map((command) => [command.node, command])),
  });
}

function named(node: string, name: string): Pick<AdHocCommand, 'node' | 'name'> {
  return { node: `${COMMANDS}:${node}`, name };
}

const ADDRESS: Question = { var: 'hats#jid', type: 'jid-single', label: 'User Address', isRequired: true };

type Begun = ReturnType<AdHocCommand['begin']>;

/** @spec XEP-0317 §3.2 */
function create(room: Room): Begun {
  const questions: Question[] = [
    { var: 'hats#title', type: 'text-single', label: 'Hat Title', isRequired: true },
    { var: 'hats#uri', type: 'text-single', label: 'Hat URI', isRequired: true },
    { var: 'hats#hue', type: 'text-single', label: 'Hat Hue' },
  ];
  return {
    form: formOf(
      'Creating a Hat',
      'Fill out this form to create a hat, or to change the one with this URI.',
      questions,
    ),
    next: (fields) => {
      room.hats.put(readHat(fields));
      return keep(room, room.hats.wearers(valueOf(fields, 'hats#uri')), true);
    },
  };
}

/** @spec XEP-0317 §3.3 */
function destroy(room: Room): Begun {
  return {
    form: formOf('Destroying a Hat', 'Fill out this form to destroy a hat.', [choice(room)]),
    next: (fields) => keep(room, room.hats.destroy(valueOf(fields, 'hats#uri')), true),
  };
}

/** @spec XEP-0317 §3.4 */
function list(room: Room): Outcome {
  const rows = room.hats.all.map(({ title, uri, hue = '' }) => [title, uri, hue]);
  return { result: report('Hats List', ['hats#title', 'hats#uri', 'hats#hue'], rows) };
}

/** @spec XEP-0317 §3.5 */
function assign(room: Room): Begun {
  return {
    form: formOf('Assigning a Hat', 'Fill out this form to assign a hat.', [ADDRESS, choice(room)]),
    next: (fields) => {
      const account = addressIn(fields);
      room.hats.putOn(account, valueOf(fields, 'hats#uri'));
      return keep(room, [account]);
    },
  };
}

/** @throws StanzaError @spec XEP-0317 §3.6 */
function unassign(room: Room): Begun {
  return {
    form: formOf('Removing a Hat', 'Fill out this form to remove a hat.', [ADDRESS, choice(room)]),
    next: (fields) => {
      const account = addressIn(fields);
      if (!room.hats.takeOff(account, valueOf(fields, 'hats#uri'))) throw new StanzaError('item-not-found');
      return keep(room, [account]);
    },
  };
}

/** @spec XEP-0317 §3.7 */
function listAssigned(room: Room): Outcome {
  const rows = room.hats.assignments.map(([account, { uri, title, hue = '' }]) => [account, uri, title, hue]);
  return { result: report('Assigned Hats List', ['hats#jid', 'hats#uri', 'hats#title', 'hats#hue'], rows) };
}

/** Everybody sees the hats of these as they are now. @param isListed the list of hats has changed, too */
async function keep(room: Room, accounts: readonly Jid[], isListed = false): Promise<Outcome> {
  await room.around.changed(room);
  for (const account of accounts) {
    for (const occupant of room.occupants.of(account)) room.announce(occupant);
  }
  if (isListed) room.broadcastStatus([104]);
  return {};
}

function formOf(title: string, instructions: string, questions: readonly Question[]): Form {
  return { formType: COMMANDS, title, instructions, questions };
}

function choice({ hats }: Room): Question {
  const options = hats.all.map(({ title, uri }) => ({ label: title, value: uri }));
  return { var: 'hats#uri', type: 'list-single', label: 'The hat', isRequired: true, options };
}

function report(title: string, columns: readonly string[], rows: readonly (readonly string[])[]): Element {
  return reportForm({ title, columns: columns.map((name) => ({ var: name })), rows });
}

/** @throws StanzaError */
function readHat(fields: FormFields): Hat {
  const [title, uri, hue] = ['hats#title', 'hats#uri', 'hats#hue'].map((name) => valueOf(fields, name)) as [
    string,
    string,
    string,
  ]; // as many as names
  const isHat = title.length <= MAX_TEXT && uri.length <= MAX_TEXT && URI.test(uri);
  const isHue = hue === '' || (HUE.test(hue) && Number(hue) <= 360);
  if (!isHat || !isHue) {
    throw new StanzaError('not-acceptable', `A title, a URI and a hue of 0 to 360; at most ${MAX_TEXT} characters.`);
  }
  return { uri, title, ...(hue === '' ? {} : { hue }) };
}

function addressIn(fields: FormFields): Jid {
  const jid = Jid.parse(valueOf(fields, 'hats#jid'))?.bare;
  if (jid?.local === undefined) throw new StanzaError('jid-malformed');
  return jid;
}

function valueOf(fields: FormFields, name: string): string {
  return (fields.get(name)?.[0] ?? '').trim();
}
