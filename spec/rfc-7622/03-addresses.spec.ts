import { expect } from 'chai';
import fc from 'fast-check';
import { Jid } from '../../lib/xmpp/jid.ts';

type Parts = readonly [local: string | undefined, domain: string, resource: string | undefined];

/** Table 1 of §3.5, by its numbers. */
const LEGAL: readonly (readonly [number, string, Parts])[] = [
  [1, 'juliet@example.com', ['juliet', 'example.com', undefined]],
  [2, 'juliet@example.com/foo', ['juliet', 'example.com', 'foo']],
  [3, 'juliet@example.com/foo bar', ['juliet', 'example.com', 'foo bar']],
  [4, 'juliet@example.com/foo@bar', ['juliet', 'example.com', 'foo@bar']],
  [5, 'foo\\20bar@example.com', ['foo\\20bar', 'example.com', undefined]],
  [6, 'fussball@example.com', ['fussball', 'example.com', undefined]],
  [7, 'fu\u00DFball@example.com', ['fu\u00DFball', 'example.com', undefined]],
  [8, '\u03C0@example.com', ['\u03C0', 'example.com', undefined]],
  [9, '\u03A3@example.com/foo', ['\u03C3', 'example.com', 'foo']],
  [10, '\u03C3@example.com/foo', ['\u03C3', 'example.com', 'foo']],
  [11, '\u03C2@example.com/foo', ['\u03C2', 'example.com', 'foo']],
  [12, 'king@example.com/\u265A', ['king', 'example.com', '\u265A']],
  [13, 'example.com', [undefined, 'example.com', undefined]],
  [14, 'example.com/foobar', [undefined, 'example.com', 'foobar']],
  [15, 'a.example.com/b@example.net', [undefined, 'a.example.com', 'b@example.net']],
];

/** Table 2 of §3.5, by its numbers. */
const ILLEGAL: readonly (readonly [number, string])[] = [
  [16, '"juliet"@example.com'],
  [17, 'foo bar@example.com'],
  [18, 'juliet@example.com/ foo'],
  [19, '@example.com/'],
  [20, 'henry\u2163@example.com'],
  [21, '\u265A@example.com'],
  [22, 'juliet@'],
  [23, '/foobar'],
];

function partsOf(jid: Jid | undefined): Parts | undefined {
  return jid && [jid.local, jid.domain, jid.resource];
}

