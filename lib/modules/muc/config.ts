import { xml, type Element } from '../../xml/index.ts';
import { NS_DATA, NS_MUC } from '../../xmpp/ns.ts';
import type { FormFields } from '../../xmpp/payloads/form-fields.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';

/** FORM_TYPE of the form that configures a room. @spec XEP-0045 §16.5.3 */
export const ROOM_CONFIG = `${NS_MUC}#roomconfig`;

/** UTF-16 units of a text in a configuration. */
const MAX_TEXT = 1023;
/** Parts the values of one option; no XML contains it. */
const SEPARATOR = '\0';

interface Option {
  readonly type: 'boolean' | 'list-single' | 'list-multi' | 'text-single' | 'text-private';
  readonly label: string;
  readonly initial: string;
  /** The values that there are; any when left out. */
  readonly choices?: readonly string[];
  /** What a value must look like. */
  readonly pattern?: RegExp;
  /** The name in forms, when it is not `muc#roomconfig_` and the name here. */
  readonly field?: string;
}

const ROLES = ['moderator', 'participant', 'visitor'] as const;

/** What an owner can decide, with the configuration of an instant room. @spec XEP-0045 §10.1.3 §16.5.3 */
const OPTIONS = {
  roomname: text('Name'),
  roomdesc: text('Description'),
  lang: text('Language'),
  persistentroom: flag('Keep the room when the last occupant leaves', false),
  publicroom: flag('List the room', true),
  membersonly: flag('Only members may enter', false),
  moderatedroom: flag('Only those with voice may speak', false),
  passwordprotectedroom: flag('A password is needed to enter', false),
  roomsecret: { type: 'text-private', label: 'Password', initial: '' },
  whois: choice('Who may see the addresses of occupants', ['moderators', 'anyone']),
  maxusers: {
    type: 'list-single',
    label: 'How many may be in the room',
    initial: 'none',
    pattern: /^(?:none|[1-9][0-9]{0,5})$/,
  },
  changesubject: flag('Every participant may change the subject', false),
  allowinvites: flag('Members may invite others to a room for members only', false),
  allowpm: choice('Who may send private messages', ['anyone', 'participants', 'moderators', 'none']),
  presencebroadcast: several('Whose presence is shown', ROLES, ROLES),
  getmemberlist: several('Who may see the list of members', ROLES, ROLES),
  enablelogging: flag('Keep what is said in an archive', true),
  maxhistoryfetch: {
    type: 'text-single',
    label: 'How many messages those who enter get',
    initial: '20',
    pattern: /^[0-9]{1,6}$/,
    field: 'muc#maxhistoryfetch',
  },
} as const satisfies Record<string, Option>;

export type OptionName = keyof typeof OPTIONS;

/** A value for every option, in one way of writing it. */
export type RoomConfig = Readonly<Record<OptionName, string>>;

const NAMES = Object.keys(OPTIONS) as readonly OptionName[]; // the keys of the table
const BY_FIELD: ReadonlyMap<string, OptionName> = new Map(NAMES.map((name) => [fieldOf(name), name]));

/** The configuration of an instant room. */
const DEFAULT_CONFIG = Object.fromEntries(NAMES.map((name) => [name, OPTIONS[name].initial])) as Readonly<RoomConfig>; // every name is there

export function isOn(config: RoomConfig, name: OptionName): boolean {
  return config[name] === 'true';
}

/** The values of an option that may have several. */
export function valuesOf(config: RoomConfig, name: OptionName): string[] {
  return config[name] === '' ? [] : config[name].split(SEPARATOR);
}

/**
 * A configuration with what was filled in; fields that nobody knows do not count.
 *
 * @throws StanzaError not-acceptable
 * @spec XEP-0045 §10.1.3
 */
export function withFields(base: RoomConfig, fields: FormFields): RoomConfig {
  const changes: Partial<Record<OptionName, string>> = {};
  for (const [field, values] of fields) {
    const name = BY_FIELD.get(field);
    if (name) changes[name] = canonical(name, values);
  }
  const config = { ...base, ...changes };
  if (isOn(config, 'passwordprotectedroom') && config.roomsecret === '') {
    throw new StanzaError('not-acceptable', 'A room with a password needs a password.');
  }
  return config;
}

/** A stored configuration: options that it does not know have their initial values. */
export function completed(stored: Partial<RoomConfig>): RoomConfig {
  return { ...DEFAULT_CONFIG, ...stored };
}

/** The fields of the form with the values of a configuration. @spec XEP-0045 §10.1.3 */
export function configFields(config: RoomConfig): Element[] {
  const type = xml('field', { var: 'FORM_TYPE', type: 'hidden' }, xml('value', {}, ROOM_CONFIG));
  return [type, ...NAMES.map((name) => field(name, config))];
}

export function configForm(fields: readonly Element[]): Element {
  return xml('x', { xmlns: NS_DATA, type: 'form' }, xml('title', {}, 'Configuration of the room'), ...fields);
}

function field(name: OptionName, config: RoomConfig): Element {
  const { type, label, choices } = optionOf(name);
  const element = xml('field', { var: fieldOf(name), type, label });
  const values = type === 'list-multi' ? valuesOf(config, name) : [config[name]];
  for (const value of values) element.append(xml('value', {}, value));
  for (const value of type === 'boolean' ? [] : (choices ?? [])) {
    element.append(xml('option', { label: value }, xml('value', {}, value)));
  }
  if (name === 'maxusers')
    for (const value of new Set(['none', '10', '20', '50', '100', '200', config[name]])) {
      element.append(xml('option', { label: value }, xml('value', {}, value)));
    }
  return element;
}

function fieldOf(name: OptionName): string {
  return optionOf(name).field ?? `${ROOM_CONFIG}_${name}`.replace(`${NS_MUC}#`, 'muc#');
}

function optionOf(name: OptionName): Option {
  return OPTIONS[name];
}

/** @throws StanzaError not-acceptable */
function canonical(name: OptionName, values: readonly string[]): string {
  const { type, choices, pattern, initial } = optionOf(name);
  const given = values.filter((value) => value !== '');
  if (type === 'list-multi') {
    if (given.every((value) => choices?.includes(value))) return [...new Set(given)].join(SEPARATOR);
  } else {
    const [first = type === 'boolean' || type === 'list-single' ? initial : ''] = given;
    const value = type === 'boolean' ? booleanOf(first) : first;
    const isKnown = choices?.includes(value) ?? pattern?.test(value) ?? value.length <= MAX_TEXT;
    if (isKnown && given.length <= 1) return value;
  }
  throw new StanzaError('not-acceptable', `The field "${fieldOf(name)}" cannot have this value.`);
}

/** @spec XEP-0004 §3.3 */
function booleanOf(value: string): string {
  if (value === '1') return 'true';
  return value === '0' ? 'false' : value;
}

function text(label: string): Option {
  return { type: 'text-single', label, initial: '' };
}

function flag(label: string, initial: boolean): Option {
  return { type: 'boolean', label, initial: String(initial), choices: ['true', 'false'] };
}

/** The first choice is the default. */
function choice(label: string, choices: readonly [string, ...string[]]): Option {
  return { type: 'list-single', label, initial: choices[0], choices };
}

function several(label: string, choices: readonly string[], initial: readonly string[]): Option {
  return { type: 'list-multi', label, initial: initial.join(SEPARATOR), choices };
}
