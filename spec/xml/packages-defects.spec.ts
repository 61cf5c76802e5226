import { expect } from 'chai';
import { AssertionError } from '../../lib/base/assert.ts';
import { Element, parse, serialize, xml, XmlFramer } from '../../lib/xml/index.ts';
import { read, refusal } from '../support/read-xml.ts';

/** Each is a case that the parsers or the writer of ltx 3.1.2 and @xmpp/xml 0.14.0 get wrong. */
describe('XML: defects of the packages that Holdfast does not have', () => {
  it('text is not lost behind a CDATA section', () => {
    expect(read('<a><![CDATA[q]]>y</a>').text).to.equal('qy');
    expect(read('<a>x<![CDATA[q]]><b/>z</a>').text).to.equal('xqz');
  });

  it('text around a comment is not lost: comments are refused', () => {
    expect(refusal('<a>x<!-- c -->y</a>').condition).to.equal('restricted-xml');
  });

  it('elements are not lost behind a document type: it is refused', () => {
    const text = '<body><!DOCTYPE z><message>hi</message><!-- --><b/></body>';
    expect(refusal(text).condition).to.equal('restricted-xml');
  });

  it('a comment or processing instruction in two writes does not stall the stream', () => {
    for (const [first, second] of [
      ['<!-', '- x -->'],
      ['<?', 'x ?>'],
    ] as const) {
      const framer = new XmlFramer();
      expect(framer.push(`<s>${first}`).ok && framer.push(second).ok).to.equal(false);
    }
  });

  it("xmlns='' counts", () => {
    const [child] = read("<a xmlns='u'><b xmlns=''/></a>").getChildElements();
    expect(child?.getNS()).to.equal('');
  });

  it('an attribute __proto__ is kept', () => {
    const element = read("<a __proto__='1' b='2'/>");
    expect(Object.entries(element.attrs)).to.deep.equal([
      ['__proto__', '1'],
      ['b', '2'],
    ]);
    expect(Object.getPrototypeOf(element.attrs)).to.equal(Object.prototype);
  });

  it('white space in attributes and CR in text survive writing', () => {
    const element = xml('a', { b: '\t\r\n' }, '\r\n');
    const again = read(serialize(element));
    expect(again.attrs['b']).to.equal('\t\r\n');
    expect(again.text).to.equal('\r\n');
  });

  it('control characters are not written', () => {
    expect(serialize(xml('a', { b: '\u0001' }, '\u0000'))).to.equal('<a b="\uFFFD">\uFFFD</a>');
  });

  it('names cannot inject markup', () => {
    expect(() => serialize(new Element('a><evil'))).to.throw(AssertionError);
    expect(() => serialize(xml('a', { 'b="1" c': '2' }))).to.throw(AssertionError);
  });

  it('deep trees overflow no stack', () => {
    let element = xml('a', { xmlns: 'u' });
    const root = element;
    for (let depth = 1; depth < 50_000; depth += 1) {
      const child = xml('a');
      element.append(child);
      element = child;
    }
    expect(element.getNS()).to.equal('u');
    expect(serialize(root).length).to.be.above(50_000);
    expect(root.toString()).to.equal(serialize(root));
    expect(refusal('<a>'.repeat(100_000)).condition).to.equal('too-big');
  });

  it('errors do not quote the text', () => {
    expect(refusal(`<a>&${'x'.repeat(100_000)};</a>`).reason.length).to.be.below(81);
  });

  it('an end tag first is an error, not an exception', () => {
    expect(parse('</a>').ok).to.equal(false);
    expect(new XmlFramer().push('</a>').ok).to.equal(false);
  });

  it('a truncated document is an error', () => {
    const text = "<a xmlns='u'><b c='&lt;'>x<![CDATA[y]]></b></a>";
    for (let length = 0; length < text.length; length += 1) expect(parse(text.slice(0, length)).ok).to.equal(false);
    expect(parse(text).ok).to.equal(true);
  });
});
