import { createRequire } from 'node:module';
import { Element as XmppElement } from '@xmpp/xml';
import { expect } from 'chai';
import { Element, xml } from '../../lib/xml/index.ts';
import { read } from '../support/read-xml.ts';

describe('XML: the element', () => {
  it('is an element of @xmpp/xml and of ltx', () => {
    const require = createRequire(import.meta.url);
    const ltx = require('ltx/lib/Element.js') as typeof XmppElement;
    for (const element of [new Element('a'), xml('a'), read('<a/>')]) {
      expect(element).to.be.instanceOf(Element);
      expect(element).to.be.instanceOf(XmppElement);
      expect(element).to.be.instanceOf(ltx);
    }
  });

  it('can be a child of an element of the packages, and be written by it', () => {
    const parent = new XmppElement('a');
    parent.append(xml('b', { c: "'" }) as never);
    expect(parent.toString()).to.equal('<a><b c="&apos;"/></a>');
  });

  it('has names with and without prefix', () => {
    expect(xml('stream:features').getName()).to.equal('features');
    expect(xml('body').getName()).to.equal('body');
  });

  describe('findNS', () => {
    const root = read("<a xmlns='u' xmlns:p='v'><p:b xmlns=''><c/></p:b></a>");
    const [b] = root.getChildElements();
    const [c] = b?.getChildElements() ?? [];

    it('finds declarations here and above', () => {
      expect(root.getNS()).to.equal('u');
      expect(b?.getNS()).to.equal('v');
    });

    it("takes xmlns='' for no namespace", () => {
      expect(c?.getNS()).to.equal('');
    });

    it('knows the prefix xml', () => {
      expect(root.findNS('xml')).to.equal('http://www.w3.org/XML/1998/namespace');
    });

    it('is empty for what is not declared', () => {
      expect(root.findNS('q')).to.equal('');
      expect(xml('a').getNS()).to.equal('');
    });

    it('is not fooled by names of Object.prototype', () => {
      for (const name of ['constructor', '__proto__', 'toString']) expect(root.findNS(name)).to.equal('');
    });
  });

  describe('children', () => {
    const root = read("<a xmlns='u'>1<b/><b xmlns='v'>x</b>2<c/></a>");

    it('gives the first child of a name and namespace', () => {
      expect(root.child('b', 'v')?.text).to.equal('x');
      expect(root.child('b', 'u')?.text).to.equal('');
      expect(root.child('c', 'v')).to.equal(undefined);
    });

    it('gives child elements in order', () => {
      expect(root.getChildElements().map(({ name }) => name)).to.deep.equal(['b', 'b', 'c']);
    });

    it('gives the direct text', () => expect(root.text).to.equal('12'));
  });

  describe('xml()', () => {
    it('leaves out undefined attributes and sets parents', () => {
      const child = xml('b');
      const element = xml('a', { x: '1', y: undefined }, 'text', child);
      expect(element.toString()).to.equal('<a x="1">text<b/></a>');
      expect(child.parent).to.equal(element);
    });

    it('keeps an attribute __proto__', () => {
      const attrs = Object.fromEntries([['__proto__', '1']]);
      expect(xml('a', attrs).toString()).to.equal('<a __proto__="1"/>');
    });
  });
});
