import { expect } from 'chai';
import { parseBytes, serialize, type XmlCondition } from '../../lib/xml/index.ts';
import { read, refusal } from '../support/read-xml.ts';

/** Documents that must be refused, by condition. */
const REFUSED: Readonly<Record<XmlCondition, Readonly<Record<string, string>>>> = {
  'not-well-formed': {
    nothing: '',
    'white space only': ' \n ',
    'text only': 'x',
    'two roots': '<a/><b/>',
    'text after the root': '<a/>x',
    'text before the root': 'x<a/>',
    'a CDATA section after the root': '<a/><![CDATA[x]]>',
    'an end tag first': '</a>',
    'an open element': '<a>',
    'an open child': '<a><b></a>',
    'crossed end tags': '<a><b></a></b>',
    'an end tag that is longer': '<a></ab>',
    'an end tag that is shorter': '<ab></a>',
    'an end tag with an attribute': "<a></a x='1'>",
    'an end tag with a space first': '<a></ a>',
    'an open start tag': '<a',
    'an open attribute': "<a b='1",
    'an open CDATA section': '<a><![CDATA[x]]</a>',
    'an open reference': '<a>&amp</a>',
    'an open end tag': '<a></a',
    'a lone <': '<a><</a>',
    'a < before a space': '< a/>',
    'an empty name': '<></>',
    'a slash that is not last': '<a/ >',
    'a duplicate attribute': "<a b='1' b='2'/>",
    'a duplicate __proto__': "<a __proto__='1' __proto__='2'/>",
    'attributes without a space': "<a b='1'c='2'/>",
    'an attribute without quotes': '<a b=1/>',
    'an attribute without value': '<a b/>',
    'an attribute with different quotes': '<a b=\'1"/>',
    'a < in an attribute': "<a b='<'/>",
    'a lone & in text': '<a>a & b</a>',
    'a lone & in an attribute': "<a b='a & b'/>",
    ']]> in text': '<a>]]></a>',
    ']]> in text behind a CDATA section': '<a><![CDATA[x]]>]]></a>',
    'U+0000': '<a>\u0000</a>',
    'U+0001': '<a>\u0001</a>',
    'U+0001 in an attribute': "<a b='\u0001'/>",
    'U+0001 in a CDATA section': '<a><![CDATA[\u0001]]></a>',
    'U+FFFE': '<a>\uFFFE</a>',
    'U+FFFF': '<a>\uFFFF</a>',
    'a lone high surrogate': '<a>\uD800</a>',
    'a lone low surrogate': '<a>\uDC00x</a>',
    'surrogates in the wrong order': '<a>\uDE00\uD83D</a>',
    'a reference to U+0000': '<a>&#0;</a>',
    'a reference to U+0001': '<a>&#1;</a>',
    'a reference to a surrogate': '<a>&#xD800;</a>',
    'a reference to U+FFFE': '<a>&#xFFFE;</a>',
    'a reference beyond Unicode': '<a>&#x110000;</a>',
    'a reference far beyond Unicode': `<a>&#${'9'.repeat(400)};</a>`,
    'an empty reference': '<a>&#;</a>',
    'a hexadecimal reference with capital X': '<a>&#X41;</a>',
    'a decimal reference with letters': '<a>&#4A;</a>',
    'a name that begins with a digit': '<1a/>',
    'a name that begins with a hyphen': '<-a/>',
    'a name that begins with a full stop': '<.a/>',
    'a name with a forbidden character': '<a\u00D7/>',
    'an attribute name that begins with a digit': "<a 1='x'/>",
    'a byte order mark that is not first': ' \uFEFF<a/>',
    'a bad CDATA start': '<a><![cdata[x]]></a>',
    'no-break space as white space': "<a\u00A0b='1'/>",
  },
  'restricted-xml': {
    'a comment': '<a><!-- x --></a>',
    'a comment before the root': '<!-- x --><a/>',
    'a comment after the root': '<a/><!-- x -->',
    'a processing instruction': '<a><?x y?></a>',
    'a processing instruction before the root': '<?x y?><a/>',
    'a processing instruction after the root': '<a/><?x y?>',
    'a document type': '<!DOCTYPE a><a/>',
    'a document type in the root': '<a><!DOCTYPE b></a>',
    'an internal subset': '<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>',
    'an external entity': '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
    'a billion laughs': '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><a>&b;</a>',
    'an entity of HTML': '<a>&nbsp;</a>',
    'an entity with a name of Object.prototype': '<a>&constructor;</a>',
    'an entity in an attribute': "<a b='&e;'/>",
    'a second declaration': "<?xml version='1.0'?><?xml version='1.0'?><a/>",
    'a declaration that is not first': " <?xml version='1.0'?><a/>",
    'a declaration without version': "<?xml encoding='UTF-8'?><a/>",
    'a declaration of XML 2': "<?xml version='2.0'?><a/>",
    'a declaration in the wrong order': "<?xml encoding='UTF-8' version='1.0'?><a/>",
  },
  'invalid-encoding': {
    'another encoding': "<?xml version='1.0' encoding='ISO-8859-1'?><a/>",
    'UTF-16 by name': '<?xml version="1.0" encoding="UTF-16"?><a/>',
  },
  'too-big': {},
};

