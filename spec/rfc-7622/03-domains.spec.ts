import { expect } from 'chai';
import { prepareDomain } from '../../lib/xmpp/domain.ts';

describe('RFC 7622 §3.2 domainpart', () => {
  const legal: readonly (readonly [string, string])[] = [
    ['example.com', 'example.com'],
    ['EXAMPLE.Com', 'example.com'],
    ['example.com.', 'example.com'],
    ['localhost', 'localhost'],
    ['a-b.example', 'a-b.example'],
    ['1.example', '1.example'],
    ['b\u00FCcher.example', 'b\u00FCcher.example'],
    ['B\u00DCCHER.example', 'b\u00FCcher.example'],
    ['xn--bcher-kva.example', 'b\u00FCcher.example'],
    ['XN--BCHER-KVA.example', 'b\u00FCcher.example'],
    ['bu\u0308cher.example', 'b\u00FCcher.example'],
    ['fa\u00DF.example', 'fa\u00DF.example'],
    ['\uFF45xample\u3002com', 'example.com'],
    ['\u0646\u0627\u0645\u0647\u200C\u0627\u06CC.example', '\u0646\u0627\u0645\u0647\u200C\u0627\u06CC.example'],
    ['192.0.2.1', '192.0.2.1'],
    ['[2001:DB8::1]', '[2001:db8::1]'],
    [`${'a'.repeat(63)}.example`, `${'a'.repeat(63)}.example`],
  ];
  for (const [text, prepared] of legal) {
    it(`is ${prepared}: ${text}`, () => {
      expect(prepareDomain(text)).to.equal(prepared);
      expect(prepareDomain(prepared), 'once more').to.equal(prepared);
    });
  }

  const illegal = [
    '',
    '.',
    '..',
    'a..b',
    '.example',
    'example..',
    '-a.example',
    'a-.example',
    'ab--cd.example',
    'a_b.example',
    'a b.example',
    'a@b',
    'xn--a.example',
    'xn--\u00FC.example',
    '\u265A.example',
    'a\u00B7b.example',
    'a\u200Bb\u0000.example',
    '[::1',
    '[]',
    '[127.0.0.1]',
    '[fe80::1%eth0]',
    '::1',
    `${'a'.repeat(64)}.example`,
    `${'a.'.repeat(127)}example`,
  ];
  for (const text of illegal) {
    it(`is refused: ${JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)}`, () => {
      expect(prepareDomain(text)).to.equal(undefined);
    });
  }

  describe('RFC 5893 §2 the Bidi rule', () => {
    const fits: readonly (readonly [string, string])[] = [
      ['1', '\u05D0\u05D1\u05D2'],
      ['1', '\u0627\u0628\u062C'],
      ['2', '\u05D0-\u05D1'],
      ['2', '\u05D01\u05D1'],
      ['2', '\u0627\u0663\u0628'],
      ['3', '\u05D0\u05D11'],
      ['3', '\u0627\u0663'],
      ['3', '\u05D0\u05B8'],
      ['3', '\u05D01\u05B8'],
      ['5, 6', 'a1.\u05D0'],
      ['5, 6', 'a-b.\u05D0.example'],
    ];
    for (const [condition, text] of fits) {
      it(`condition ${condition} is met: ${escaped(text)}`, () => {
        expect(prepareDomain(text)).to.equal(text);
      });
    }

    const fails: readonly (readonly [string, string])[] = [
      ['1', '1\u05D0'],
      ['1', '\u0663\u0627'],
      ['1', '1a.\u05D0'],
      ['2', '\u05D0a\u05D1'],
      ['3', '\u05D0a'],
      ['4', '\u06271\u0663'],
      ['5', 'a\u05D0'],
      ['5', 'a\u0663'],
      ['5', 'a\u05D0b'],
    ];
    for (const [condition, text] of fails) {
      it(`condition ${condition} is broken: ${escaped(text)}`, () => {
        expect(prepareDomain(text)).to.equal(undefined);
      });
    }
  });
});

function escaped(text: string): string {
  return text.replace(/[^\0-~]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
