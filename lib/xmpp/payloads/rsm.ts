import { xml, type Element } from '../../xml/index.ts';
import { NS_RSM } from '../ns.ts';
import { StanzaError } from '../stanza-error.ts';

/** Which part of a result is wanted. @spec XEP-0059 §2 */
export interface PageRequest {
  /** Most items; undefined for as many as the other side likes. */
  readonly max: number | undefined;
  /** What is behind this item. */
  readonly after: string | undefined;
  /** What is before this item. */
  readonly before: string | undefined;
  /** The last items instead of the first. */
  readonly isBackwards: boolean;
}

/** Which part of a result was returned. */
export interface PageResult {
  readonly first: string | undefined;
  readonly last: string | undefined;
  /** Items before the first. */
  readonly index?: number | undefined;
  /** Items in all. */
  readonly count?: number | undefined;
}

/**
 * Reads the `<set/>` of a query; without one everything is wanted.
 *
 * @throws StanzaError `bad-request`, or `feature-not-implemented` for pages by number
 * @spec XEP-0059 §2
 */
export function readPageRequest(query: Element): PageRequest {
  const set = query.child('set', NS_RSM);
  const text = (name: string): string | undefined => set?.child(name, NS_RSM)?.text;
  if (set?.child('index', NS_RSM)) {
    throw new StanzaError('feature-not-implemented', 'Pages are found by item, not by number.');
  }
  const [max, before] = [text('max')?.trim(), text('before')];
  if (max !== undefined && !/^\d{1,9}$/.test(max))
    throw new StanzaError('bad-request', 'max is not a number of items.');
  return {
    max: max === undefined ? undefined : Number(max),
    after: text('after') || undefined,
    before: before || undefined,
    isBackwards: before !== undefined,
  };
}

/** The `<set/>` of an answer. @spec XEP-0059 §2.2 */
export function pageSet({ first, last, index, count }: PageResult): Element {
  const set = xml('set', { xmlns: NS_RSM });
  if (first !== undefined) set.append(xml('first', { index: index?.toString() }, first));
  if (last !== undefined) set.append(xml('last', {}, last));
  if (count !== undefined) set.append(xml('count', {}, count.toString()));
  return set;
}
