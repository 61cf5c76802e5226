import { expect } from 'chai';
import { StreamReader, type StreamFrame } from '../../lib/transports/stream-reader.ts';
import { writeStreamStart } from '../../lib/transports/stream-text.ts';
import { serialize } from '../../lib/xml/index.ts';
import { NS_CLIENT } from '../../lib/xmpp/ns.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { countingStringWork } from '../support/string-work.ts';

const START = writeStreamStart({ to: 'example.com', version: '1.0' }, NS_CLIENT);
/** Characters of one to four bytes, a restart, white space, and everything that looks like markup and is none. */
const STREAM =
  `${START}<message><body>¿Wherefore? 😀 €</body></message> \n<a b="/>'<"/>`.replace(`'<"`, `'&lt;"`) +
  `<iq><q><![CDATA[</q>]]></q></iq>${START}<presence/></stream:stream>`;

function say(frame: StreamFrame): string {
  if (frame.is === 'open') return `open ${frame.header.to}`;
  if (frame.is === 'element') return serialize(frame.element);
  return frame.is === 'fault' ? frame.error.condition : 'close';
}

function read(chunks: readonly Uint8Array[], reader = new StreamReader(NS_CLIENT, 100_000)): string[] {
  return chunks.flatMap((chunk) => reader.push(chunk).map(say));
}

function bytes(text: string): Uint8Array {
  return Buffer.from(text);
}

function faultOf(...texts: readonly string[]): string | undefined {
  return read(texts.map(bytes)).at(-1);
}

describe('RFC 6120: bytes of a stream', () => {
  it('are the same elements in any chunks', () => {
    const whole = bytes(STREAM);
    const frames = read([whole]);
    expect(frames).to.have.length(7);
    expect(frames[1]).to.contain('¿Wherefore? 😀 €');
    const random = new SeededRandom(8);
    for (let round = 0; round < 300; round += 1) {
      const chunks: Uint8Array[] = [];
      for (let at = 0; at < whole.length;) {
        const to = at + 1 + random.below(round % 3 === 0 ? 3 : 60);
        chunks.push(whole.subarray(at, to));
        at = to;
      }
      expect(read(chunks)).to.deep.equal(frames);
    }
  });

  it('cost work in proportion to their number: 400 kB in writes of 10 bytes', () => {
    const work = (size: number): number => {
      const text = `${START}<message><body>${'x'.repeat(size)}</body></message>`;
      const reader = new StreamReader(NS_CLIENT, 1_000_000);
      const chunks = Array.from({ length: Math.ceil(text.length / 10) }, (_, index) =>
        bytes(text.slice(index * 10, index * 10 + 10)),
      );
      return countingStringWork(() => expect(read(chunks, reader)).to.have.length(2));
    };
    const [small, large] = [work(100_000), work(400_000)];
    expect(large / small).to.be.within(3.5, 4.5);
    expect(large).to.be.below(400_000 * 20);
  });

  const faults: Readonly<Record<string, readonly [string, string]>> = {
    HTTP: ['GET / HTTP/1.1\r\n\r\n', 'not-well-formed'],
    'TLS where none is': ['\u0016\u0003\u0001', 'not-well-formed'],
    'a byte order mark, §11.6': [`\uFEFF${START}`, 'not-well-formed'],
    'a comment, §11.1': [`${START}<!-- -->`, 'restricted-xml'],
    'an entity, §11.1': [`${START}<message>&nbsp;</message>`, 'restricted-xml'],
    'another stream namespace, §4.9.3.10': [START.replace('etherx', 'other'), 'invalid-namespace'],
    'the namespace of servers, §4.9.3.10': [START.replace('jabber:client', 'jabber:server'), 'invalid-namespace'],
    'no namespace of stanzas, §4.8.2': [START.replace('xmlns="jabber:client" ', ''), 'invalid-namespace'],
    'a header with another name': [START.replace('<stream:stream', '<stream:open'), 'bad-format'],
    'no version, §4.7.5': [START.replace('version="1.0"', ''), 'unsupported-version'],
    'version 0.9, §4.7.5': [START.replace('"1.0"', '"0.9"'), 'unsupported-version'],
    'another encoding, §11.6': [START.replace("'1.0'", "'1.0' encoding='UTF-16'"), 'unsupported-encoding'],
    'an element that is too large, §13.12': [`${START}<a b="${'x'.repeat(100_000)}`, 'policy-violation'],
  };
  for (const [what, [text, condition]] of Object.entries(faults)) {
    it(`refuse ${what}, and say nothing after that`, () => {
      expect(faultOf(text, `${START}<presence/>`)).to.equal(condition);
    });
  }

  it('refuse what is not UTF-8, §11.6', () => {
    expect(read([bytes(START), Uint8Array.of(0xc3, 0x28)])).to.deep.equal(['open example.com', 'unsupported-encoding']);
  });

  it('take a version that is higher, §4.7.5', () => {
    expect(faultOf(START.replace('"1.0"', '"2.11"'))).to.equal('open example.com');
  });
});
