import type { XmlCondition } from './xml-error.ts';

/** Why a piece of text was refused. */
export interface TextFault {
  readonly condition: XmlCondition;
  readonly reason: string;
}

const ILLEGAL = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/; // eslint-disable-line no-control-regex

const LONE_SURROGATE = /\p{Surrogate}/u;

const PREDEFINED: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['apos', "'"],
  ['quot', '"'],
]);
const REFERENCE = /&(?:([A-Za-z_:][\w:.-]*)|#([0-9]+)|#x([0-9A-Fa-f]+));|&/g;

/** In Node ≥ 20; the library types of ES2023 do not know it yet. */
interface WellFormedCheck {
  isWellFormed(): boolean;
}

/** Where the first character stands that XML does not allow; -1 when there is none. */
export function indexOfIllegal(source: string): number {
  const index = source.search(ILLEGAL);
  if (index >= 0 || (source as unknown as WellFormedCheck).isWellFormed()) return index;
  return source.search(LONE_SURROGATE);
}

/** White space of XML. */
export function isSpace(code: number): boolean {
  return code === 32 || code === 10 || code === 9 || code === 13;
}

/** True when no text of the document needs `readText`: what is written is what is meant. */
export function isPlain(source: string): boolean {
  return !source.includes('&') && !source.includes('\r') && !source.includes(']]>');
}

/** Reads raw text: references resolved, line ends normalised. @see https://www.w3.org/TR/xml/#sec-line-ends */
export function readText(raw: string): string | TextFault {
  if (raw.includes(']]>')) return { condition: 'not-well-formed', reason: 'the end of a CDATA section in text' };
  return resolve(normaliseLineEnds(raw));
}

/** Reads a raw attribute value. @see https://www.w3.org/TR/xml/#AVNormalize */
export function readAttribute(raw: string): string | TextFault {
  return resolve(raw.replace(/\r\n|[\t\r\n]/g, ' '));
}

/** @see https://www.w3.org/TR/xml/#sec-line-ends */
export function normaliseLineEnds(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

function resolve(text: string): string | TextFault {
  if (!text.includes('&')) return text;
  let fault: TextFault | undefined;
  const resolved = text.replace(REFERENCE, (match, name?: string, decimal?: string, hexadecimal?: string) => {
    const character =
      name !== undefined
        ? PREDEFINED.get(name)
        : characterOf(decimal !== undefined ? Number(decimal) : Number.parseInt(hexadecimal ?? '', 16));
    if (character !== undefined) return character;
    fault ??= {
      condition: name === undefined ? 'not-well-formed' : 'restricted-xml',
      reason: name === undefined ? 'a bad reference' : 'an entity reference',
    };
    return match;
  });
  return fault ?? resolved;
}

/** The character with this code, if XML allows it. */
function characterOf(code: number): string | undefined {
  const isAllowed =
    code === 9 ||
    code === 10 ||
    code === 13 ||
    (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    (code >= 0x10000 && code <= 0x10ffff);
  return isAllowed ? String.fromCodePoint(code) : undefined;
}
