import { expect } from 'chai';
import { attributeNS, serialize, standAlone, type Element } from '../../lib/xml/index.ts';
import { read, refusal } from '../support/read-xml.ts';
import '../support/chai-xml.ts';

const XML = 'http://www.w3.org/XML/1998/namespace';
const XMLNS = 'http://www.w3.org/2000/xmlns/';

describe('Namespaces in XML', () => {
  const refused: Readonly<Record<string, string>> = {
    'an undeclared prefix of an element': '<p:a/>',
    'an undeclared prefix of an attribute': "<a p:b='1'/>",
    'a prefix declared by a sibling': "<a><b xmlns:p='u'/><p:c/></a>",
    'a prefix declared by an empty sibling': "<a><p:b xmlns:p='u'/><p:c/></a>",
    'a prefix declared by a child': "<p:a><b xmlns:p='u'/></p:a>",
    'duplicate attributes by expanded name': "<a xmlns:p='u' xmlns:q='u' p:b='1' q:b='2'/>",
    'duplicate attributes, prefixes declared later': "<a p:b='1' q:b='2' xmlns:p='u' xmlns:q='u'/>",
    'duplicate attributes, prefixes declared apart': "<x xmlns:p='u'><a xmlns:q='u' p:b='1' q:b='2'/></x>",
    'duplicate attributes, a prefix declared again': "<x xmlns:p='u' xmlns:q='v'><a xmlns:p='v' p:b='1' q:b='2'/></x>",
    'a duplicate default declaration': "<a xmlns='u' xmlns='u'/>",
    'a duplicate declaration': "<a xmlns:p='u' xmlns:p='v'/>",
    'a prefix that is undeclared': "<a xmlns:p='u'><b xmlns:p=''/></a>",
    'a prefix with white space for a namespace': "<a xmlns:p=' '/>",
    'the prefix xmlns declared': `<a xmlns:xmlns='${XMLNS}'/>`,
    'the prefix xmlns on an element': '<xmlns:a/>',
    'the prefix xml bound to another namespace': "<a xmlns:xml='u'/>",
    'another prefix bound to that of xml': `<a xmlns:p='${XML}'/>`,
    'another prefix bound to that of xmlns': `<a xmlns:p='${XMLNS}'/>`,
    'the default namespace bound to that of xml': `<a xmlns='${XML}'/>`,
    'the default namespace bound to that of xmlns': `<a xmlns='${XMLNS}'/>`,
    'two colons': "<a xmlns:p='u'><p:q:b/></a>",
    'a colon first': '<:a/>',
    'a colon last': "<p: xmlns:p='u'/>",
    'a local name that is no NCName': "<p:1 xmlns:p='u'/>",
    'a declared prefix that is no NCName': "<a xmlns:1='u'/>",
    'an empty declared prefix': "<a xmlns:='u'/>",
  };
  for (const [what, text] of Object.entries(refused)) {
    it(`refuses ${what}`, () => expect(refusal(text).condition).to.equal('not-well-formed'));
  }

  const taken: Readonly<Record<string, string>> = {
    'a prefix declared after its use in the tag': "<p:a p:b='1' xmlns:p='u'/>",
    'the same local name in three namespaces': "<a xmlns:p='u' xmlns:q='v' p:b='1' q:b='2' b='3'/>",
    'an attribute without prefix beside one of the default namespace': "<a xmlns='u' xmlns:p='u' b='1' p:b='2'/>",
    'the prefix xml without declaration': "<a xml:lang='en' xml:space='default'/>",
    'the prefix xml declared as what it is': `<a xmlns:xml='${XML}' xml:lang='en'/>`,
    'equal local names, a prefix declared again': "<x xmlns:p='u' xmlns:q='u'><a xmlns:p='v' p:b='1' q:b='2'/></x>",
    'a prefix declared again': "<p:a xmlns:p='u'><p:b xmlns:p='v'/><p:c/></p:a>",
    'prefixes with names of Object.prototype':
      "<__proto__:a xmlns:__proto__='u' xmlns:constructor='v' constructor:b='1'/>",
    'names that begin with xmlns': "<a xmlnsx='1' xmlnsx:b='2' xmlns:xmlnsx='u'/>",
  };
  for (const [what, text] of Object.entries(taken)) {
    it(`takes ${what}`, () => expect(read(text)).to.equalXml(text));
  }

  it('resolves prefixes where they are used', () => {
    const [b, c] = read("<p:a xmlns:p='u'><p:b xmlns:p='v'/><p:c/></p:a>").getChildElements();
    expect([b?.getNS(), c?.getNS()]).to.deep.equal(['v', 'u']);
  });
});

