import { xml, type Element } from '../../xml/index.ts';
import { NS_CHANNEL_SEARCH, NS_DATA, NS_MUCLUMBUS } from '../../xmpp/ns.ts';
import { fieldsOf } from '../../xmpp/payloads/data-form.ts';
import { formToFill, type Question } from '../../xmpp/payloads/form.ts';
import type { FormFields } from '../../xmpp/payloads/form-fields.ts';
import { pageSet, readPageRequest, type PageRequest } from '../../xmpp/payloads/rsm.ts';
import { StanzaError, type StanzaCondition } from '../../xmpp/stanza-error.ts';
import { isOn } from './config.ts';
import type { Room } from './room.ts';

/** Rooms on one page. */
const MAX_PAGE = 100;
/** UTF-16 units of what is searched for. */
const MAX_QUERY = 200;
const TYPE = 'xep-0045';
const NS_ERROR = 'urn:xmpp:channel-search:0:error';

/** How one of the two versions of the protocol names things. */
interface Dialect {
  readonly namespace: string;
  readonly formType: string;
  /** Goes before the names of the orders. */
  readonly order: string;
}

/** The document, and what it was made from, which Converse.js speaks. @spec XEP-0433 §4.2 */
const DIALECTS: readonly Dialect[] = [
  {
    namespace: NS_CHANNEL_SEARCH,
    formType: 'urn:xmpp:channel-search:0:search-params',
    order: '{urn:xmpp:channel-search:0:order}',
  },
  { namespace: NS_MUCLUMBUS, formType: `${NS_MUCLUMBUS}#params`, order: '' },
];

const ORDERS = ['nusers', 'address'] as const;
type Order = (typeof ORDERS)[number];

/** The namespaces in which rooms are searched. */
export const SEARCH_NAMESPACES: readonly string[] = DIALECTS.map(({ namespace }) => namespace);

/**
 * The form to search with, or what was found among these rooms.
 *
 * @throws StanzaError
 * @spec XEP-0433 §4.2
 */
export function search(rooms: Iterable<Room>, request: Element): Element {
  const dialect = DIALECTS.find(({ namespace }) => namespace === request.getNS());
  if (!dialect) throw new StanzaError('service-unavailable');
  const { namespace } = dialect;
  const form = request.child('x', NS_DATA);
  if (!form) return xml('search', { xmlns: namespace }, formToFill(searchForm(dialect)));
  const fields = fieldsOf(form);
  const order = orderIn(fields, dialect);
  const fits = conditionsIn(fields);
  const found = Array.from(rooms).filter((room) => isShown(room) && fits(room));
  const page = pageOf(sorted(found, order), readPageRequest(request));
  const set = pageSet({
    first: page[0]?.jid.toString(),
    last: page.at(-1)?.jid.toString(),
    count: found.length,
  });
  return xml('result', { xmlns: namespace }, ...page.map(itemOf), set);
}

function searchForm({ formType, order }: Dialect): Parameters<typeof formToFill>[0] {
  const yes = (name: string, label: string, value: string): Question => ({ var: name, type: 'boolean', label, value });
  return {
    formType,
    title: 'Search for rooms',
    questions: [
      { var: 'q', type: 'text-single', label: 'Search for' },
      yes('all', 'Return all rooms (ignore search terms)', 'false'),
      yes('sinname', 'Search in name', 'true'),
      yes('sindescription', 'Search in description', 'true'),
      yes('sinaddress', 'Search in address', 'true'),
      { var: 'min_users', type: 'text-single', label: 'Minimum number of users', value: '0' },
      {
        var: 'types',
        type: 'list-multi',
        label: 'Service types',
        value: TYPE,
        options: [{ label: 'Multi-User Chats', value: TYPE }],
      },
      {
        var: 'key',
        type: 'list-single',
        label: 'Sort results by',
        value: `${order}nusers`,
        options: [
          { label: 'Number of online users', value: `${order}nusers` },
          { label: 'Address', value: `${order}address` },
        ],
      },
    ],
  };
}

/** @throws StanzaError @spec XEP-0433 §4.2.2.2 */
function orderIn(fields: FormFields, { order }: Dialect): Order {
  const [key = `${order}nusers`] = fields.get('key') ?? [];
  const found = ORDERS.find((name) => `${order}${name}` === key);
  if (found) return found;
  throw refusal('feature-not-implemented', 'invalid-sort-key', 'Rooms are sorted by address or number of users.');
}

