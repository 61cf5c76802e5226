import { xml, type Element } from '../../xml/index.ts';
import { NS_DATA, NS_PUBSUB } from '../../xmpp/ns.ts';
import type { FormFields } from '../../xmpp/payloads/form-fields.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import { pubsubError } from './errors.ts';

/** FORM_TYPE of the form that configures a node. @spec XEP-0060 §16.4.4 */
export const NODE_CONFIG = `${NS_PUBSUB}#node_config`;

/** UTF-16 units of a text in a configuration. */
const MAX_TEXT = 1023;
/** Groups that may be allowed in. */
const MAX_GROUPS = 100;
/** Parts the values of one option; no XML contains it. */
const SEPARATOR = '\0';

interface Option {
  readonly type: 'boolean' | 'list-single' | 'text-multi' | 'text-single';
  readonly label: string;
  readonly initial: string;
  /** The values that there are; any when left out. */
  readonly choices?: readonly string[];
  /** What a value must look like. */
  readonly pattern?: RegExp;
}

const COUNT = /^(?:max|[1-9][0-9]{0,8})$/;

/** What a node can be told to do, with the defaults of generic services. @spec XEP-0060 §16.4.4 */
const OPTIONS = {
  'pubsub#title': text('A friendly name for the node'),
  'pubsub#description': text('A description of the node'),
  'pubsub#type': text('The namespace of the payloads'),
  'pubsub#language': text('The language of the node'),
  'pubsub#access_model': choice('Who may subscribe and retrieve items', [
    'open',
    'presence',
    'roster',
    'authorize',
    'whitelist',
  ]),
  'pubsub#roster_groups_allowed': {
    type: 'text-multi',
    label: 'Roster groups that may subscribe and retrieve items',
    initial: '',
  },
  'pubsub#publish_model': choice('Who may publish', ['publishers', 'subscribers', 'open']),
  'pubsub#persist_items': flag('Keep items', true),
  'pubsub#max_items': { type: 'text-single', label: 'How many items are kept', initial: 'max', pattern: COUNT },
  'pubsub#max_payload_size': { type: 'text-single', label: 'Bytes of a payload', initial: 'max', pattern: COUNT },
  'pubsub#send_last_published_item': choice('When to send the last published item', [
    'never',
    'on_sub',
    'on_sub_and_presence',
  ]),
  'pubsub#deliver_notifications': flag('Send notifications', true),
  'pubsub#deliver_payloads': flag('Send payloads with notifications', true),
  'pubsub#notification_type': choice('The type of notifications', ['headline', 'normal']),
  'pubsub#notify_retract': flag('Notify of items that are removed', true),
  'pubsub#notify_delete': flag('Notify when the node is deleted', true),
  'pubsub#notify_config': flag('Notify when the configuration changes', false),
  // Known, and not to be changed.
  'pubsub#node_type': choice('The type of the node', ['leaf']),
  'pubsub#publish_node_full': choice('What happens when the node is full', ['discard-oldest']),
  'pubsub#item_expire': choice('When items expire', ['max']),
  'pubsub#subscribe': choice('Whether one may subscribe', ['true']),
  'pubsub#notify_sub': choice('Notify of subscriptions', ['false']),
  'pubsub#presence_based_delivery': choice('Notify only those who are available', ['false']),
  'pubsub#purge_offline': choice('Remove items when their publisher goes', ['false']),
  'pubsub#tempsub': choice('Subscriptions end with presence', ['false']),
} as const satisfies Record<string, Option>;

export type OptionName = keyof typeof OPTIONS;

/** A value for every option, in one way of writing it. */
export type NodeConfig = Readonly<Record<OptionName, string>>;

const NAMES = Object.keys(OPTIONS) as readonly OptionName[]; // the keys of the table

/** The configuration that a generic service gives a node. */
export const GENERIC_CONFIG = Object.fromEntries(
  NAMES.map((name) => [name, OPTIONS[name].initial]),
) as Readonly<NodeConfig>; // every name is there

export function isOn(config: NodeConfig, name: OptionName): boolean {
  return config[name] === 'true';
}

