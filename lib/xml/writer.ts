import { Element, type Node } from './element.ts';

const IN_ATTRIBUTE: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};
const IN_TEXT: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' };
const REPLACEMENT = '\uFFFD';
const ILLEGAL = '\\u0000-\\u0008\\u000B\\u000C\\u000E-\\u001F\\uFFFE\\uFFFF';
const ATTRIBUTE_SPECIAL = new RegExp(`[&<>"'\\t\\n\\r${ILLEGAL}]`, 'g');
const TEXT_SPECIAL = new RegExp(`[&<>\\r${ILLEGAL}]`, 'g');

/**
 * Writes an element so that reading gives the same element again, without recursion.
 *
 * No raw CR, LF or TAB stands in an attribute and no raw CR in text, because parsers change them.
 * Characters that XML cannot carry become U+FFFD.
 */
export function serialize(root: Element): string {
  let out = '';
  // Closing tags wait on the stack as text, already written.
  const stack: (Element | string | Closing)[] = [root];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node instanceof Closing) {
      out += node.tag;
    } else if (typeof node === 'string') {
      out += escapeText(node);
    } else {
      out += startOf(node);
      if (node.children.length === 0) {
        out += '/>';
      } else {
        out += '>';
        stack.push(new Closing(`</${node.name}>`));
        pushReversed(stack, node.children);
      }
    }
  }
  return out;
}

export function escapeText(text: string): string {
  return text.replace(TEXT_SPECIAL, (character) => IN_TEXT[character] ?? REPLACEMENT);
}

export function escapeAttribute(value: string): string {
  return value.replace(ATTRIBUTE_SPECIAL, (character) => IN_ATTRIBUTE[character] ?? REPLACEMENT);
}

class Closing {
  readonly tag: string;

  constructor(tag: string) {
    this.tag = tag;
  }
}

function startOf(element: Element): string {
  let tag = `<${element.name}`;
  const { attrs } = element;
  for (const name of Object.keys(attrs)) tag += ` ${name}="${escapeAttribute(attrs[name] ?? '')}"`;
  return tag;
}

function pushReversed(stack: (Node | Closing)[], children: readonly Node[]): void {
  for (let index = children.length - 1; index >= 0; index -= 1) {
    const child = children[index];
    if (child !== undefined) stack.push(child);
  }
}
