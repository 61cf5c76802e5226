import { Element as UntypedElement } from '@xmpp/xml';

/** A child of an element: another element, or text. */
export type Node = Element | string;

/** What is used of the packages' class. Its own types say `any` for attributes and leave out results. */
interface Base {
  name: string;
  getName(): string;
}

// The cast replaces the loose types of the package by the ones above; the class is the same.
const BaseElement = UntypedElement as unknown as new (name: string) => Base;

/**
 * The element type of the whole server: the one of `@xmpp/xml` (which is ltx's), with honest types
 * and two of its defects mended: `xmlns=''` counts, and writing does not recurse.
 *
 * This is the only place that imports the packages: under ESM `ltx` and `@xmpp/xml` load two
 * different classes, and `instanceof` fails between them.
 */
export class Element extends BaseElement {
  declare parent: Element | null;
  declare attrs: Record<string, string>;
  declare children: Node[];

  /** The namespace of a prefix, or the default one, as declared here or above. */
  findNS(prefix?: string): string {
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
}

/** Makes an element. Attributes that are undefined are left out. */
export function xml(
  name: string,
  attrs: Readonly<Record<string, string | undefined>> = {},
  ...children: Node[]
): Element {
  const element = new Element(name);
  for (const [key, value] of Object.entries(attrs)) if (value !== undefined) element.attrs[key] = value;
  return element.append(...children);
}
