import type { QName } from './names.ts';

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
  /** The depth of the element that made each declaration. */
  readonly #depths: number[] = [];
  /** Undeclared prefixes that were taken for what they usually mean. D-35 */
  #forgiven: Map<string, string> | undefined;

  constructor(limit: number, wellKnown: Readonly<Record<string, string>>) {
    this.#limit = limit;
    this.#wellKnown = wellKnown;
  }

  get forgiven(): Iterable<readonly [string, string]> {
    return this.#forgiven ?? [];
  }

  /** Forgets what the element at this depth declared. */
  leave(depth: number): void {
    while (this.#depths.at(-1) === depth) {
      this.#depths.pop();
      this.#prefixes.pop();
      this.#namespaces.pop();
    }
  }

  /** Takes the declaration `xmlns` or `xmlns:prefix`; the fault if it is not allowed. */
  declare(name: QName, namespace: string, depth: number): string | undefined {
    const isReserved = namespace === XML_NAMESPACE || namespace === XMLNS_NAMESPACE;
    if (name.prefix === undefined) return isReserved ? 'a reserved namespace' : undefined;
    const prefix = name.local;
    if (prefix === 'xml') return namespace === XML_NAMESPACE ? undefined : 'a reserved prefix';
    if (prefix === 'xmlns') return 'a reserved prefix';
    if (isReserved) return 'a reserved namespace';
    if (namespace.trim() === '') return 'a prefix without namespace';
    if (this.#prefixes.length >= this.#limit) return 'too many prefixes';
    this.#prefixes.push(prefix);
    this.#namespaces.push(namespace);
    this.#depths.push(depth);
    return undefined;
  }

  find(prefix: string): string | undefined {
    const index = this.#prefixes.lastIndexOf(prefix);
    if (index >= 0) return this.#namespaces[index];
    if (prefix === 'xml') return XML_NAMESPACE;
    if (!Object.hasOwn(this.#wellKnown, prefix)) return undefined;
    const namespace = this.#wellKnown[prefix];
    if (namespace !== undefined) (this.#forgiven ??= new Map<string, string>()).set(prefix, namespace);
    return namespace;
  }
}
