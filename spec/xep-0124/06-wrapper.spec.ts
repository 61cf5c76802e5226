import { expect } from 'chai';
import { parseBody, writeBody } from '../../lib/bosh/body.ts';

const NS = "xmlns='http://jabber.org/protocol/httpbind'";

function reasonOf(text: string): string | undefined {
  const parsed = parseBody(text);
  return parsed.ok ? undefined : parsed.error.reason;
}

describe('XEP-0124 §6 The <body/> wrapper', () => {
  describe('B-6-01 the wrapper is `body` in the namespace of BOSH', () => {
    for (const text of ["<body rid='1'/>", "<body xmlns='urn:x' rid='1'/>", `<foo ${NS} rid='1'/>`, '', ' ']) {
      it(`refuses ${text || 'nothing'}`, () => expect(parseBody(text).ok).to.equal(false));
    }

    it('takes a prefixed wrapper', () => {
      const parsed = parseBody("<b:body xmlns:b='http://jabber.org/protocol/httpbind' rid='7'/>");
      expect(parsed.ok && parsed.value.rid).to.equal(7);
    });
  });

  describe('B-6-02 B-6-03 B-6-04 it is restricted, well-formed, namespaced XML', () => {
    const inner: Record<string, string> = {
      'an open element': '<a>',
      'an illegal character': '<a>\u0001</a>',
      'a duplicate attribute': "<a b='1' b='2'/>",
      'a < in an attribute': "<a b='<'/>",
      'an undeclared prefix': '<p:x/>',
      'a comment': '<!-- x -->',
      'a processing instruction': '<?x y?>',
      'an undefined entity': '<a>&nbsp;</a>',
      'a document type': '<!DOCTYPE body>',
      'bytes after the end': `</body><body ${NS}>`,
    };
    for (const [what, text] of Object.entries(inner)) {
      it(`refuses ${what}`, () => expect(parseBody(`<body ${NS} rid='1'>${text}</body>`).ok).to.equal(false));
    }

    it('refuses a billion laughs at once', () => {
      const bomb = `<!DOCTYPE body [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><body ${NS} rid='1'>&b;</body>`;
      expect(parseBody(bomb).ok).to.equal(false);
    });

    it('takes the five entities, character references and CDATA', () => {
      const text = `<body ${NS} rid='1'><a>&amp;&lt;&gt;&apos;&quot;&#x41;&#65;<![CDATA[<>]]></a></body>`;
      const parsed = parseBody(text);
      expect(parsed.ok && parsed.value.payloads[0]?.text).to.equal('&<>\'"AA<>');
    });

    it('D-35 reads two forgotten prefixes as what they always mean', () => {
      const parsed = parseBody(`<body ${NS} rid='1' xmpp:restart='true'/>`);
      expect(parsed.ok && parsed.value.restart).to.equal(true);
    });
  });

  it('B-6-05 refuses text in the wrapper', () => {
    expect(reasonOf(`<body ${NS} rid='1'>text</body>`)).to.equal('text in the wrapper');
  });

  it('D-24 takes white space between payloads', () => {
    const parsed = parseBody(`<body ${NS} rid='1'>\n  <a/>\r\n\t<b/>\n</body>`);
    expect(parsed.ok && parsed.value.payloads.map((payload) => payload.name)).to.deep.equal(['a', 'b']);
  });

  it('B-6-06 keeps 50 payloads in document order', () => {
    const inner = Array.from({ length: 50 }, (_, index) => `<a${index}/>`).join('');
    const parsed = parseBody(`<body ${NS} rid='1'>${inner}</body>`);
    expect(parsed.ok && parsed.value.payloads.map((payload) => payload.name).join('')).to.equal(
      inner.replace(/[</>]/g, ''),
    );
  });

  describe('B-6-08 every request has a sequential rid', () => {
    for (const rid of ['', 'abc', '-1', '0', '1.5', '1e9', '0x10', '1 2', '9007199254740992', '9'.repeat(30)]) {
      it(`refuses rid='${rid}'`, () => {
        const parsed = parseBody(`<body ${NS} sid='s' rid='${rid}'/>`);
        expect(parsed.ok).to.equal(false);
        expect(!parsed.ok && parsed.error.sid).to.equal('s');
      });
    }

    it('refuses a body without rid', () => expect(reasonOf(`<body ${NS}/>`)).to.equal('no rid'));

    for (const [rid, value] of [
      [' 12 ', 12],
      ['+12', 12],
      ['0012', 12],
      ['9007199254740991', Number.MAX_SAFE_INTEGER],
    ] as const) {
      it(`D-20 reads '${rid}' as ${value}`, () => {
        const parsed = parseBody(`<body ${NS} rid='${rid}'/>`);
        expect(parsed.ok && parsed.value.rid).to.equal(value);
      });
    }
  });

  describe('numbers, versions and media types are checked before anything is done', () => {
    for (const attribute of [
      "wait='-1'",
      "wait='abc'",
      "wait='65536'",
      "hold='256'",
      "hold='1.0'",
      "ver='1'",
      "ver='1.x'",
      "ver=''",
      "pause='-3'",
      "ack='x'",
      "content='text/html\r\nSet-Cookie: a=b'",
      "content='nonsense'",
      `content='text/${'x'.repeat(130)}'`,
      "xmlns:x='urn:xmpp:xbosh' x:restart='maybe'",
    ]) {
      it(`refuses ${attribute.slice(0, 50)}`, () => {
        expect(parseBody(`<body ${NS} rid='1' ${attribute}/>`).ok).to.equal(false);
      });
    }

    it('D-25 keeps any media type of RFC 9110', () => {
      const parsed = parseBody(`<body ${NS} rid='1' content='text/html; charset="utf-8"'/>`);
      expect(parsed.ok && parsed.value.content).to.equal('text/html; charset="utf-8"');
    });
  });

  describe('what is written', () => {
    it('B-6-01 has the namespace on the wrapper and nothing else when there is nothing to say', () => {
      expect(writeBody({})).to.equal(`<body ${NS}/>`);
    });

    it('X-2-02 declares the stream prefix on the wrapper when a payload uses it', () => {
      expect(writeBody({}, ['<stream:features/>'])).to.equal(
        `<body ${NS} xmlns:stream='http://etherx.jabber.org/streams'><stream:features/></body>`,
      );
    });

    it('escapes attribute values', () => {
      expect(writeBody({ from: 'a<b&"c\'\n' })).to.equal(`<body ${NS} from='a&#60;b&#38;&#34;c&#39;&#10;'/>`);
    });
  });
});
