/**
 * The direction of a character, as the Bidi rule tells them apart: `R` stands for R and AL, `neutral`
 * for all that may stand anywhere but at the end.
 */
type Direction = 'L' | 'R' | 'AN' | 'EN' | 'NSM' | 'neutral';

/** The blocks of right-to-left scripts; what is a letter there, or a digit that is not listed below, is R or AL. */
const RIGHT_TO_LEFT = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFF\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;
const ARABIC_DIGIT = /[\u0660-\u0669\u{10D30}-\u{10D39}\u{10D40}-\u{10D49}]/u;
const EUROPEAN_DIGIT = /[0-9\u06F0-\u06F9]/;
const MARK = /\p{Mn}/u;
/** Nonspacing marks that are L all the same. */
const STRONG_MARK = /[\u0CBF\u0CC6\u{11A07}\u{11A08}\u{11C3F}]/u;
/** Modifier letters without a direction. */
const NEUTRAL_LETTER = /[\u02B9\u02BA\u02C6-\u02CF\u02EC\u2E2F\uA67F\uA717-\uA71F\uA788]/;
/** What has a direction: letters and the like, and those signs that an identifier may have all the same. */
const STRONG = /[\p{L}\p{Nd}\p{Mc}\u05F3\u05F4\u06FD\u06FE\u0F0B\u3007]/u;

/**
 * Whether a string of letters, digits, marks and ASCII meets the six conditions of the Bidi rule; one
 * without right-to-left characters does.
 *
 * @spec RFC 5893 §2
 */
export function fitsBidi(text: string): boolean {
  if (!RIGHT_TO_LEFT.test(text)) return true;
  const directions = [...text].map(directionOf);
  if (!directions.includes('R') && !directions.includes('AN')) return true;
  const end = directions.findLast((direction) => direction !== 'NSM');
  return (
    directions[0] === 'R' &&
    !directions.includes('L') &&
    (end === 'R' || end === 'EN' || end === 'AN') &&
    !(directions.includes('EN') && directions.includes('AN'))
  );
}

function directionOf(character: string): Direction {
  if (EUROPEAN_DIGIT.test(character)) return 'EN';
  if (ARABIC_DIGIT.test(character)) return 'AN';
  if (MARK.test(character)) return STRONG_MARK.test(character) ? 'L' : 'NSM';
  if (!STRONG.test(character) || NEUTRAL_LETTER.test(character)) return 'neutral';
  return RIGHT_TO_LEFT.test(character) ? 'R' : 'L';
}
