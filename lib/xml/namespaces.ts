import type { Element } from './element.ts';

/** The value of the attribute with this expanded name, whatever its prefix. */
export function attributeNS(element: Element, namespace: string, local: string): string | undefined {
  for (const name of Object.keys(element.attrs)) {
    const colon = name.indexOf(':');
    if (colon < 0 || name.slice(colon + 1) !== local) continue;
    const prefix = name.slice(0, colon);
    if (prefix === 'xmlns') continue;
    if (element.findNS(prefix) === namespace) return element.attrs[name];
  }
  return undefined;
}

/**
 * Takes a child out of its parent so that it stands alone: its own `xmlns`, and declarations of the
 * prefixes that it uses and inherited.
 *
 * @param replace an inherited default namespace that is written as another one
 */
export function standAlone(child: Element, replace?: { readonly namespace: string; readonly by: string }): Element {
  const { parent } = child;
  if (!parent) return child;
  if (child.attrs['xmlns'] === undefined) {
    const inherited = child.findNS();
    child.attrs['xmlns'] = inherited === replace?.namespace ? replace.by : inherited;
  }
  for (const prefix of prefixesInScope(parent)) {
    const declaration = `xmlns:${prefix}`;
    if (child.attrs[declaration] === undefined && uses(child, prefix)) child.attrs[declaration] = parent.findNS(prefix);
  }
  child.parent = null;
  return child;
}

function prefixesInScope(element: Element): Set<string> {
  const prefixes = new Set<string>();
  for (let at: Element | null = element; at; at = at.parent) {
    for (const name of Object.keys(at.attrs)) if (name.startsWith('xmlns:')) prefixes.add(name.slice(6));
  }
  return prefixes;
}

/** True when the prefix stands in a name of this tree. */
function uses(root: Element, prefix: string): boolean {
  const start = `${prefix}:`;
  const stack = [root];
  for (let element = stack.pop(); element; element = stack.pop()) {
    if (element.name.startsWith(start) || Object.keys(element.attrs).some((name) => name.startsWith(start)))
      return true;
    stack.push(...element.getChildElements());
  }
  return false;
}
