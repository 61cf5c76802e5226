import type { Element } from '../../xml/index.ts';
import { NS_DATA, NS_DISCO_INFO } from '../../xmpp/ns.ts';
import type { DiscoInfo } from '../../xmpp/payloads/disco.ts';
import { verificationString } from '../../xmpp/payloads/entity-caps.ts';
import type { Stanza } from '../../xmpp/stanza.ts';

/** Features of one client. */
const MAX_FEATURES = 500;
/** UTF-16 units of one feature. */
const MAX_FEATURE = 1023;

/** What an answer to disco#info says; undefined when it says nothing, or too much. */
export function readInfo(answer: Stanza): DiscoInfo | undefined {
  const query = answer.type === 'result' ? answer.child(NS_DISCO_INFO, 'query') : undefined;
  if (!query) return undefined;
  const children = query.getChildElements();
  const named = (name: string): Element[] => children.filter((child) => child.getName() === name);
  const features = named('feature').map(({ attrs }) => attrs['var'] ?? '');
  if (features.length > MAX_FEATURES || features.some((feature) => feature.length > MAX_FEATURE)) return undefined;
  return {
    identities: named('identity').map(({ attrs }) => ({
      category: attrs['category'] ?? '',
      type: attrs['type'] ?? '',
      lang: attrs['xml:lang'],
      name: attrs['name'],
    })),
    features,
    forms: children.filter((child) => child.getNS() === NS_DATA && formTypes(child).length > 0),
  };
}

/** Whether an answer is well-formed and makes this string. @spec XEP-0115 §5.4 */
export function fits(info: DiscoInfo, ver: string): boolean {
  const identities = info.identities.map(({ category, type, lang, name }) => [category, type, lang, name].join('/'));
  const types = info.forms.map(formTypes);
  if (hasDoubles(identities) || hasDoubles(info.features) || hasDoubles(types.map(([type]) => type))) return false;
  return types.every((values) => new Set(values).size === 1) && verificationString(info) === ver;
}

/** The values of the hidden FORM_TYPE. Forms without one do not count. @spec XEP-0115 §5.4 */
function formTypes(form: Element): string[] {
  const field = form.getChildElements().find(({ attrs }) => attrs['var'] === 'FORM_TYPE' && attrs['type'] === 'hidden');
  return field?.getChildElements().map((value) => value.text) ?? [];
}

function hasDoubles(values: readonly unknown[]): boolean {
  return new Set(values).size < values.length;
}
