export const XML_NAMESPACE = 'http://www.w3.org/XML/1998/namespace';
const XMLNS_NAMESPACE = 'http://www.w3.org/2000/xmlns/';

/**
 * The prefixes in scope while a document is read. Default namespaces need no check, so only
 * prefixed declarations are kept: most documents have none or one.
 *
 * @see https://www.w3.org/TR/xml-names/
 */
export class Scope {
  readonly #limit: number;
  readonly #wellKnown: Readonly<Record<string, string>>;
  readonly #prefixes: string[] = [];
  readonly #namespaces: string[] = [];
  /** How many prefixes there were when each open element began. */
  readonly #marks: number[] = [];
  /** Undeclared prefixes that were taken for what they usually mean. D-35 */
  readonly forgiven = new Map<string, string>();

  constructor(limit: number, wellKnown: Readonly<Record<string, string>>) {
    this.#limit = limit;
    this.#wellKnown = wellKnown;
  }

  enter(): void {
    this.#marks.push(this.#prefixes.length);
  }

  leave(): void {
    const mark = this.#marks.pop() ?? 0;
    if (this.#prefixes.length === mark) return;
    this.#prefixes.length = mark;
    this.#namespaces.length = mark;
  }

  /** Declares a prefix, or the default namespace; the fault if that is not allowed. */
  declare(prefix: string | undefined, namespace: string): string | undefined {
    const isReserved = namespace === XML_NAMESPACE || namespace === XMLNS_NAMESPACE;
    if (prefix === undefined) return isReserved ? 'a reserved namespace' : undefined;
    if (prefix === 'xml') return namespace === XML_NAMESPACE ? undefined : 'a reserved prefix';
    if (prefix === 'xmlns') return 'a reserved prefix';
    if (isReserved) return 'a reserved namespace';
    if (namespace.trim() === '') return 'a prefix without namespace';
    if (this.#prefixes.length >= this.#limit) return 'too many prefixes';
    this.#prefixes.push(prefix);
    this.#namespaces.push(namespace);
    return undefined;
  }

  find(prefix: string): string | undefined {
    const index = this.#prefixes.lastIndexOf(prefix);
    if (index >= 0) return this.#namespaces[index];
    if (prefix === 'xml') return XML_NAMESPACE;
    if (!Object.hasOwn(this.#wellKnown, prefix)) return undefined;
    const namespace = this.#wellKnown[prefix];
    if (namespace !== undefined) this.forgiven.set(prefix, namespace);
    return namespace;
  }
}
