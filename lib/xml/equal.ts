import type { Element } from './element.ts';

/** True when two elements mean the same: expanded names, attributes in any order, same children. */
export function equal(a: Element, b: Element): boolean {
  if (a.getName() !== b.getName() || a.getNS() !== b.getNS()) return false;
  return sameAttributes(a, b) && sameChildren(a, b);
}

function sameAttributes(a: Element, b: Element): boolean {
  const left = expandedAttributes(a);
  const right = expandedAttributes(b);
  return left.size === right.size && [...left].every(([name, value]) => right.get(name) === value);
}

/** Namespace declarations are not attributes; their effect is in the names. */
function expandedAttributes(element: Element): Map<string, string> {
  const expanded = new Map<string, string>();
  for (const [name, value] of Object.entries(element.attrs)) {
    if (name === 'xmlns' || name.startsWith('xmlns:')) continue;
    const colon = name.indexOf(':');
    const namespace = colon < 0 ? '' : element.findNS(name.slice(0, colon));
    expanded.set(`${namespace} ${name.slice(colon + 1)}`, value);
  }
  return expanded;
}

function sameChildren(a: Element, b: Element): boolean {
  const left = joined(a);
  const right = joined(b);
  return (
    left.length === right.length &&
    left.every((child, index) => {
      const other = right[index];
      if (typeof child === 'string' || typeof other === 'string') return child === other;
      return other !== undefined && equal(child, other);
    })
  );
}

/** The children with neighbouring texts made one, and no empty text. */
function joined(element: Element): (Element | string)[] {
  const children: (Element | string)[] = [];
  for (const child of element.children) {
    const last = children.at(-1);
    if (child === '') continue;
    if (typeof child === 'string' && typeof last === 'string') children[children.length - 1] = last + child;
    else children.push(child);
  }
  return children;
}
