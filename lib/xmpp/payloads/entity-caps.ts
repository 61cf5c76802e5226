import { xml, type Element } from '../../xml/index.ts';
import { NS_CAPS } from '../ns.ts';
import { sha1Base64 } from '../sasl/digest.ts';
import type { DiscoInfo } from './disco.ts';

/** The `<c/>` of an entity. @param node a URI that names the software @spec XEP-0115 §4 */
export function capsElement(node: string, ver: string): Element {
  return xml('c', { xmlns: NS_CAPS, hash: 'sha-1', node, ver });
}

/**
 * The verification string: the SHA-1 of what disco#info says, in a fixed order.
 *
 * @spec XEP-0115 §5.1
 */
export function verificationString({ identities, features, forms }: DiscoInfo): string {
  const ids = identities.map(({ category, type, lang = '', name = '' }) => `${category}/${type}/${lang}/${name}`);
  const parts = [...ids.sort(byOctets), ...[...features].sort(byOctets), ...formParts(forms)];
  return sha1Base64(parts.map((part) => `${part}<`).join(''));
}

interface Form {
  readonly type: string;
  /** Each field's name, then its values. */
  readonly fields: readonly { readonly name: string; readonly values: readonly string[] }[];
}

/** Forms without FORM_TYPE do not count. @spec XEP-0115 §5.4 */
function formParts(elements: readonly Element[]): string[] {
  const forms = elements.map(readForm).filter((form) => form !== undefined);
  return forms
    .sort((a, b) => byOctets(a.type, b.type))
    .flatMap((form) => [form.type, ...form.fields.flatMap(({ name, values }) => [name, ...values])]);
}

function readForm(element: Element): Form | undefined {
  const fields = element
    .getChildElements()
    .map((field) => ({
      name: field.attrs['var'] ?? '',
      values: field
        .getChildElements()
        .map((value) => value.text)
        .sort(byOctets),
    }))
    .sort((a, b) => byOctets(a.name, b.name));
  const type = fields.find((field) => field.name === 'FORM_TYPE')?.values[0];
  return type === undefined ? undefined : { type, fields: fields.filter((field) => field.name !== 'FORM_TYPE') };
}

/** Collation i;octet. @spec XEP-0115 §5.1 */
function byOctets(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
