import { assert } from '../base/assert.ts';
import type { Element } from './element.ts';
import { isQName } from './names.ts';

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

const TEXT = 1;
const ATTRIBUTE = 2;

/** For each character below `@`: where it must be replaced. */
const SPECIAL = Uint8Array.from({ length: 64 }, (_, code) => {
  const character = String.fromCharCode(code);
  return (character.search(TEXT_SPECIAL) < 0 ? 0 : TEXT) | (character.search(ATTRIBUTE_SPECIAL) < 0 ? 0 : ATTRIBUTE);
});

/** In Node ≥ 20; the library types of ES2023 do not know it yet. */
interface WellFormed {
  toWellFormed(): string;
}

/** An element whose children are being written. */
interface Open {
  readonly element: Element;
  /** The index of its next child. */
  next: number;
}

/**
 * Writes an element so that reading gives the same element again, without recursion.
 *
 * No raw CR, LF or TAB stands in an attribute and no raw CR in text, because parsers change them.
 * Characters that XML cannot carry become U+FFFD. What the parents declare is not repeated: see
 * `standAlone`.
 *
 * @throws AssertionError when a name of an element or attribute is no XML name: names never come from
 *   remote text, except through the parser, so this is a fault of the server
 * @spec RFC 6120 §11.3
 */
export function serialize(root: Element): string {
  let out = startOf(root);
  const open: Open[] = root.children.length > 0 ? [{ element: root, next: 0 }] : [];
  for (let inner = open.at(-1); inner; inner = open.at(-1)) {
    const child = inner.element.children[inner.next];
    inner.next += 1;
    if (child === undefined) {
      out += `</${inner.element.name}>`;
      open.pop();
    } else if (typeof child === 'string') {
      out += escapeText(child);
    } else {
      out += startOf(child);
      if (child.children.length > 0) open.push({ element: child, next: 0 });
    }
  }
  return (out as unknown as WellFormed).toWellFormed();
}

/** Text as it stands between tags. */
export function escapeText(text: string): string {
  return hasSpecial(text, TEXT) ? text.replace(TEXT_SPECIAL, (character) => IN_TEXT[character] ?? REPLACEMENT) : text;
}

/** A value as it stands between quotation marks of either kind. */
export function escapeAttribute(value: string): string {
  if (!hasSpecial(value, ATTRIBUTE)) return value;
  return value.replace(ATTRIBUTE_SPECIAL, (character) => IN_ATTRIBUTE[character] ?? REPLACEMENT);
}

/** Whether anything must be replaced: most texts are written as they are, and this is faster to tell. */
function hasSpecial(text: string, kind: number): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 64 ? ((SPECIAL[code] ?? 0) & kind) !== 0 : code >= 0xfffe) return true;
  }
  return false;
}

/** The start tag, or the whole element when it is empty. */
function startOf(element: Element): string {
  const { name, attrs, children } = element;
  assert(isQName(name), 'an element has an XML name');
  let tag = `<${name}`;
  for (const key of Object.keys(attrs)) {
    assert(isQName(key), 'an attribute has an XML name');
    tag += ` ${key}="${escapeAttribute(attrs[key] ?? '')}"`;
  }
  return children.length > 0 ? `${tag}>` : `${tag}/>`;
}
