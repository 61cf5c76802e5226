import { xml, type Element } from '../xml/index.ts';
import { NS_BIND, NS_SASL, NS_STREAM } from './ns.ts';
import type { MechanismName } from './sasl/mechanisms.ts';

/** What may be negotiated before authentication. @spec RFC 6120 §6.3.3 */
export function featuresBeforeAuthentication(
  mechanisms: readonly MechanismName[],
  others: readonly Element[],
): Element {
  const list = xml('mechanisms', { xmlns: NS_SASL });
  for (const name of mechanisms) list.append(xml('mechanism', {}, name));
  return features(list, ...others);
}

/**
 * What may be negotiated after it. `<session/>` is answered but not announced: it would cost every
 * client a round trip. TLS and compression belong to the carrier.
 *
 * @spec RFC 6120 §7.4
 * @spec XEP-0206 §2 X-2-04
 */
export function featuresAfterAuthentication(others: readonly Element[]): Element {
  return features(xml('bind', { xmlns: NS_BIND }), ...others);
}

/** The prefix is literal: clients match it. @spec XEP-0206 §2 X-2-02 */
function features(...children: Element[]): Element {
  return xml('stream:features', { 'xmlns:stream': NS_STREAM }, ...children);
}