describe('RFC 6120 §11.1 and §11.3: what is refused', () => {
  for (const [condition, documents] of Object.entries(REFUSED)) {
    for (const [what, text] of Object.entries(documents)) {
      it(`${condition}: ${what}`, () => expect(refusal(text).condition).to.equal(condition));
    }
  }
});

describe('XML 1.0: what is taken', () => {
  /** Each document, and the same in the writer's spelling. */
  const TAKEN: Readonly<Record<string, readonly [string, string]>> = {
    'an empty element': ['<a></a>', '<a/>'],
    'white space around the root': ['\r\n <a/>\t\n', '<a/>'],
    'white space in tags': ["<a  b = '1'\n\tc='2' ></a >", '<a b="1" c="2"/>'],
    'either quotation mark': ['<a b="it\'s" c=\'"\'/>', '<a b="it&apos;s" c="&quot;"/>'],
    'a > in an attribute and in text': ["<a b='>'>></a>", '<a b="&gt;">&gt;</a>'],
    'the five entities': ['<a>&amp;&lt;&gt;&apos;&quot;</a>', '<a>&amp;&lt;&gt;\'"</a>'],
    'character references': ['<a>&#65;&#x42;&#x1F600;&#x1f600;</a>', '<a>AB😀😀</a>'],
    'character references with many zeros': [`<a>&#${'0'.repeat(20)}65;</a>`, '<a>A</a>'],
    'references that spell markup': ['<a>&#60;b/&#62;&#38;amp;</a>', '<a>&lt;b/&gt;&amp;amp;</a>'],
    'a CDATA section': ['<a>x<![CDATA[<b>&amp;]]]>y</a>', '<a>x&lt;b&gt;&amp;amp;]y</a>'],
    'an empty CDATA section': ['<a><![CDATA[]]></a>', '<a/>'],
    ']]> in parts': ['<a>]]&gt;<![CDATA[]]]]><![CDATA[>]]></a>', '<a>]]&gt;]]&gt;</a>'],
    ']]> in an attribute': ["<a b=']]>'/>", '<a b="]]&gt;"/>'],
    'characters of every kind': ['<é·>\t\u0085\u2028\uFFFD😀</é·>', '<é·>\t\u0085\u2028\uFFFD😀</é·>'],
    'astral names': ['<\u{10400}/>', '<\u{10400}/>'],
    'names with all ASCII signs': ["<_a-.9 B_:c='1' xmlns:B_='u'/>", '<_a-.9 B_:c="1" xmlns:B_="u"/>'],
    'names of Object.prototype': [
      "<constructor toString='1' __proto__='2' hasOwnProperty='3'/>",
      '<constructor toString="1" __proto__="2" hasOwnProperty="3"/>',
    ],
    'a zero width no-break space in text': ['<a>\uFEFF</a>', '<a>\uFEFF</a>'],
  };
  for (const [what, [text, written]] of Object.entries(TAKEN)) {
    it(what, () => expect(serialize(read(text))).to.equal(written));
  }

  it('a name longer than those that are remembered, twice', () => {
    const name = 'n'.repeat(100);
    for (let time = 0; time < 2; time += 1) expect(read(`<${name}/>`).name).to.equal(name);
  });

  it('every name, when names share a slot of the memory', () => {
    const names = Array.from({ length: 5000 }, (_, index) => `n${index}`);
    const root = read(`<a>${names.map((name) => `<${name}/>`).join('')}</a>`);
    expect(root.getChildElements().map(({ name }) => name)).to.deep.equal(names);
  });

  describe('XML 1.0 §2.11 line ends', () => {
    it('are one LF in text', () => expect(read('<a>1\r\n2\r3\n4</a>').text).to.equal('1\n2\n3\n4'));
    it('are one LF in a CDATA section', () => {
      expect(read('<a><![CDATA[1\r\n2\r3\n4]]></a>').text).to.equal('1\n2\n3\n4');
    });
    it('stay when they are references', () => expect(read('<a>&#13;&#10;&#xD;</a>').text).to.equal('\r\n\r'));
  });

  describe('XML 1.0 §3.3.3 attribute values', () => {
    it('have white space normalised', () => {
      expect(read("<a b='1\t2\n3\r4\r\n5  6'/>").attrs['b']).to.equal('1 2 3 4 5  6');
    });
    it('keep what references say', () => {
      expect(read("<a b='&#9;&#10;&#13;&#x20;'/>").attrs['b']).to.equal('\t\n\r ');
    });
  });
});

