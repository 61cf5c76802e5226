import { expect } from 'chai';
import { toUnicode } from 'tr46';
import { isIdentifier, opaqueString, usernameCaseMapped } from '../../lib/xmpp/precis.ts';

const ALEF = '\u05D0';

describe('RFC 8265 usernames and passwords', () => {
  describe('§3.6 usernames', () => {
    const legal: readonly (readonly [number, string, string])[] = [
      [1, 'juliet@example.com', 'juliet@example.com'],
      [2, 'fussball', 'fussball'],
      [3, 'fu\u00DFball', 'fu\u00DFball'],
      [4, '\u03C0', '\u03C0'],
      [5, '\u03A3', '\u03C3'],
      [6, '\u03C3', '\u03C3'],
      [7, '\u03C2', '\u03C2'],
    ];
    for (const [number, text, prepared] of legal) {
      it(`Table 1, ${number}: ${text}`, () => {
        expect(usernameCaseMapped(text)).to.equal(prepared);
      });
    }

    const illegal: readonly (readonly [number, string])[] = [
      [8, 'foo bar'],
      [9, ''],
      [10, 'henry\u2163'],
      [11, '\u221E'],
    ];
    for (const [number, text] of illegal) {
      it(`Table 2, ${number}: "${text}"`, () => {
        expect(usernameCaseMapped(text)).to.equal(undefined);
      });
    }
  });

  describe('§4.3 passwords', () => {
    const legal: readonly (readonly [number, string, string])[] = [
      [12, 'correct horse battery staple', 'correct horse battery staple'],
      [13, 'Correct Horse Battery Staple', 'Correct Horse Battery Staple'],
      [14, '\u03C0\u00DF\u00E5', '\u03C0\u00DF\u00E5'],
      [15, 'Jack of \u2666s', 'Jack of \u2666s'],
      [16, 'foo\u1680bar', 'foo bar'],
    ];
    for (const [number, text, prepared] of legal) {
      it(`Table 3, ${number}: ${text}`, () => {
        expect(opaqueString(text)).to.equal(prepared);
      });
    }

    const illegal: readonly (readonly [number, string])[] = [
      [17, ''],
      [18, 'my cat is a \tby'],
    ];
    for (const [number, text] of illegal) {
      it(`Table 4, ${number}: ${JSON.stringify(text)}`, () => {
        expect(opaqueString(text)).to.equal(undefined);
      });
    }
  });

  describe('RFC 8264 §8 the classes', () => {
    const rows: readonly (readonly [string, string, boolean, boolean])[] = [
      ['ASCII7', '~', true, true],
      ['LetterDigits', '\u4E2D', true, true],
      ['LetterDigits, mark', 'a\u0301\u0323', true, true],
      ['Exceptions, valid', '\u3007', true, true],
      ['Exceptions, disallowed', 'a\u0640', false, false],
      ['Unassigned', '\u0378', false, false],
      ['noncharacter', '\uFFFF', false, false],
      ['surrogate', '\uD800', false, false],
      ['private use', '\uE000', false, false],
      ['JoinControl, after a virama', '\u0915\u094D\u200D\u0937', true, true],
      ['JoinControl, elsewhere', 'a\u200Db', false, false],
      ['OldHangulJamo', '\u1100', false, false],
      ['PrecisIgnorableProperties', 'a\u00ADb', false, false],
      ['Controls', 'a\u0001', false, false],
      ['HasCompat', '\u2163', false, true],
      ['titlecase, which becomes lowercase', '\u1F88', true, true],
      ['OtherLetterDigits, Nl', '\u16EE', false, true],
      ['OtherLetterDigits, Me', 'a\u20DD', false, true],
      ['Spaces', 'a b', false, true],
      ['Symbols', '\u2665', false, true],
      ['Punctuation', '\u2010', false, true],
      ['middle dot between l', 'l\u00B7l', true, true],
      ['middle dot elsewhere', 'a\u00B7l', false, false],
      ['keraia before Greek', '\u0375\u03B1', true, true],
      ['keraia elsewhere', '\u0375a', false, false],
      ['geresh after Hebrew', `${ALEF}\u05F3`, true, true],
      ['geresh elsewhere', `\u05F3${ALEF}`, false, false],
      ['katakana middle dot with kana', '\u30A2\u30FB\u30A2', true, true],
      ['katakana middle dot elsewhere', 'a\u30FBb', false, false],
      ['two kinds of Arabic digits', '\u0627\u0661\u06F1', false, false],
    ];
    for (const [name, text, identifier, freeform] of rows) {
      it(`${name}: identifier ${identifier}, freeform ${freeform}`, () => {
        expect(usernameCaseMapped(text) !== undefined, 'identifier').to.equal(identifier);
        expect(opaqueString(text) !== undefined, 'freeform').to.equal(freeform);
      });
    }
  });

  describe('§3.3.1 the Bidi rule, for usernames', () => {
    const fits = [
      '\u05D0\u05D1',
      '\u05D0\u05D1.\u05D2',
      '\u05D0-1',
      '\u0627\u0663',
      '\u0627\u06F3',
      '\u05D0\u05B8',
      '\u05D01\u05B8',
      '\u05D0_\u05D1',
      'a_b-c1',
      '1a',
      '-',
    ];
    for (const text of fits) {
      it(`is met: ${JSON.stringify(text)}`, () => {
        expect(usernameCaseMapped(text)).to.equal(text);
      });
    }

    const fails = [
      ['1, begins with a digit', '1\u05D0'],
      ['1, begins with a sign', '_\u05D0'],
      ['1, begins with an Arabic digit', '\u0663'],
      ['2, a Latin letter in it', '\u05D0a\u05D1'],
      ['3, ends with a sign', '\u05D0_'],
      ['3, ends with a dot', '\u05D0.'],
      ['4, two kinds of digits', '\u06271\u0663'],
      ['5, a Hebrew letter behind a Latin one', 'a\u05D0'],
      ['5, an Arabic digit behind a Latin letter', 'a\u0663'],
      ['5, a Latin word around a Hebrew letter', 'a\u05D0b'],
    ] as const;
    for (const [condition, text] of fails) {
      it(`is broken: ${condition}`, () => {
        expect(usernameCaseMapped(text)).to.equal(undefined);
      });
    }

    it('§4.2 is no rule for passwords', () => {
      for (const [, text] of fails) expect(opaqueString(text)).to.equal(text);
    });

    it('decides as another implementation does, for every character that both know', () => {
      const differences: string[] = [];
      let compared = 0;
      for (let code = 0x21; code < 0x20000; code += 1) {
        const character = String.fromCodePoint(code);
        if (character === '.' || isFarFromBidi(code)) continue;
        for (const label of [
          `${ALEF}${character}${ALEF}`,
          `${ALEF}${character}`,
          `a${character}a`,
          `${character}${ALEF}`,
        ]) {
          if (!isIdentifier(label) || !isLabel(label, false)) continue;
          compared += 1;
          const expected = isLabel(label, true);
          if ((usernameCaseMapped(label) !== undefined) !== expected) differences.push(escape(label));
        }
      }
      expect(differences).to.deep.equal([]);
      expect(compared).to.be.greaterThan(20_000);
    });
  });
});

/** Whole blocks of letters that are all alike: a few of each are enough. */
function isFarFromBidi(code: number): boolean {
  const isUniform = (code >= 0x3400 && code < 0xa000) || (code >= 0xac00 && code < 0xd7b0) || code >= 0x12000;
  const isRightToLeft = code >= 0x1e800 && code < 0x1f000;
  return isUniform && !isRightToLeft && code % 97 !== 0;
}

/** Whether another implementation of the Bidi rule, the one for domain names, takes this label. */
function isLabel(label: string, checkBidi: boolean): boolean {
  const { error, domain } = toUnicode(label, { checkBidi, checkHyphens: false, useSTD3ASCIIRules: false });
  return !error && domain === label;
}

function escape(text: string): string {
  return text.replace(/[^ -~]/gu, (character) => `U+${(character.codePointAt(0) ?? 0).toString(16)} `);
}
