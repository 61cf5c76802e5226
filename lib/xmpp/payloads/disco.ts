import { copyOf, xml, type Element } from '../../xml/index.ts';
import { NS_DISCO_INFO, NS_DISCO_ITEMS } from '../ns.ts';

/** @spec XEP-0030 §3.1 */
export interface Identity {
  readonly category: string;
  readonly type: string;
  readonly lang?: string | undefined;
  readonly name?: string | undefined;
}

/** @spec XEP-0030 §4.1 */
export interface DiscoItem {
  readonly jid: string;
  readonly node?: string | undefined;
  readonly name?: string | undefined;
}

/** What disco#info says of an entity, or of a node of it. */
export interface DiscoInfo {
  readonly identities: readonly Identity[];
  readonly features: readonly string[];
  /** @spec XEP-0128 §2 */
  readonly forms: readonly Element[];
}

/** @param node the node that was asked for, which the answer repeats @spec XEP-0030 §3.2 */
export function infoQuery({ identities, features, forms }: DiscoInfo, node?: string): Element {
  return xml(
    'query',
    { xmlns: NS_DISCO_INFO, node },
    ...identities.map(({ category, type, lang, name }) => xml('identity', { category, type, 'xml:lang': lang, name })),
    ...features.map((feature) => xml('feature', { var: feature })),
    ...forms.map(copyOf),
  );
}

/** @param node the node that was asked for, which the answer repeats @spec XEP-0030 §4.2 */
export function itemsQuery(items: readonly DiscoItem[], node?: string): Element {
  const children = items.map((item) => xml('item', { jid: item.jid, node: item.node, name: item.name }));
  return xml('query', { xmlns: NS_DISCO_ITEMS, node }, ...children);
}
