/** The alphabets of XML names. @see https://www.w3.org/TR/xml-names/#NT-NCName */

const START = 1;
const NAME = 2;

/** For each ASCII character: may start an NCName, may continue one. */
const ASCII = new Uint8Array(128);
for (let code = 0; code < 128; code += 1) {
  const character = String.fromCharCode(code);
  if (/[A-Za-z_]/.test(character)) ASCII[code] = START | NAME;
  else if (/[0-9.-]/.test(character)) ASCII[code] = NAME;
}

const START_BEYOND =
  '\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u200C\\u200D\\u2070-\\u218F' +
  '\\u2C00-\\u2FEF\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFFD\\u{10000}-\\u{EFFFF}';
const NAME_BEYOND = `${START_BEYOND}\\u00B7\\u0300-\\u036F\\u203F\\u2040`;
const NCNAME = new RegExp(`^[A-Za-z_${START_BEYOND}][A-Za-z0-9_.\\-${NAME_BEYOND}]*$`, 'u');

/** True for units that end every name: white space, markup, and what no name may have in ASCII. */
function endsName(code: number): boolean {
  return code < 128 && ASCII[code] === 0;
}

/** The index after the run of name characters and colons that begins at `from`. */
export function endOfName(source: string, from: number): number {
  let index = from;
  while (index < source.length) {
    const code = source.charCodeAt(index);
    if (endsName(code) && code !== 58 /* : */) break;
    index += 1;
  }
  return index;
}

/** True when `source[from, to)` is an NCName. */
export function isNcName(source: string, from: number, to: number): boolean {
  if (from >= to) return false;
  for (let index = from; index < to; index += 1) {
    const code = source.charCodeAt(index);
    if (code >= 128) return NCNAME.test(source.slice(from, to));
    const kind = ASCII[code] ?? 0;
    if ((kind & (index === from ? START : NAME)) === 0) return false;
  }
  return true;
}
