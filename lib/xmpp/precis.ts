import { fitsBidi } from './bidi.ts';

/**
 * The string classes and profiles of PRECIS, as far as addresses and passwords need them.
 *
 * @spec RFC 8264 §8
 * @spec RFC 8265 §3.3
 * @spec RFC 8265 §4.2
 */

/** Derived property of one code point. */
type Property = 'valid' | 'free' | 'context' | 'disallowed';

const LETTER_DIGIT = /^[\p{Ll}\p{Lu}\p{Lo}\p{Nd}\p{Lm}\p{Mn}\p{Mc}]$/u;
const OTHER_LETTER_DIGIT = /^[\p{Lt}\p{Nl}\p{No}\p{Me}]$/u;
const SPACE = /^\p{Zs}$/u;
const SYMBOL_OR_PUNCTUATION = /^[\p{Sm}\p{Sc}\p{Sk}\p{So}\p{Pc}\p{Pd}\p{Ps}\p{Pe}\p{Pi}\p{Pf}\p{Po}]$/u;
const IGNORABLE = /^[\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]$/u;
const CONTROL = /^\p{Cc}$/u;
const UNASSIGNED = /^\p{Cn}$/u;
const VIRAMA =
  /[\u094D\u09CD\u0A4D\u0ACD\u0B4D\u0BCD\u0C4D\u0CCD\u0D3B\u0D3C\u0D4D\u0DCA\u0E3A\u0EBA\u0F84\u1039\u103A\u1714\u1715\u1734\u17D2\u1A60\u1B44\u1BAA\u1BAB\u1BF2\u1BF3\u2D7F\uA806\uA82C\uA8C4\uA953\uA9C0\uAAF6\uABED]/;

/** @spec RFC 8264 §9.6 */
const EXCEPTIONALLY_VALID = new Set([0xdf, 0x3c2, 0x6fd, 0x6fe, 0xf0b, 0x3007]);
const EXCEPTIONALLY_DISALLOWED = new Set([
  0x640, 0x7fa, 0x302e, 0x302f, 0x3031, 0x3032, 0x3033, 0x3034, 0x3035, 0x303b,
]);
const CONTEXTUAL = new Set([0xb7, 0x375, 0x5f3, 0x5f4, 0x30fb, 0x200c, 0x200d]);

/** Full-width and half-width forms become what they stand for. @spec RFC 8265 §3.3.2 */
function mapWidth(text: string): string {
  return text.replace(/[\u3000\uFF01-\uFFEE]/g, (character) => character.normalize('NFKC'));
}

/** A localpart as it is compared; undefined when it is none. @spec RFC 8265 §3.3 */
export function usernameCaseMapped(text: string): string | undefined {
  const mapped = mapWidth(text).toLowerCase().normalize('NFC');
  return isIdentifier(mapped) && fitsBidi(mapped) ? mapped : undefined;
}

/** Whether all characters are of the IdentifierClass, each where it may stand. @spec RFC 8264 §4.2 */
export function isIdentifier(text: string): boolean {
  return isOfClass(text, 'identifier');
}

/** A resourcepart or password as it is compared; undefined when it is none. @spec RFC 8265 §4.2 */
export function opaqueString(text: string): string | undefined {
  const mapped = text.replace(/\p{Zs}/gu, ' ').normalize('NFC');
  return isOfClass(mapped, 'freeform') ? mapped : undefined;
}

function isOfClass(text: string, kind: 'identifier' | 'freeform'): boolean {
  if (text === '') return false;
  const characters = [...text];
  return characters.every((character, index) => {
    const property = propertyOf(character);
    if (property === 'valid') return true;
    if (property === 'context') return fitsContext(characters, index);
    return property === 'free' && kind === 'freeform';
  });
}

/** @spec RFC 8264 §8 */
function propertyOf(character: string): Property {
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0x21 && code <= 0x7e) return 'valid';
  if (EXCEPTIONALLY_VALID.has(code)) return 'valid';
  if (EXCEPTIONALLY_DISALLOWED.has(code)) return 'disallowed';
  if (CONTEXTUAL.has(code) || isArabicIndicDigit(code)) return 'context';
  if (UNASSIGNED.test(character) || isOldHangulJamo(code)) return 'disallowed';
  if (IGNORABLE.test(character) || CONTROL.test(character)) return 'disallowed';
  if (character.normalize('NFKC') !== character) return 'free';
  if (LETTER_DIGIT.test(character)) return 'valid';
  if (OTHER_LETTER_DIGIT.test(character) || SPACE.test(character)) return 'free';
  return SYMBOL_OR_PUNCTUATION.test(character) ? 'free' : 'disallowed';
}

function isArabicIndicDigit(code: number): boolean {
  return (code >= 0x660 && code <= 0x669) || (code >= 0x6f0 && code <= 0x6f9);
}

function isOldHangulJamo(code: number): boolean {
  return (code >= 0x1100 && code <= 0x11ff) || (code >= 0xa960 && code <= 0xa97c) || (code >= 0xd7b0 && code <= 0xd7fb);
}

/** The contextual rules. @spec RFC 8264 §9.6 */
function fitsContext(characters: readonly string[], index: number): boolean {
  const code = characters[index]?.codePointAt(0) ?? 0;
  const before = characters[index - 1] ?? '';
  const after = characters[index + 1] ?? '';
  if (code === 0xb7) return before === 'l' && after === 'l';
  if (code === 0x375) return /\p{Script=Greek}/u.test(after);
  if (code === 0x5f3 || code === 0x5f4) return /\p{Script=Hebrew}/u.test(before);
  if (code === 0x30fb) return /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u.test(characters.join(''));
  if (code === 0x200c || code === 0x200d) return VIRAMA.test(before);
  const [from, to] = code <= 0x669 ? [0x6f0, 0x6f9] : [0x660, 0x669];
  return !characters.some((other) => {
    const digit = other.codePointAt(0) ?? 0;
    return digit >= from && digit <= to;
  });
}
