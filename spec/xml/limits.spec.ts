import { expect } from 'chai';
import { parse, parseBytes, serialize, XML_LIMITS, type XmlLimits } from '../../lib/xml/index.ts';
import { countingStringWork } from '../support/string-work.ts';
import { read, refusal } from '../support/read-xml.ts';

/** For each limit: a document that has exactly so much of it. */
const DOCUMENTS: Readonly<Record<keyof XmlLimits, (count: number) => string>> = {
  bytes: (count) => `<a>${'x'.repeat(count - 7)}</a>`,
  depth: (count) => '<a>'.repeat(count) + '</a>'.repeat(count),
  elements: (count) => `<a>${'<b/>'.repeat(count - 1)}</a>`,
  attributes: (count) => `<a${Array.from({ length: count }, (_, index) => ` b${index}='1'`).join('')}/>`,
  name: (count) => `<${'n'.repeat(count)}/>`,
  prefixes: (count) => `<a${Array.from({ length: count }, (_, index) => ` xmlns:p${index}='u'`).join('')}/>`,
};

describe('XML: limits', () => {
  for (const [limit, documentWith] of Object.entries(DOCUMENTS)) {
    it(`${limit}: the default is reached, and one more is too big`, () => {
      const most = XML_LIMITS[limit as keyof XmlLimits];
      expect(parse(documentWith(most)).ok).to.equal(true);
      expect(refusal(documentWith(most + 1)).condition).to.equal('too-big');
    });

    it(`${limit}: can be set`, () => {
      const limits = { [limit]: 10 };
      expect(parse(documentWith(10), { limits }).ok).to.equal(true);
      expect(refusal(documentWith(11), { limits }).condition).to.equal('too-big');
    });
  }

  it('bytes: counts bytes where bytes are given', () => {
    const bytes = Buffer.from('<a>éé</a>');
    expect(bytes.length).to.equal(11);
    expect(parseBytes(bytes, { limits: { bytes: 11 } }).ok).to.equal(true);
    const parsed = parseBytes(bytes, { limits: { bytes: 10 } });
    expect(parsed.ok ? undefined : parsed.error.condition).to.equal('too-big');
  });

  it('name: holds for attributes', () => {
    const name = 'n'.repeat(XML_LIMITS.name + 1);
    expect(refusal(`<a ${name}='1'/>`).condition).to.equal('too-big');
    expect(refusal(`<a xmlns:${name}='u'/>`).condition).to.equal('too-big');
  });

  it('depth: counts empty elements too', () => {
    const limits = { depth: 2 };
    expect(parse('<a><b/><b></b></a>', { limits }).ok).to.equal(true);
    expect(refusal('<a><b><c/></b></a>', { limits }).condition).to.equal('too-big');
  });

  it('prefixes: counts what is in scope, not what was', () => {
    const limits = { prefixes: 2 };
    const child = "<b xmlns:q='v'/><b xmlns:q='v'></b>";
    expect(parse(`<a xmlns:p='u'>${child.repeat(5)}</a>`, { limits }).ok).to.equal(true);
    expect(refusal("<a xmlns:p='u'><b xmlns:p='v'><c xmlns:p='w'/></b></a>", { limits }).condition).to.equal('too-big');
  });

  it('a document at all limits is read, written and read again', () => {
    const limits = { bytes: 10_000_000, depth: 20_000, elements: 20_000 };
    const text = '<a>'.repeat(20_000) + '</a>'.repeat(20_000);
    const written = serialize(read(text, { limits }));
    expect(written).to.equal(`${'<a>'.repeat(19_999)}<a/>${'</a>'.repeat(19_999)}`);
  });
});

describe('XML: the work is linear', () => {
  const shapes: Readonly<Record<string, (count: number) => string>> = {
    text: (count) => `<a>${'x'.repeat(count)}</a>`,
    references: (count) => `<a>${'&amp;'.repeat(count)}</a>`,
    'an attribute': (count) => `<a b='${'x&lt;'.repeat(count)}'/>`,
    'CDATA sections': (count) => `<a>${'<![CDATA[x]]>'.repeat(count)}</a>`,
    elements: (count) => `<a>${"<b c='1'>x</b>".repeat(count)}</a>`,
    depth: (count) => '<a>'.repeat(count) + '</a>'.repeat(count),
    prefixes: (count) => `<a>${"<p:b xmlns:p='u' p:c='1'/>".repeat(count)}</a>`,
    'white space': (count) => `<a ${' '.repeat(count)}>${' '.repeat(count)}</a${' '.repeat(count)}>`,
    'a reference without end': (count) => `<a>&#${'1'.repeat(count)}</a>`,
    'many references without end': (count) => `<a>${'&'.repeat(count)}</a>`,
    'a CDATA section without end': (count) => `<a><![CDATA[${']]'.repeat(count)}</a>`,
    'an attribute without end': (count) => `<a b='${'x'.repeat(count)}`,
    'brackets in text': (count) => `<a>${']'.repeat(count)}</a>`,
  };
  const limits = { bytes: 1e7, elements: 1e6, depth: 1e6 };
  for (const [what, shape] of Object.entries(shapes)) {
    it(`for ${what}`, () => {
      const text = shape(5000);
      expect(countingStringWork(() => void parse(text, { limits }))).to.be.below(20 * text.length);
    });
  }
});
