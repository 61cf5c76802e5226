import { Element as PackageElement } from '@xmpp/xml';
import { XML_NAMESPACE } from './scope.ts';
import { serialize } from './writer.ts';

/** A child of an element: another element, or text. */
export type ElementNode = Element | string;

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
  declare children: ElementNode[];

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
    let namespace = this.attrs[declaration];
    for (let { parent } = this; parent && namespace === undefined; { parent } = parent) {
      namespace = parent.attrs[declaration];
    }
    return namespace ?? '';
  }

  /** The namespace of this element; empty for none. */
  getNS(): string {
    const colon = this.name.indexOf(':');
    return this.findNS(colon < 0 ? undefined : this.name.slice(0, colon));
  }

  /** The children without the text. */
  getChildElements(): Element[] {
    return this.children.filter((child) => typeof child !== 'string');
  }

  /** The first child element of this namespace and local name. */
  child(name: string, namespace: string): Element | undefined {
    for (const child of this.children) {
      if (typeof child !== 'string' && child.getName() === name && child.getNS() === namespace) return child;
    }
    return undefined;
  }

  /** All direct text, in order. */
  get text(): string {
    return this.children.filter((child) => typeof child === 'string').join('');
  }

  /** Appends children, which get this element as their parent. */
  append(...nodes: ElementNode[]): this {
    for (const node of nodes) {
      if (typeof node !== 'string') node.parent = this;
      this.children.push(node);
    }
    return this;
  }

  /** The same as `serialize`. */
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
  ...children: ElementNode[]
): Element {
  const element = new Element(name);
  for (const [key, value] of Object.entries(attrs)) {
    if (value !== undefined) setAttribute(element.attrs, key, value);
  }
  return element.append(...children);
}

/** A copy to the leaves that stands alone; an element has one parent only. */
export function copyOf(element: Element): Element {
  const children = element.children.map((child) => (typeof child === 'string' ? child : copyOf(child)));
  return xml(element.name, element.attrs, ...children);
}

/** Sets an attribute of any name, `__proto__` included. */
export function setAttribute(attrs: Record<string, string>, name: string, value: string): void {
  if (name === '__proto__') {
    Object.defineProperty(attrs, name, { value, enumerable: true, configurable: true, writable: true });
  } else {
    attrs[name] = value;
  }
}
