import { expect } from 'chai';
import { equal, xml } from '../../lib/xml/index.ts';
import { read } from '../support/read-xml.ts';

describe('XML: equal', () => {
  const same: readonly (readonly [string, string])[] = [
    ["<a b='1' c='2'/>", '<a c="2" b="1"></a>'],
    ["<a xmlns='u'/>", "<p:a xmlns:p='u'/>"],
    ["<a xmlns:p='u' p:b='1'/>", "<a xmlns:q='u' q:b='1'/>"],
    ["<a xmlns:p='u'/>", '<a/>'],
    ["<a xmlns=''/>", '<a/>'],
    ['<a>x<![CDATA[y]]>z</a>', '<a>xyz</a>'],
    ['<a>&#65;</a>', '<a>A</a>'],
    [`<a xmlns:xml='http://www.w3.org/XML/1998/namespace' xml:lang='en'/>`, "<a xml:lang='en'/>"],
    ["<a xmlns='u'><b/></a>", "<p:a xmlns:p='u'><b xmlns='u'/></p:a>"],
  ];
  for (const [a, b] of same) it(`${a} is ${b}`, () => expect(equal(read(a), read(b))).to.equal(true));

  const different: readonly (readonly [string, string])[] = [
    ['<a/>', '<b/>'],
    ["<a xmlns='u'/>", "<a xmlns='v'/>"],
    ["<a xmlns='u'/>", '<a/>'],
    ["<a b='1'/>", "<a b='2'/>"],
    ["<a b='1'/>", '<a/>'],
    ["<a b='1'/>", "<a c='1'/>"],
    ["<a xmlns:p='u' p:b='1'/>", "<a b='1'/>"],
    ["<a xmlns='u' xmlns:p='u' p:b='1'/>", "<a xmlns='u' b='1'/>"],
    ['<a>x</a>', '<a>x </a>'],
    ['<a><b/><c/></a>', '<a><c/><b/></a>'],
    ['<a>x<b/></a>', '<a><b/>x</a>'],
    ['<a><b/></a>', '<a><b/><b/></a>'],
    ['<a><b/></a>', '<a>b</a>'],
    ["<a xmlns='u'><b/></a>", "<p:a xmlns:p='u'><b/></p:a>"],
  ];
  for (const [a, b] of different) {
    it(`${a} is not ${b}`, () => {
      expect(equal(read(a), read(b))).to.equal(false);
      expect(equal(read(b), read(a))).to.equal(false);
    });
  }

  it('joins neighbouring texts of built elements', () => {
    expect(equal(xml('a', {}, 'x', '', 'y'), xml('a', {}, 'xy'))).to.equal(true);
  });
});
