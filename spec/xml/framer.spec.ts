import { expect } from 'chai';
import { serialize, XML_LIMITS, XmlFramer, type FramerEvent, type FramerError } from '../../lib/xml/index.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { countingStringWork } from '../support/string-work.ts';

const HEADER =
  "<?xml version='1.0' encoding='UTF-8'?><stream:stream to='example.com' version='1.0' xml:lang='en'" +
  " xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";
const STREAM =
  `${HEADER}\n<message to="a>b'/>"><body>1 &lt; 2 <![CDATA[]x]></body>]]]]>]]&gt;</body><x/></message> \r\n` +
  "<presence/><iq type='get'><query xmlns='u' a='![CDATA['></query></iq><stream:error><a xmlns=''/></stream:error>" +
  '</stream:stream >\n';

function say(event: FramerEvent): string {
  if (event.is === 'open') return `open ${serialize(event.header)}`;
  return event.is === 'element' ? serialize(event.element) : 'close';
}

/** What comes of the chunks, one line for each event or for the error that ends them. */
function run(chunks: readonly string[], framer = new XmlFramer()): string[] {
  const lines: string[] = [];
  for (const chunk of chunks) {
    const result = framer.push(chunk);
    if (!result.ok) return [...lines, ...result.error.before.map(say), result.error.condition];
    lines.push(...result.value.map(say));
  }
  return lines;
}

function errorOf(text: string, framer = new XmlFramer()): FramerError {
  const result = framer.push(text);
  if (result.ok) throw new Error(`was taken: ${text}`);
  return result.error;
}

const EVENTS = run([STREAM]);

