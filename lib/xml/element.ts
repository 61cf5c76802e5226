import { Element as PackageElement } from '@xmpp/xml';
import { XML_NAMESPACE } from './scope.ts';
import { serialize } from './writer.ts';

/** A child of an element: another element, or text. */
export type Node = Element | string;

/**
 * The element type of the whole server: the one of `@xmpp/xml` (which is ltx's), with honest types
 * and its defects mended: `xmlns=''` counts, and writing does not recurse and escapes everything.
 *
 * This is the only place that imports the packages: under ESM `ltx` and `@xmpp/xml` load two
 * different classes, and `instanceof` fails between them.
 */
export class Element {
  declare name: string;
  declare parent: Element | null;
  declare attrs: Record<string, string>;
  declare children: Node[];

  constructor(name: string) {
    this.name = name;
    this.parent = null;
    this.children = [];
    this.attrs = {};
  }

  /** The name without its prefix. */
  getName(): string {
    return this.name.slice(this.name.indexOf(':') + 1);
  }

  /** The namespace of a prefix, or the default one, as declared here or above. */
  findNS(prefix?: string): string {
    if (prefix === 'xml') return XML_NAMESPACE;
    const declaration = prefix ? `xmlns:${prefix}` : 'xmlns';
    for (let element: Element | null = this; element; element = element.parent) {
      const namespace = element.attrs[declaration];
      if (namespace !== undefined) return namespace;
    }
    return '';
  }

  /** The namespace of this element; empty for none. */
  getNS(): string {
    const colon = this.name.indexOf(':');
    return this.findNS(colon < 0 ? undefined : this.name.slice(0, colon));
  }

  getChildElements(): Element[] {
    return this.children.filter((child) => typeof child !== 'string');
  }

  /** The first child element of this namespace and local name. */
  child(name: string, namespace: string): Element | undefined {
    return this.getChildElements().find((child) => child.getName() === name && child.getNS() === namespace);
  }

  /** All direct text, in order. */
  get text(): string {
    return this.children.filter((child) => typeof child === 'string').join('');
  }

  /** Appends children, which get this element as their parent. */
  append(...nodes: Node[]): this {
    for (const node of nodes) {
      if (typeof node !== 'string') node.parent = this;
      this.children.push(node);
    }
    return this;
  }

  toString(): string {
    return serialize(this);
  }
}

// Linked by hand, because a `super` call makes the parser a third slower: the constructor above does
// what the package's does.
Object.setPrototypeOf(Element.prototype, PackageElement.prototype);

/** Makes an element. Attributes that are undefined are left out. */
export function xml(
  name: string,
  attrs: Readonly<Record<string, string | undefined>> = {},
  ...children: Node[]
): Element {
  const element = new Element(name);
  for (const [key, value] of Object.entries(attrs)) {
    if (value !== undefined) setAttribute(element.attrs, key, value);
  }
  return element.append(...children);
}

/** Sets an attribute of any name, `__proto__` included. */
export function setAttribute(attrs: Record<string, string>, name: string, value: string): void {
  if (name === '__proto__') {
    Object.defineProperty(attrs, name, { value, enumerable: true, configurable: true, writable: true });
  } else {
    attrs[name] = value;
  }
}
