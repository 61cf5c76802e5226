import { isAscii, isUtf8 } from 'node:buffer';

/** What requests may be written in, and answers are on demand. @spec XEP-0124 §7.2 B-7.2-17 B-7.2-18 */
export const CHARSETS = ['UTF-8', 'ISO-8859-1', 'US-ASCII'] as const;

type Charset = (typeof CHARSETS)[number];

const PARAMETER = /;[ \t]*charset[ \t]*=[ \t]*"?([\w.:-]+)/i;
const DECLARED_ENCODING = /^<\?xml[^>]*?[ \t\r\n]encoding[ \t\r\n]*=[ \t\r\n]*["']([\w.:-]+)["'][^>]*\?>/;

/** The charset that a Content-Type names, if it is one of ours; otherwise UTF-8. @spec XEP-0124 §7.2 B-7.2-16 */
export function charsetOf(contentType: string | undefined): Charset {
  const name = contentType === undefined ? undefined : PARAMETER.exec(contentType)?.[1]?.toUpperCase();
  return CHARSETS.find((charset) => charset === name) ?? 'UTF-8';
}

/** The text of these bytes; undefined when they are none in that charset. */
export function decode(bytes: Buffer, charset: Charset): string | undefined {
  if (charset === 'UTF-8') return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
  if (charset === 'US-ASCII' && !isAscii(bytes)) return undefined;
  return withoutDeclaration(bytes.toString('latin1'), charset);
}

/** The bytes of an XML text; characters that the charset does not have become numeric references. D-26 */
export function encode(xml: string, charset: Charset): Buffer {
  if (charset === 'UTF-8') return Buffer.from(xml, 'utf8');
  const foreign = charset === 'US-ASCII' ? /[^\0-\x7f]/gu : /[^\0-\xff]/gu;
  const text = xml.replace(foreign, (character) => `&#${character.codePointAt(0) ?? 0xfffd};`);
  return Buffer.from(text, 'latin1');
}

/** A declaration that tells the same has done its work; the parser knows of UTF-8 only. D-23 */
function withoutDeclaration(text: string, charset: Charset): string {
  const declaration = DECLARED_ENCODING.exec(text);
  return declaration?.[1]?.toUpperCase() === charset ? text.slice(declaration[0].length) : text;
}