describe('RFC 7622 §3 addresses', () => {
  describe('§3.5 Table 1', () => {
    for (const [number, text, parts] of LEGAL) {
      it(`${number} is an address: ${text}`, () => {
        expect(partsOf(Jid.parse(text))).to.deep.equal(parts);
      });
    }

    it('6 and 7 are different, 9 and 10 are the same, and 11 is another', () => {
      const text = (number: number): string => Jid.parse(LEGAL[number - 1]?.[1] ?? '')?.toString() ?? 'none';
      expect(text(6)).not.to.equal(text(7));
      expect(text(9)).to.equal(text(10));
      expect(text(9)).not.to.equal(text(11));
    });
  });

  describe('§3.5 Table 2', () => {
    for (const [number, text] of ILLEGAL) {
      it(`${number} is no address: ${text}`, () => {
        expect(Jid.parse(text)).to.equal(undefined);
      });
    }
  });

  describe('§3.3 localpart', () => {
    for (const character of [
      '"',
      '&',
      "'",
      '/',
      ':',
      '<',
      '>',
      '@',
      ' ',
      '\t',
      '\u0000',
      '\u00A0',
      '\u3000',
      '\uFFFD',
    ]) {
      it(`§3.3.1 has no ${JSON.stringify(character)}`, () => {
        expect(Jid.make(`a${character}b`, 'example.com')).to.equal(undefined);
      });
    }

    for (const [wide, character] of [
      ['\uFF20', '@'],
      ['\uFF0F', '/'],
      ['\uFF02', '"'],
      ['\uFF1C', '<'],
    ] as const) {
      it(`§3.3.1 has no ${character} in its wide form either`, () => {
        expect(Jid.make(`a${wide}b`, 'example.com')).to.equal(undefined);
      });
    }

    for (const character of '!#$%()*+,-.;=?[\\]^_`{|}~') {
      it(`may have ${character}`, () => {
        expect(Jid.make(`a${character}b`, 'example.com')?.local).to.equal(`a${character}b`);
      });
    }

    it('is compared without regard to case, width and composition', () => {
      const forms = [
        'Zo\u00EB@example.com',
        'zoe\u0308@example.com',
        'ZOE\u0308@EXAMPLE.com',
        '\uFF3A\uFF2F\u00CB@example.com',
      ];
      for (const form of forms) expect(Jid.parse(form)?.toString(), form).to.equal('zo\u00EB@example.com');
    });

    it('has at most 1023 octets', () => {
      expect(Jid.make('a'.repeat(1023), 'example.com')).not.to.equal(undefined);
      expect(Jid.make('a'.repeat(1024), 'example.com')).to.equal(undefined);
      expect(Jid.make('\u00E9'.repeat(511), 'example.com')).not.to.equal(undefined);
      expect(Jid.make('\u00E9'.repeat(512), 'example.com')).to.equal(undefined);
    });
  });

  describe('§3.4 resourcepart', () => {
    it('keeps case and width, and makes one kind of space of all', () => {
      expect(Jid.parse('a@example.com/Foo\u00A0\uFF22\u3000x')?.resource).to.equal('Foo \uFF22 x');
    });

    it('is composed', () => {
      expect(Jid.parse('a@example.com/e\u0308')?.resource).to.equal('\u00EB');
    });

    it('may have slashes and everything that a localpart may not', () => {
      expect(Jid.parse('a@example.com/b/c@d"&\'<>:')?.resource).to.equal('b/c@d"&\'<>:');
    });

    for (const character of [
      '\u0000',
      '\t',
      '\n',
      '\u007F',
      '\u0085',
      '\u200B',
      '\uFEFF',
      '\uFFFE',
      '\uD800',
      '\uE000',
    ]) {
      it(`has no ${JSON.stringify(character)}`, () => {
        expect(Jid.make('a', 'example.com', `b${character}c`)).to.equal(undefined);
      });
    }

    for (const space of [' ', '\u00A0', '\u3000']) {
      it(`18 does not begin with a space: ${JSON.stringify(space)}`, () => {
        expect(Jid.make('a', 'example.com', `${space}foo`)).to.equal(undefined);
        expect(Jid.parse('a@example.com')?.withResource(`${space}foo`)).to.equal(undefined);
      });
    }

    it('has at most 1023 octets', () => {
      expect(Jid.make('a', 'example.com', '\u265A'.repeat(341))).not.to.equal(undefined);
      expect(Jid.make('a', 'example.com', '\u265A'.repeat(342))).to.equal(undefined);
    });
  });

  it('has at most 3071 octets, and more is not looked at', () => {
    expect(Jid.parse(`a@example.com/${'b'.repeat(3100)}`)).to.equal(undefined);
  });

  describe('what was prepared once', () => {
    const part = fc.oneof(fc.string({ unit: 'grapheme', minLength: 1 }), fc.string({ unit: 'binary', minLength: 1 }));

    it('is prepared: reading it again changes nothing', () => {
      fc.assert(
        fc.property(part, part, (local, resource) => {
          const jid = Jid.make(local, 'example.com', resource) ?? Jid.make(undefined, 'example.com', resource);
          fc.pre(jid !== undefined);
          expect(partsOf(Jid.parse(jid.toString()))).to.deep.equal(partsOf(jid));
        }),
        { numRuns: 2000 },
      );
    });

    it('is prepared: every letter that there is', () => {
      const unstable: string[] = [];
      for (let code = 0; code < 0x110000; code += 1) {
        const letter = String.fromCodePoint(code);
        if (!/^\p{L}$/u.test(letter)) continue;
        for (const name of [letter, `a${letter}`, `${letter}\u0301`]) {
          const jid = Jid.make(name, 'example.com');
          if (jid && Jid.make(jid.local, 'example.com')?.local !== jid.local) unstable.push(code.toString(16));
        }
      }
      expect(unstable).to.deep.equal([]);
    });
  });
});