describe('D-35 prefixes that count as declared', () => {
  const prefixes = { stream: 'http://etherx.jabber.org/streams', xmpp: 'urn:xmpp:xbosh' };

  it('resolve on elements and attributes', () => {
    const root = read("<body xmpp:restart='true'><stream:features/></body>", { prefixes });
    expect(attributeNS(root, prefixes.xmpp, 'restart')).to.equal('true');
    expect(root.getChildElements()[0]?.getNS()).to.equal(prefixes.stream);
  });

  it('are declared on the root when they were used, and are right when written', () => {
    const root = read("<body><a xmpp:b='1'/></body>", { prefixes });
    expect(serialize(root)).to.equal('<body xmlns:xmpp="urn:xmpp:xbosh"><a xmpp:b="1"/></body>');
    expect(read(serialize(root))).to.equalXml(root);
  });

  it('leave documents alone that do not use them', () => {
    expect(serialize(read('<body/>', { prefixes }))).to.equal('<body/>');
  });

  it('give way to declarations', () => {
    const root = read("<body><a xmlns:xmpp='u' xmpp:b='1'/><a xmpp:b='2'/></body>", { prefixes });
    const [first, second] = root.getChildElements();
    expect(first && attributeNS(first, 'u', 'b')).to.equal('1');
    expect(second && attributeNS(second, prefixes.xmpp, 'b')).to.equal('2');
  });

  it('count for duplicates', () => {
    const text = "<body xmlns:x='urn:xmpp:xbosh' x:restart='1' xmpp:restart='1'/>";
    expect(refusal(text, { prefixes }).condition).to.equal('not-well-formed');
  });

  it('are no other prefixes', () => {
    expect(refusal('<other:a/>', { prefixes }).condition).to.equal('not-well-formed');
    expect(refusal('<constructor:a/>', { prefixes }).condition).to.equal('not-well-formed');
  });
});

describe('attributeNS', () => {
  const root = read("<a xmlns='u' xmlns:p='u' xmlns:q='v' b='1' p:b='2' xml:lang='en'><c q:d='3'/></a>");

  it('finds by expanded name', () => expect(attributeNS(root, 'u', 'b')).to.equal('2'));
  it('finds by a prefix declared above', () => {
    const [c] = root.getChildElements();
    expect(c && attributeNS(c, 'v', 'd')).to.equal('3');
  });
  it('finds xml:lang', () => expect(attributeNS(root, XML, 'lang')).to.equal('en'));
  it('does not find attributes without prefix, other names, or declarations', () => {
    expect(attributeNS(root, '', 'b')).to.equal(undefined);
    expect(attributeNS(root, 'v', 'b')).to.equal(undefined);
    expect(attributeNS(root, XMLNS, 'p')).to.equal(undefined);
    expect(attributeNS(root, '', 'p')).to.equal(undefined);
  });
});

describe('standAlone', () => {
  const BOSH = 'http://jabber.org/protocol/httpbind';
  const replace = { namespace: BOSH, by: 'jabber:client' };
  const first = (text: string): Element => {
    const [child] = read(text).getChildElements();
    if (!child) throw new Error('no child');
    return child;
  };

  it('writes the inherited default namespace on the child', () => {
    const child = standAlone(first("<a xmlns='u'><b><c/></b></a>"));
    expect(serialize(child)).to.equal('<b xmlns="u"><c/></b>');
    expect(child.parent).to.equal(null);
  });

  it('declares the inherited prefixes that are used, in elements and attributes', () => {
    const text = "<a xmlns='u' xmlns:p='v' xmlns:q='w' xmlns:r='x'><b><p:c/><d q:e='1'/></b></a>";
    expect(standAlone(first(text))).to.equalXml("<b xmlns='u'><p:c xmlns:p='v'/><d xmlns:q='w' q:e='1'/></b>");
    expect(serialize(standAlone(first(text)))).to.not.contain('xmlns:r');
  });

  it('keeps what the child declares itself', () => {
    const text = "<a xmlns='u' xmlns:p='v'><p:b xmlns='x' xmlns:p='y'/></a>";
    expect(serialize(standAlone(first(text)))).to.equal('<p:b xmlns="x" xmlns:p="y"/>');
  });

  it("keeps xmlns=''", () => {
    expect(serialize(standAlone(first("<a xmlns='u'><b xmlns=''/></a>"), replace))).to.equal('<b xmlns=""/>');
  });

  it('means the same as before, wherever prefixes are declared', () => {
    const text = "<p:a xmlns:p='u' xmlns='v'><p:b p:c='1'><d xmlns=''><p:e/></d><p:f xmlns:p='w'/></p:b></p:a>";
    expect(standAlone(first(text))).to.equalXml(first(text));
  });

  it('replaces an inherited default namespace, for the children too', () => {
    const child = standAlone(first(`<body xmlns='${BOSH}'><message><body>x</body></message></body>`), replace);
    expect(serialize(child)).to.equal('<message xmlns="jabber:client"><body>x</body></message>');
  });

  it('does not replace other namespaces, or one that is written on the child', () => {
    expect(standAlone(first("<a xmlns='u'><b/></a>"), replace).getNS()).to.equal('u');
    expect(standAlone(first(`<a xmlns='u'><b xmlns='${BOSH}'/></a>`), replace).getNS()).to.equal(BOSH);
  });

  it('takes prefixes that were forgiven along', () => {
    const root = read('<body><stream:error/></body>', { prefixes: { stream: 'urn:s' } });
    const [child] = root.getChildElements();
    expect(child && standAlone(child).getNS()).to.equal('urn:s');
  });

  it('leaves an element alone that has no parent', () => {
    expect(serialize(standAlone(read('<a/>')))).to.equal('<a/>');
  });
});
