import { expect } from 'chai';
import { AssertionError } from '../../lib/base/assert.ts';
import { escapeAttribute, escapeText, serialize, xml } from '../../lib/xml/index.ts';
import { read } from '../support/read-xml.ts';

describe('XML: the writer', () => {
  it('writes elements, attributes and text in order', () => {
    const element = xml('a', { z: '1', 'xml:lang': 'en', b: '' }, 'x', xml('b'), xml('c', {}, 'y', xml('d')), 'z');
    expect(serialize(element)).to.equal('<a z="1" xml:lang="en" b="">x<b/><c>y<d/></c>z</a>');
  });

  it('escapes text', () => {
    expect(escapeText('<a> & ]]> "\'\t\n\r')).to.equal('&lt;a&gt; &amp; ]]&gt; "\'\t\n&#13;');
  });

  it('escapes attributes for either quotation mark', () => {
    expect(escapeAttribute('<a> & "\'\t\n\r')).to.equal('&lt;a&gt; &amp; &quot;&apos;&#9;&#10;&#13;');
  });

  it('leaves other characters as they are', () => {
    const text = 'é\u0085\u2028\uFFFD\uFEFF\u{1FFFE}😀';
    expect(escapeText(text)).to.equal(text);
    expect(escapeAttribute(text)).to.equal(text);
  });

  it('writes U+FFFD for each character that XML cannot carry', () => {
    const text = '\u0000\u0008\u000B\u000C\u001F\uFFFE\uFFFF\uD800\uDC00x\uDC00\uD800';
    const written = serialize(xml('a', { b: text }, text));
    const replaced = `${'\uFFFD'.repeat(7)}\uD800\uDC00x\uFFFD\uFFFD`;
    expect(written).to.equal(`<a b="${replaced}">${replaced}</a>`);
    expect(read(written).text).to.equal(replaced);
  });

  it('RFC 6120 §11.3 writes no name that is none', () => {
    for (const name of ['', ' ', 'a b', 'a>', '1a', ':a', 'a:', 'a:b:c', 'a:1', 'a\u00D7', '-a', 'a/']) {
      expect(() => serialize(xml(name)), name).to.throw(AssertionError);
      expect(() => serialize(xml('a', { [name]: '1' })), name).to.throw(AssertionError);
    }
  });

  it('writes every kind of name', () => {
    for (const name of ['a', '_', 'a-b.c_1', 'é', 'p:a', 'é:é', '\u{10400}']) {
      expect(serialize(xml(name))).to.equal(`<${name}/>`);
    }
  });

  it('leaves out empty text', () => expect(serialize(xml('a', {}, ''))).to.equal('<a></a>'));
});
