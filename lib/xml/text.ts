import type { XmlCondition } from './xml-error.ts';

/** Why a piece of text was refused. */
export interface TextFault {
  readonly condition: XmlCondition;
  readonly reason: string;
}

const ILLEGAL = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/; // eslint-disable-line no-control-regex

const PREDEFINED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', apos: "'", quot: '"' };
const REFERENCE = /&(?:([A-Za-z_:][\w:.-]*)|#([0-9]{1,8})|#x([0-9A-Fa-f]{1,8}));|&/g;

/** In Node ≥ 20; the library types of ES2023 do not know it yet. */
interface WellFormedCheck {
  isWellFormed(): boolean;
}

/** True when some character of the document may not stand in XML at all. */
export function hasIllegalCharacter(source: string): boolean {
  return ILLEGAL.test(source) || !(source as unknown as WellFormedCheck).isWellFormed();
}

/**
 * Reads raw text or a raw attribute value: references resolved, line ends and white space
 * normalised as XML 1.0 §2.11 and §3.3.3 say.
 */
export function readText(raw: string, where: 'content' | 'attribute'): string | TextFault {
  let text = raw;
  if (where === 'content') {
    if (text.includes(']]>')) return { condition: 'not-well-formed', reason: 'the end of a CDATA section in text' };
    if (text.includes('\r')) text = text.replace(/\r\n?/g, '\n');
  } else {
    if (text.includes('<')) return { condition: 'not-well-formed', reason: 'a < in an attribute' };
    text = normaliseSpace(text);
  }
  return text.includes('&') ? resolve(text) : text;
}

function normaliseSpace(text: string): string {
  return /[\t\r\n]/.test(text) ? text.replace(/\r\n|[\t\r\n]/g, ' ') : text;
}

function resolve(text: string): string | TextFault {
  let fault: TextFault | undefined;
  const resolved = text.replace(REFERENCE, (match, name?: string, decimal?: string, hexadecimal?: string) => {
    const character =
      name !== undefined
        ? PREDEFINED[name]
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
