import type { EpochMillis } from '../base/time.ts';
import { escapeAttribute, serialize, xml, type Element, type ElementNode } from '../xml/index.ts';
import type { Jid } from './jid.ts';
import { NS_CLIENT, NS_REGISTER } from './ns.ts';
import type { StanzaError } from './stanza-error.ts';
import type { Payload } from './transport.ts';

export type StanzaKind = 'message' | 'presence' | 'iq';

/** True for the three names that RFC 6120 §8 calls stanzas. */
export function isStanzaKind(name: string): name is StanzaKind {
  return name === 'message' || name === 'presence' || name === 'iq';
}

/**
 * One stanza on its way through the server: an element that nobody changes any more, with its
 * addresses parsed and its text written at most once, however many recipients it has.
 *
 * @spec RFC 6120 §8
 */
export class Stanza implements Payload {
  readonly element: Element;
  readonly kind: StanzaKind;
  readonly from: Jid | undefined;
  readonly to: Jid | undefined;
  /** When the server received it; undefined for a stanza of its own. */
  readonly at: EpochMillis | undefined;
  arrived: (() => void) | undefined;
  /**
   * Called when nobody got the message, before another way is looked for; true when none is needed.
   * For what is of use to one resource alone.
   */
  returned: (() => boolean) | undefined;
  #xml: string | undefined;

  /** Takes over `element`: its `from`, `to` and `xmlns` attributes are set here, and never again. */
  constructor(element: Element, from: Jid | undefined, to: Jid | undefined, at?: EpochMillis) {
    this.element = element;
    this.kind = element.name as StanzaKind; // the constructor's callers have checked the name
    this.from = from;
    this.to = to;
    this.at = at;
    element.attrs['xmlns'] = NS_CLIENT;
    if (from) element.attrs['from'] = from.toString();
    else delete element.attrs['from'];
    if (to) element.attrs['to'] = to.toString();
    else delete element.attrs['to'];
  }

  get id(): string | undefined {
    return this.element.attrs['id'];
  }

  get type(): string | undefined {
    return this.element.attrs['type'];
  }

  /** Errors and answers to requests are never answered. @spec RFC 6120 §8.3.1 */
  get mayBounce(): boolean {
    return this.type !== 'error' && !(this.kind === 'iq' && this.type === 'result');
  }

  /** An IQ that must be answered. @spec RFC 6120 §8.2.3 */
  get isRequest(): boolean {
    return this.kind === 'iq' && (this.type === 'get' || this.type === 'set');
  }

  /** The serialised stanza, written on first use. */
  get xml(): string {
    this.#xml ??= serialize(this.element);
    return this.#xml;
  }

  /** The first child element with this namespace and, if given, this name. */
  child(namespace: string, name?: string): Element | undefined {
    return this.element
      .getChildElements()
      .find((child) => child.getNS() === namespace && (name === undefined || child.getName() === name));
  }

  /** A copy for another recipient; children are shared, so they must not be changed. */
  readdressed(to: Jid): Stanza {
    return new Stanza(shallowCopy(this.element), this.from, to, this.at);
  }

  /**
   * A copy of a stanza without `to` for one of many recipients: the text is written once for all of
   * them, and the address put into it.
   */
  addressedTo(to: Jid): Stanza {
    const copy = this.readdressed(to);
    const start = `<${this.kind}`;
    copy.#xml = `${start} to="${escapeAttribute(to.toString())}"${this.xml.slice(start.length)}`;
    return copy;
  }

  /** The answer of type `result` to this IQ. */
  result(payload?: Element): Stanza {
    const element = xml('iq', { type: 'result', ...idOf(this) });
    if (payload) element.append(payload);
    return new Stanza(element, this.to, this.from);
  }

  /**
   * The answer of type `error` to this stanza, with the original payload as RFC 6120 §8.3.1 allows;
   * but nothing that may hold a password is repeated (XEP-0077 §3.3).
   * The caller makes sure that this stanza is not itself an error.
   */
  error(error: StanzaError): Stanza {
    const element = xml(this.kind, { ...prefixesOf(this.element), type: 'error', ...idOf(this) });
    for (const child of this.element.children) if (!isSecret(child)) element.append(child);
    element.append(error.toElement());
    return new Stanza(element, this.to, this.from);
  }
}

function isSecret(child: ElementNode): boolean {
  return typeof child !== 'string' && child.getNS() === NS_REGISTER;
}

function idOf(stanza: Stanza): { id?: string } {
  return stanza.id === undefined ? {} : { id: stanza.id };
}

/** The prefixes that the children may use. */
function prefixesOf(element: Element): Record<string, string> {
  return Object.fromEntries(Object.entries(element.attrs).filter(([name]) => name.startsWith('xmlns:')));
}

/** A new element with the same children; the children keep their first parent. */
export function shallowCopy(element: Element): Element {
  const copy = xml(element.name, { ...element.attrs });
  copy.children = element.children;
  return copy;
}
