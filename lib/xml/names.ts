/** The alphabets of XML names. @see https://www.w3.org/TR/xml-names/#NT-NCName */

const START = 1;
const NAME = 2;
const COLON = 4;

/** For each ASCII character: may start an NCName, may continue one, or stands between two. */
const ASCII = new Uint8Array(128);
for (let code = 0; code < 128; code += 1) {
  const character = String.fromCharCode(code);
  if (/[A-Za-z_]/.test(character)) ASCII[code] = START | NAME;
  else if (/[0-9.-]/.test(character)) ASCII[code] = NAME;
  else if (character === ':') ASCII[code] = COLON;
}

const START_BEYOND =
  '\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u200C\\u200D\\u2070-\\u218F' +
  '\\u2C00-\\u2FEF\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFFD\\u{10000}-\\u{EFFFF}';
const NAME_BEYOND = `${START_BEYOND}\\u00B7\\u0300-\\u036F\\u203F\\u2040`;
const NCNAME = `[A-Za-z_${START_BEYOND}][A-Za-z0-9_.\\-${NAME_BEYOND}]*`;
const QNAME = new RegExp(`^(?:(${NCNAME}):)?(${NCNAME})$`, 'u');

/** A name as it stands in a document: `local` or `prefix:local`, both NCNames. */
export interface QName {
  readonly text: string;
  readonly prefix: string | undefined;
  readonly local: string;
}

/** The parts of a name; undefined when it is none. */
function splitName(text: string): QName | undefined {
  const match = QNAME.exec(text);
  const local = match?.[2];
  return local === undefined ? undefined : { text, prefix: match?.[1], local };
}

/** Whether the whole text is `local` or `prefix:local`. */
export function isQName(text: string): boolean {
  let expected = START;
  let hasPrefix = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code >= 128) return QNAME.test(text);
    const kind = ASCII[code] ?? 0;
    if (kind === COLON && expected === NAME && !hasPrefix) {
      hasPrefix = true;
      expected = START;
    } else {
      if ((kind & expected) === 0) return false;
      expected = NAME;
    }
  }
  return expected === NAME;
}

/** Whether a name may begin with this UTF-16 unit; true for all beyond ASCII, to be looked at later. */
export function isNameStart(code: number): boolean {
  return code < 128 ? ((ASCII[code] ?? 0) & START) !== 0 : code >= 128;
}

/** A power of two. */
const SLOTS = 1024;
const LONGEST_KEPT = 48;

/**
 * Names that documents used before. The names of XMPP are few: most are found here, already checked,
 * and need no string of their own. Each has one slot by its hash; a newcomer takes the slot over.
 */
const known: (QName | undefined)[] = Array.from({ length: SLOTS });

/** Reads the run of name characters that begins at `from`; undefined when it is no name. */
export function readName(source: string, from: number): QName | undefined {
  let hash = 0;
  let end = from;
  for (let code = source.charCodeAt(end); isInName(code); code = source.charCodeAt(end)) {
    hash = (hash * 31 + code) | 0;
    end += 1;
  }
  const slot = (hash ^ (hash >>> 10)) & (SLOTS - 1);
  const found = known[slot];
  if (found !== undefined && found.text.length === end - from && startsAt(source, from, found.text)) return found;
  const name = splitName(source.slice(from, end));
  if (name === undefined || end - from > LONGEST_KEPT) return name;
  const kept = {
    text: copyOf(name.text),
    prefix: name.prefix && copyOf(name.prefix),
    local: copyOf(name.local),
  };
  known[slot] = kept;
  return kept;
}

/** Whether a name goes on with this UTF-16 unit; what lies beyond ASCII is looked at later. */
function isInName(code: number): boolean {
  return code < 128 ? ASCII[code] !== 0 : code >= 128;
}

/** The same as `source.startsWith(text, from)`, which takes longer for short texts. */
export function startsAt(source: string, from: number, text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (source.charCodeAt(from + index) !== text.charCodeAt(index)) return false;
  }
  return true;
}

/** The same string as a property key: it does not keep the document alive that it was cut from. */
function copyOf(text: string): string {
  return Object.keys({ [text]: 0 })[0] ?? text;
}