/** What a room must be like to be found. @throws StanzaError @spec XEP-0433 §4.2.2 */
function conditionsIn(fields: FormFields): (room: Room) => boolean {
  const value = (name: string): string | undefined => fields.get(name)?.[0];
  const isYes = (...names: readonly string[]): boolean => {
    const given = names.map(value).find((text) => text !== undefined);
    return given === undefined || given === 'true' || given === '1';
  };
  const query = value('q');
  const all = fields.has('all') && isYes('all');
  if (all && query) throw refusal('bad-request', 'conflicting-fields', 'Either all, or those with certain words.');
  if (!all && query === undefined) throw refusal('bad-request', 'no-search-conditions', 'Search for what?');
  const words = all ? [] : wordsIn(query ?? '');
  const types = fields.get('types');
  const fewest = Number(value('min_users') ?? 0);
  const [inName, inDescription, inAddress] = [
    isYes('sinname'),
    isYes('sindescription'),
    isYes('sinaddress', 'sinaddr'),
  ];
  return (room) => {
    if ((types && !types.includes(TYPE)) || room.occupants.size < fewest) return false;
    const texts = [
      ...(inName ? [room.name] : []),
      ...(inDescription ? [room.config.roomdesc] : []),
      ...(inAddress ? [room.jid.toString()] : []),
    ].map((text) => text.toLowerCase());
    return words.every((word) => texts.some((text) => text.includes(word)));
  };
}

/** @throws StanzaError @spec XEP-0433 §4.2.2.3 */
function wordsIn(query: string): string[] {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length > 0 && query.length <= MAX_QUERY) return words;
  throw refusal('bad-request', 'invalid-search-terms', `Search for at least a letter, and at most ${MAX_QUERY}.`);
}

/** Hidden rooms are found by those who know them. */
function isShown(room: Room): boolean {
  return isOn(room.config, 'publicroom') && !room.isLocked;
}

function sorted(rooms: Room[], order: Order): Room[] {
  const byAddress = (a: Room, b: Room): number => (a.jid.toString() < b.jid.toString() ? -1 : 1);
  if (order === 'address') return rooms.sort(byAddress);
  return rooms.sort((a, b) => b.occupants.size - a.occupants.size || byAddress(a, b));
}

/** @throws StanzaError when the room at the border is not found any more @spec XEP-0059 §2.3 */
function pageOf(rooms: readonly Room[], { max = MAX_PAGE, after, before, isBackwards }: PageRequest): readonly Room[] {
  const from = after === undefined ? 0 : indexOf(rooms, after) + 1;
  const to = before === undefined ? rooms.length : indexOf(rooms, before);
  const count = Math.min(max, MAX_PAGE);
  return isBackwards ? rooms.slice(Math.max(from, to - count), to) : rooms.slice(from, Math.min(to, from + count));
}

function indexOf(rooms: readonly Room[], address: string): number {
  const index = rooms.findIndex(({ jid }) => jid.toString() === address);
  if (index < 0) throw new StanzaError('item-not-found', 'That room is not among them any more.');
  return index;
}

/** @spec XEP-0433 §6.2 */
function itemOf({ jid, name, config, occupants, isNonAnonymous }: Room): Element {
  const isOpen = !isOn(config, 'membersonly') && !isOn(config, 'passwordprotectedroom');
  const facts: readonly (readonly [string, string])[] = [
    ['name', name],
    ['description', config.roomdesc],
    ['language', config.lang],
    ['nusers', String(occupants.size)],
    ['service-type', TYPE],
    ['is-open', isOpen ? 'true' : ''],
    ['anonymity-mode', isNonAnonymous ? '{urn:xmpp:channel-search:0:anonymity}none' : 'muc_semianonymous'],
  ];
  const known = facts.filter(([, text]) => text !== '');
  return xml('item', { address: jid.toString() }, ...known.map(([fact, text]) => xml(fact, {}, text)));
}

function refusal(condition: StanzaCondition, specific: string, text: string): StanzaError {
  return new StanzaError(condition, text, { type: 'modify', application: xml(specific, { xmlns: NS_ERROR }) });
}
