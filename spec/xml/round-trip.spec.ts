import { expect } from 'chai';
import fc from 'fast-check';
import {
  equal,
  parse,
  parseBytes,
  serialize,
  standAlone,
  xml,
  XmlFramer,
  type Element,
  type ElementNode,
} from '../../lib/xml/index.ts';
import { read } from '../support/read-xml.ts';

const RUNS = { seed: 1, numRuns: 500 };
const ILLEGAL = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/; // eslint-disable-line no-control-regex
const PREFIXES = { p: 'urn:p', q: 'urn:q', xml: 'http://www.w3.org/XML/1998/namespace' };

const legalText = fc.string({ unit: 'binary', maxLength: 12 }).filter((text) => !ILLEGAL.test(text));
/** Any UTF-16 units at all, lone surrogates too. */
const anyText = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 12 })
  .map((units) => String.fromCharCode(...units));
const specialText = fc.string({
  unit: fc.constantFrom('<', '>', '&', '"', "'", ']', '\r', '\n', '\t', ' ', 'x', '😀'),
});
const local = fc.constantFrom('a', 'b', 'c', '_-.9', 'é', 'constructor');
const prefix = fc.constantFrom('p:', 'q:', '', '');
const attributeName = fc
  .tuple(fc.constantFrom('p:', 'q:', 'xml:', '', ''), fc.oneof(local, fc.constant('__proto__')))
  .map((parts) => parts.join(''));

/** Elements that use the prefixes p and q without declaring them. */
function tree(text: fc.Arbitrary<string>): fc.Arbitrary<Element> {
  const build = (name: string, attributes: [string, string][], children: ElementNode[]): Element =>
    xml(name, Object.fromEntries(attributes), ...children);
  const name = fc.tuple(prefix, local).map((parts) => parts.join(''));
  const attributes = fc
    .uniqueArray(fc.tuple(fc.oneof(attributeName, fc.constant('xmlns')), fc.oneof(text, specialText)), {
      maxLength: 4,
      selector: ([key]) => key,
    })
    .map((list) => list.map(([key, value]): [string, string] => [key, key === 'xmlns' ? `u${value}` : value]));
  return fc.letrec<{ element: Element }>((tie) => ({
    element: fc
      .tuple(
        name,
        attributes,
        fc.array(fc.oneof({ depthSize: 'small' }, text, specialText, tie('element')), { maxLength: 4 }),
      )
      .map(([elementName, list, children]) => build(elementName, list, children)),
  })).element;
}

/** The same below a root that declares the prefixes. */
function rooted(text: fc.Arbitrary<string>): fc.Arbitrary<Element> {
  return tree(text).map((element) =>
    xml('root', { xmlns: 'urn:root', 'xmlns:p': PREFIXES.p, 'xmlns:q': PREFIXES.q }, element),
  );
}

/** Scraps of markup: near enough to XML to get deep into the parser. */
const soup = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...'<>/="\'&;![]?-: \r\nabp',
        '<a',
        '</a>',
        '<p:',
        'xmlns:p=',
        '<![CDATA[',
        ']]>',
        '<?xml',
        '&#x',
        '&lt;',
      ),
      anyText,
    ),
    { maxLength: 30 },
  )
  .map((scraps) => scraps.join(''));

describe('XML: properties', () => {
  it('reading what was written gives the same', () => {
    fc.assert(
      fc.property(rooted(legalText), (root) => equal(read(serialize(root)), root)),
      RUNS,
    );
  });

  it('what was written of anything is read, and is written the same again', () => {
    fc.assert(
      fc.property(rooted(anyText), (root) => {
        const written = serialize(read(serialize(root)));
        return serialize(read(written)) === written;
      }),
      RUNS,
    );
  });

  it('bytes are read like text', () => {
    fc.assert(
      fc.property(rooted(legalText), (root) => {
        const parsed = parseBytes(Buffer.from(serialize(root)));
        return parsed.ok && equal(parsed.value, root);
      }),
      RUNS,
    );
  });

  it('an element that stands alone means the same', () => {
    fc.assert(
      fc.property(rooted(legalText), (root) => {
        const [child] = root.getChildElements();
        const [before] = read(serialize(root)).getChildElements();
        if (!child || !before) return false;
        return equal(read(serialize(standAlone(child))), before);
      }),
      RUNS,
    );
  });

  it('a stream of elements gives the same elements in any chunks', () => {
    const elements = fc.array(tree(legalText), { maxLength: 4 });
    fc.assert(
      fc.property(elements, fc.integer({ min: 1, max: 50 }), (children, size) => {
        const root = xml('root', { xmlns: 'urn:root', 'xmlns:p': PREFIXES.p, 'xmlns:q': PREFIXES.q }, ...children);
        const text = serialize(root).replace(/\/>$/, children.length > 0 ? '$&' : '></root>');
        const found: Element[] = [];
        const framer = new XmlFramer();
        for (let at = 0; at < text.length; at += size) {
          const result = framer.push(text.slice(at, at + size));
          if (!result.ok) return false;
          for (const event of result.value) if (event.is === 'element') found.push(event.element);
        }
        return (
          found.length === children.length && found.every((element, index) => equal(element, children[index] ?? root))
        );
      }),
      RUNS,
    );
  });

  it('nothing that is read is an exception, and every refusal is a short one', () => {
    fc.assert(
      fc.property(soup, (text) => {
        for (const parsed of [parse(text), parse(text, { prefixes: PREFIXES }), new XmlFramer().push(text)]) {
          if (parsed.ok) continue;
          expect(parsed.error.offset).to.be.within(0, text.length + 1);
          expect(parsed.error.reason.length).to.be.within(1, 80);
        }
      }),
      { ...RUNS, numRuns: 5000 },
    );
  });

  it('no bytes are an exception', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => typeof parseBytes(bytes).ok === 'boolean'),
      RUNS,
    );
  });
});
