import type { ArchiveFilter, ArchiveQuery } from '../../storage/store.ts';
import { xml, type Element } from '../../xml/index.ts';
import { Jid } from '../../xmpp/jid.ts';
import { NS_DATA, NS_DATA_VALIDATE, NS_MAM } from '../../xmpp/ns.ts';
import { fieldsOf } from '../../xmpp/payloads/data-form.ts';
import { parseDateTime } from '../../xmpp/payloads/date-time.ts';
import { readPageRequest } from '../../xmpp/payloads/rsm.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';

/** Messages of a page when the client does not say. */
const DEFAULT_PAGE = 50;
/** Most messages of a page. */
const MAX_PAGE = 250;
/** Messages that can be asked for by their ids in one query. */
const MAX_IDS = 250;
/** How far a result is counted beside its page. */
const COUNT_LIMIT = 1000;
/** How far it is counted when only the count is wanted. */
const MAX_COUNT = 1_000_000;

/** What a client asks of an archive. */
export interface MamQuery extends ArchiveQuery {
  readonly queryId: string | undefined;
  /** The last message of the page is sent first. */
  readonly isFlipped: boolean;
}

type Fields = ReadonlyMap<string, readonly string[]>;

/**
 * Reads a query.
 *
 * @throws StanzaError `bad-request`, `jid-malformed`, or `feature-not-implemented` for fields that are not known
 * @spec XEP-0313 §4
 */
export function readQuery(payload: Element): MamQuery {
  if (payload.attrs['node'] !== undefined) throw new StanzaError('item-not-found', 'There are no nodes here.');
  const { max = DEFAULT_PAGE, ...page } = readPageRequest(payload);
  const form = payload.child('x', NS_DATA);
  return {
    ...page,
    filter: form ? readFilter(fieldsOf(form)) : {},
    limit: Math.min(max, MAX_PAGE),
    countLimit: max === 0 ? MAX_COUNT : COUNT_LIMIT,
    queryId: payload.attrs['queryid'],
    isFlipped: payload.child('flip-page', NS_MAM) !== undefined,
  };
}

/** @spec XEP-0313 §4.1 */
function readFilter(fields: Fields): ArchiveFilter {
  const unknown = [...fields.keys()].find((name) => !FIELDS.has(name));
  if (unknown !== undefined) throw new StanzaError('feature-not-implemented', `There is no field "${unknown}".`);
  if (fields.get('FORM_TYPE')?.[0] !== NS_MAM) throw new StanzaError('bad-request', `FORM_TYPE is not ${NS_MAM}.`);
  checkGroupchat(fields);
  return {
    ...peerOf(fields),
    start: instantOf(fields, 'start'),
    end: instantOf(fields, 'end'),
    afterId: textOf(fields, 'after-id'),
    beforeId: textOf(fields, 'before-id'),
    ids: idsOf(fields),
  };
}

/** @spec XEP-0313 §4.1.1 */
function peerOf(fields: Fields): Pick<ArchiveFilter, 'peer' | 'resource'> {
  const text = textOf(fields, 'with');
  if (text === undefined) return {};
  const jid = Jid.parse(text);
  if (!jid) throw new StanzaError('jid-malformed', 'The field "with" is not an address.');
  return { peer: jid.bare.toString(), resource: jid.resource };
}

/** @spec XEP-0313 §4.1.2 */
function instantOf(fields: Fields, name: string): number | undefined {
  const text = textOf(fields, name);
  if (text === undefined) return undefined;
  const instant = parseDateTime(text);
  if (instant === undefined) throw new StanzaError('bad-request', `The field "${name}" is not a date and time.`);
  return instant;
}

/** @spec XEP-0313 §4.1.3 */
function idsOf(fields: Fields): readonly string[] | undefined {
  const ids = fields.get('ids');
  if (ids && ids.length > MAX_IDS) throw new StanzaError('policy-violation', `At most ${MAX_IDS} ids at a time.`);
  return ids;
}

/** There are no messages of rooms in an account's archive, whether they are wanted or not. @spec XEP-0313 §4.1.4 */
function checkGroupchat(fields: Fields): void {
  const wanted = textOf(fields, 'include-groupchat');
  if (wanted === undefined || /^(?:true|false|1|0)$/.test(wanted)) return;
  throw new StanzaError('bad-request', 'The field "include-groupchat" is neither true nor false.');
}

function textOf(fields: Fields, name: string): string | undefined {
  const values = fields.get(name);
  if (values && values.length !== 1) throw new StanzaError('bad-request', `The field "${name}" has not one value.`);
  return values?.[0];
}

/** The fields that are known, with their types. @spec XEP-0313 §4.1.5 */
const FIELDS: ReadonlyMap<string, string> = new Map([
  ['FORM_TYPE', 'hidden'],
  ['with', 'jid-single'],
  ['start', 'text-single'],
  ['end', 'text-single'],
  ['before-id', 'text-single'],
  ['after-id', 'text-single'],
  ['ids', 'list-multi'],
  ['include-groupchat', 'boolean'],
]);

/** The form that a query may fill in. @spec XEP-0313 §4.1.5 */
export function queryForm(): Element {
  const fields = Array.from(FIELDS, ([name, type]) => {
    const field = xml('field', { var: name, type });
    if (name === 'FORM_TYPE') field.append(xml('value', {}, NS_MAM));
    if (name === 'ids') {
      field.append(xml('validate', { xmlns: NS_DATA_VALIDATE, datatype: 'xs:string' }, xml('open')));
    }
    return field;
  });
  return xml('query', { xmlns: NS_MAM }, xml('x', { xmlns: NS_DATA, type: 'form' }, ...fields));
}