describe('D-23 what may stand before the root', () => {
  for (const text of [
    '<?xml version="1.0"?><a/>',
    "<?xml version='1.0' encoding='utf-8'?>\r\n<a/>",
    '<?xml  version = "1.0"  encoding = "UTF-8"  standalone = "yes" ?><a/>',
    "<?xml version='1.0' standalone='no'?><a/>",
    "<?xml version='1.1'?><a/>",
    '\uFEFF<a/>',
    "\uFEFF<?xml version='1.0'?> <a/>",
  ]) {
    it(`takes ${JSON.stringify(text)}`, () => expect(serialize(read(text))).to.equal('<a/>'));
  }
});

describe('RFC 6120 §11.6: bytes', () => {
  const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');

  it('are read as UTF-8', () => {
    const parsed = parseBytes(bytes('\uFEFF<a>é😀</a>'));
    expect(parsed.ok && parsed.value.text).to.equal('é😀');
  });

  it('are read from the middle of a buffer', () => {
    const parsed = parseBytes(new Uint8Array(bytes('xx<a/>xx').buffer.slice(0)).subarray(0, 0));
    expect(parsed.ok).to.equal(false);
    const inside = parseBytes(bytes('xx<a/>xx').subarray(2, 6));
    expect(inside.ok && inside.value.name).to.equal('a');
  });

  for (const [what, sequence] of Object.entries({
    'a lone continuation': [0x80],
    'a cut sequence': [0xc3],
    'an overlong slash': [0xc0, 0xaf],
    'a surrogate': [0xed, 0xa0, 0x80],
    'more than U+10FFFF': [0xf4, 0x90, 0x80, 0x80],
    'Latin-1': [0xe9],
  })) {
    it(`refuses ${what}`, () => {
      const parsed = parseBytes(Buffer.concat([bytes('<a>'), Buffer.from(sequence), bytes('</a>')]));
      expect(parsed.ok ? undefined : parsed.error.condition).to.equal('invalid-encoding');
    });
  }
});

describe('XML: an error', () => {
  it('says where', () => {
    expect(refusal('<a><b>\u0001</b></a>').offset).to.equal(6);
    expect(refusal('<a><b>\uD800</b></a>').offset).to.equal(6);
    expect(refusal('<a><b></c></a>').offset).to.be.within(6, 8);
  });

  it('never quotes what was sent', () => {
    const secret = 'secret'.repeat(10_000);
    for (const text of [`<a>&${secret};</a>`, `<a ${secret}/>`, `<a>&${secret}</a>`, `<a>${secret}`, `<${secret}/>`]) {
      const { reason } = refusal(text);
      expect(reason).to.not.contain('secret');
      expect(reason.length).to.be.within(1, 80);
    }
  });
});