describe('XML: the framer', () => {
  it('gives header, elements and end', () => {
    expect(EVENTS).to.deep.equal([
      'open <stream:stream to="example.com" version="1.0" xml:lang="en" xmlns="jabber:client"' +
        ' xmlns:stream="http://etherx.jabber.org/streams"/>',
      '<message to="a&gt;b&apos;/&gt;" xmlns="jabber:client"><body>1 &lt; 2 ]x]&gt;&lt;/body&gt;]]]]&gt;</body><x/></message>',
      '<presence xmlns="jabber:client"/>',
      '<iq type="get" xmlns="jabber:client"><query xmlns="u" a="![CDATA["/></iq>',
      '<stream:error xmlns:stream="http://etherx.jabber.org/streams" xmlns="jabber:client"><a xmlns=""/></stream:error>',
      'close',
    ]);
  });

  describe('gives the same in any chunks', () => {
    it('cut once, anywhere', () => {
      for (let at = 0; at <= STREAM.length; at += 1) {
        expect(run([STREAM.slice(0, at), STREAM.slice(at)])).to.deep.equal(EVENTS);
      }
    });

    it('one character each', () => expect(run([...STREAM])).to.deep.equal(EVENTS));

    it('of random sizes', () => {
      const random = new SeededRandom(1);
      for (let round = 0; round < 200; round += 1) {
        const chunks: string[] = [];
        for (let at = 0; at < STREAM.length;) {
          const to = at + random.below(40);
          chunks.push(STREAM.slice(at, to));
          at = to;
        }
        expect(run(chunks)).to.deep.equal(EVENTS);
      }
    });
  });

  describe('RFC 6120 §4.3.3 a restarted stream', () => {
    const again = [
      "<s:s xmlns:s='u' n='1'><a/><s:s xmlns:s='u' n='2'><b/></s:s>",
      "<s:s xmlns:s='u' n='1'><a/> <?xml version='1.0'?>\n<s:s xmlns:s='u' n='2'><b/></s:s>",
    ];
    for (const text of again) {
      it(`begins with a header like the first, in any chunks: ${text}`, () => {
        const events = ['open <s:s xmlns:s="u" n="1"/>', '<a/>', 'open <s:s xmlns:s="u" n="2"/>', '<b/>', 'close'];
        expect(run([text])).to.deep.equal(events);
        expect(run([...text])).to.deep.equal(events);
      });
    }

    it('begins with any header behind a declaration', () => {
      expect(run(["<s><?xml version='1.0'?><t/>"])).to.deep.equal(['open <s/>', 'open <t/>', 'close']);
    });

    it('does not begin with a name that is longer, nor inside an element', () => {
      expect(run(['<s><ss/><a><s/></a>'])).to.deep.equal(['open <s/>', '<ss/>', '<a><s/></a>']);
    });

    it('has its own prefixes', () => {
      expect(run(["<s xmlns:p='u'><s><p:a/>"])).to.deep.equal([
        'open <s xmlns:p="u"/>',
        'open <s/>',
        'not-well-formed',
      ]);
    });
  });

  it('takes another limit at any time', () => {
    const framer = new XmlFramer({ bytes: 5 });
    framer.push('<s>');
    framer.bytes = 10;
    expect(run(['<a>12</a>', '<a>12345</a>'], framer)).to.deep.equal(['<a>12</a>', 'too-big']);
  });

  describe('RFC 6120 §4.6.1 white space', () => {
    it('may stand between elements, and nothing is kept of it', () => {
      const framer = new XmlFramer({ bytes: 100 });
      framer.push("<s xmlns='u'>");
      for (let round = 0; round < 100; round += 1) expect(run([' \t\r\n'.repeat(10)], framer)).to.deep.equal([]);
      expect(run(['<a/>'], framer)).to.deep.equal(['<a xmlns="u"/>']);
    });

    it('may stand before the header and behind the end', () => {
      expect(run([' \n<s>', '</s>', ' \n'])).to.deep.equal(['open <s/>', 'close']);
    });
  });

  describe('what is no stream', () => {
    const refused: Readonly<Record<string, readonly [string, string]>> = {
      'text before the header': ['x', 'not-well-formed'],
      'a byte order mark, RFC 6120 §11.6': ['\uFEFF<s>', 'not-well-formed'],
      'an end tag first': ['</s>', 'not-well-formed'],
      'text between elements': ['<s><a/>x', 'not-well-formed'],
      'a CDATA section between elements': ['<s><![CDATA[', 'not-well-formed'],
      'a no-break space between elements': ['<s>\u00A0', 'not-well-formed'],
      'another end tag': ['<s></t>', 'not-well-formed'],
      'a longer end tag': ['<s></ss>', 'not-well-formed'],
      'an end tag with a space first': ['<s></ s>', 'not-well-formed'],
      'an end tag with a no-break space': ['<s></s\u00A0>', 'not-well-formed'],
      'an element behind the end': ['<s></s><a/>', 'not-well-formed'],
      'text behind the end': ['<s></s>x', 'not-well-formed'],
      'a bad element': ['<s><a></b>', 'not-well-formed'],
      'a bad attribute of the header': ['<s a=1>', 'not-well-formed'],
      'an undeclared prefix of the header': ['<p:s>', 'not-well-formed'],
      'an undeclared prefix': ['<s><p:a/>', 'not-well-formed'],
      'a < in a start tag': ['<s><a <', 'not-well-formed'],
      'a slash that is not last': ['<s><a/ ', 'not-well-formed'],
      'a name that is none': ['<s><a><1', 'not-well-formed'],
      'a space for a name': ['<s>< ', 'not-well-formed'],
      'a comment': ['<s><!-', 'restricted-xml'],
      'a comment in an element': ['<s><a>x<!-', 'restricted-xml'],
      'a comment before the header': ['<!-', 'restricted-xml'],
      'a document type': ['<!D', 'restricted-xml'],
      'a processing instruction': ['<s><?y', 'restricted-xml'],
      'a processing instruction before the header': ['<?x y?><s>', 'restricted-xml'],
      'a processing instruction like a declaration': ['<s><?xmp', 'restricted-xml'],
      'a declaration in an element': ['<s><a><?', 'restricted-xml'],
      'two declarations': ["<s><?xml version='1.0'?><?", 'restricted-xml'],
      'a declaration and the end': ["<s><?xml version='1.0'?></s>", 'not-well-formed'],
      'an entity': ['<s><a>&nbsp;</a>', 'restricted-xml'],
      'another encoding': ["<?xml version='1.0' encoding='UTF-16'?><s>", 'invalid-encoding'],
    };
    for (const [what, [text, condition]] of Object.entries(refused)) {
      it(`refuses ${what} as soon as it is seen`, () => {
        expect(run([text]).at(-1)).to.equal(condition);
        expect(run([...text])).to.deep.equal(run([text]));
      });
    }

    it('gives what came before it in the same chunk', () => {
      expect(run(['<s><a/><b/>x<c/>'])).to.deep.equal(['open <s/>', '<a/>', '<b/>', 'not-well-formed']);
    });

    it('says the same error again, and nothing else', () => {
      const framer = new XmlFramer();
      const { before, ...error } = errorOf('<s>x', framer);
      expect(before).to.have.length(1);
      expect(errorOf('<a/>', framer)).to.deep.equal({ ...error, before: [] });
    });

    it('counts offsets from the start of the stream', () => {
      const framer = new XmlFramer();
      framer.push('<s> <a/> ');
      framer.push('<b>');
      expect(errorOf('\u0001</b>', framer).offset).to.equal(12);
    });
  });

  it('takes an empty stream', () => expect(run(["<s xmlns='u'/>"])).to.deep.equal(['open <s xmlns="u"/>', 'close']));

  it('knows prefixes with names of Object.prototype', () => {
    const text = "<s xmlns:__proto__='u' xmlns:constructor='v'><__proto__:a constructor:b='1'/>";
    expect(run([text])[1]).to.equal('<__proto__:a constructor:b="1" xmlns:constructor="v" xmlns:__proto__="u"/>');
  });

  describe('limits', () => {
    it('bytes: of the header', () => {
      expect(run(['<s>'], new XmlFramer({ bytes: 4 }))).to.deep.equal(['open <s/>']);
      expect(run(['<s a', '=', "''>"], new XmlFramer({ bytes: 7 }))).to.deep.equal(['too-big']);
    });

    it('bytes: of each element, whether it comes whole, in pieces, or never ends', () => {
      const element = `<a>${'x'.repeat(XML_LIMITS.bytes - 7)}</a>`;
      expect(run(['<s>', element, element])).to.have.length(3);
      const larger = element.replace('<a>', '<a>x');
      expect(run([`<s>${larger}`])).to.deep.equal(['open <s/>', 'too-big']);
      expect(run(['<s>', larger.slice(0, 100), larger.slice(100)]).at(-1)).to.equal('too-big');
      expect(run(['<s>', '<a b="', 'x'.repeat(XML_LIMITS.bytes)]).at(-1)).to.equal('too-big');
    });

    it('bytes: not of a chunk with many elements', () => {
      expect(run([`<s>${'<a/>'.repeat(20)}`], new XmlFramer({ bytes: 10 }))).to.have.length(21);
    });

    it('depth: counts the root, and is seen before the element ends', () => {
      const framer = new XmlFramer({ depth: 3 });
      expect(run(['<s><a><b></b></a>'], framer)).to.have.length(2);
      expect(run(['<a><b><c>'], framer)).to.deep.equal(['too-big']);
      expect(run([`<s>${'<a>'.repeat(XML_LIMITS.depth)}`])).to.deep.equal(['open <s/>', 'too-big']);
    });

    it('those of the parser', () => {
      const limits = { attributes: 1, name: 3, elements: 2, prefixes: 1 };
      for (const text of [
        "<s><a b='1' c='2'/>",
        '<s><long/>',
        '<s><a><b/><c/></a>',
        "<s><a><b xmlns:p='u'><c xmlns:q='v'/></b></a>",
      ]) {
        expect(run([text], new XmlFramer(limits)).at(-1)).to.equal('too-big');
      }
    });
  });

  describe('looks at each character a fixed number of times', () => {
    const shapes: Readonly<Record<string, (size: number) => string>> = {
      text: (size) => `<a>${'x'.repeat(size)}</a>`,
      'an attribute': (size) => `<a b='${'x'.repeat(size)}'/>`,
      'a CDATA section': (size) => `<a><![CDATA[${']'.repeat(size)}]]></a>`,
      'small elements': (size) => `<a>${'<b/>'.repeat(size / 4)}</a>`,
      'white space': (size) => ' '.repeat(size),
      'white space in an end tag': (size) => `<a></a${' '.repeat(size)}>`,
      'white space in the end of the stream': (size) => `</s${' '.repeat(size)}>`,
    };
    const workFor = (text: string, chunkSize: number): number => {
      const framer = new XmlFramer({ bytes: 1_000_000, elements: 1_000_000 });
      const chunks = Array.from({ length: Math.ceil(text.length / chunkSize) }, (_, index) =>
        text.slice(index * chunkSize, (index + 1) * chunkSize),
      );
      framer.push('<s>');
      return countingStringWork(() => {
        for (const chunk of chunks) if (!framer.push(chunk).ok) throw new Error('refused');
      });
    };
    for (const [what, shape] of Object.entries(shapes)) {
      it(`${what}, in chunks of one, ten and all characters`, () => {
        const text = shape(20_000);
        for (const chunkSize of [1, 10, text.length]) {
          expect(workFor(text, chunkSize), `chunks of ${chunkSize}`).to.be.below(20 * text.length);
        }
      });
    }

    it('which the measure can tell from more', () => {
      const work = countingStringWork(() => {
        let text = '';
        for (let index = 0; index < 2000; index += 1) {
          text += 'xxxxxxxxxx';
          text.indexOf('<');
        }
      });
      expect(work).to.be.above(20 * 20_000);
    });
  });
});
