import { xml, type Element } from '../../xml/index.ts';
import { NS_SASL, NS_SASL2 } from '../ns.ts';

/** How SASL is put into elements. What is inside is the same. */
export interface SaslProfile {
  readonly namespace: string;
  /** The element that begins a run. */
  readonly initiation: string;
  /** The initial response in base64; undefined when there is none. */
  initialResponse(element: Element): string | undefined;
  /** A response in base64. */
  response(element: Element): string;
  /** @param condition of RFC 6120 §6.5 */
  failure(condition: string, text: string | undefined): Element;
}

/** A lone `=` is an empty string, and an empty element none. @spec RFC 6120 §6.4.2 */
export const SASL1: SaslProfile = {
  namespace: NS_SASL,
  initiation: 'auth',
  initialResponse(element) {
    const text = element.text.trim();
    return text === '' ? undefined : withoutEquals(text);
  },
  response: (element) => withoutEquals(element.text.trim()),
  failure: (condition, text) => xml('failure', { xmlns: NS_SASL }, xml(condition), ...textElements(text)),
};

/** An empty element is an empty string. @spec XEP-0388 §2.2 */
export const SASL2: SaslProfile = {
  namespace: NS_SASL2,
  initiation: 'authenticate',
  initialResponse: (element) => element.child('initial-response', NS_SASL2)?.text.trim(),
  response: (element) => element.text.trim(),
  failure: (condition, text) =>
    xml('failure', { xmlns: NS_SASL2 }, xml(condition, { xmlns: NS_SASL }), ...textElements(text)),
};

function withoutEquals(text: string): string {
  return text === '=' ? '' : text;
}

function textElements(text: string | undefined): Element[] {
  return text === undefined ? [] : [xml('text', { 'xml:lang': 'en' }, text)];
}