/** A count, and never more than the service allows. */
export function countOf(config: NodeConfig, name: OptionName, limit: number): number {
  const value = config[name];
  return value === 'max' ? limit : Math.min(Number(value), limit);
}

/** The values of an option that may have several. */
export function valuesOf(config: NodeConfig, name: OptionName): string[] {
  return config[name] === '' ? [] : config[name].split(SEPARATOR);
}

/** A configuration with what was filled in; fields that nobody knows do not count. @throws StanzaError */
export function withFields(base: NodeConfig, fields: FormFields): NodeConfig {
  const changes: Partial<Record<OptionName, string>> = {};
  for (const [name, values] of fields) if (isOption(name)) changes[name] = canonical(name, values);
  return { ...base, ...changes };
}

/**
 * What a publisher insists on. @throws StanzaError for an option that nobody knows, or a value that is none
 * @spec XEP-0060 §7.1.5
 */
export function preconditions(fields: FormFields): Partial<NodeConfig> {
  const wanted: Partial<Record<OptionName, string>> = {};
  for (const [name, values] of fields) {
    if (name === 'FORM_TYPE') continue;
    if (!isOption(name)) throw unmet(`there is no option "${name}"`);
    wanted[name] = canonical(name, values);
  }
  return wanted;
}

/** @throws StanzaError when the configuration is not as wanted @spec XEP-0060 §7.1.5 */
export function checkPreconditions(config: NodeConfig, wanted: Partial<NodeConfig>): void {
  const name = NAMES.find((option) => wanted[option] !== undefined && wanted[option] !== config[option]);
  if (name) throw unmet(`${name} is "${config[name]}"`);
}

/** The configuration as a form: to be filled in, or as a report. @spec XEP-0060 §8.2.2 */
export function configForm(config: NodeConfig, type: 'form' | 'result'): Element {
  const form = xml('x', { xmlns: NS_DATA, type });
  form.append(xml('field', { var: 'FORM_TYPE', type: 'hidden' }, xml('value', {}, NODE_CONFIG)));
  for (const name of NAMES) {
    const { type: kind, label, choices } = optionOf(name);
    const field = xml('field', { var: name, type: kind, label });
    for (const each of kind === 'text-multi' ? valuesOf(config, name) : [config[name]])
      field.append(xml('value', {}, each));
    if (type === 'form' && kind === 'list-single') {
      for (const each of choices ?? []) field.append(xml('option', {}, xml('value', {}, each)));
    }
    form.append(field);
  }
  return form;
}

/** What differs from the generic configuration. */
export function differences(config: NodeConfig): Partial<NodeConfig> {
  return Object.fromEntries(
    NAMES.filter((name) => config[name] !== GENERIC_CONFIG[name]).map((name) => [name, config[name]]),
  );
}

function unmet(reason: string): StanzaError {
  return pubsubError('conflict', 'precondition-not-met', { text: reason });
}

function isOption(name: string): name is OptionName {
  return Object.hasOwn(OPTIONS, name);
}

function optionOf(name: OptionName): Option {
  return OPTIONS[name];
}

/** @throws StanzaError not-acceptable */
function canonical(name: OptionName, values: readonly string[]): string {
  const { type, choices, pattern, initial } = optionOf(name);
  if (type === 'text-multi') return several(name, values);
  const [given = initial, ...others] = values;
  const value = type === 'boolean' || choices?.[0] === 'true' || choices?.[0] === 'false' ? booleanOf(given) : given;
  const isKnown = choices?.includes(value) ?? pattern?.test(value) ?? value.length <= MAX_TEXT;
  if (isKnown && others.length === 0) return value;
  if (name === 'pubsub#access_model') throw pubsubError('not-acceptable', 'unsupported-access-model');
  throw new StanzaError('not-acceptable', `${name} cannot be "${given.slice(0, MAX_TEXT)}"`);
}

function several(name: string, values: readonly string[]): string {
  if (values.length > MAX_GROUPS || values.some((value) => value.length > MAX_TEXT)) {
    throw new StanzaError('not-acceptable', `${name} is too long`);
  }
  return values.filter((value) => value !== '').join(SEPARATOR);
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
