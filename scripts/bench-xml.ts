/**
 * Compares the parser of the server with those of ltx and @xmpp/xml, on complete BOSH bodies.
 * With --assert the exit code is 1 when it is slower than ltx's.
 */
import { Parser as XmppParser } from '@xmpp/xml';
import { parse as ltxParse } from 'ltx';
import { parse } from '../lib/xml/index.ts';

const ROUNDS = 31;
const ROUND_MILLISECONDS = 25;

interface Contestant {
  readonly name: string;
  /** Reads one document to a tree. */
  readonly read: (document: string) => unknown;
}

const CONTESTANTS: readonly Contestant[] = [
  { name: 'holdfast', read: (document) => parse(document) },
  { name: 'ltx', read: (document) => ltxParse(document) },
  { name: '@xmpp/xml', read: xmppParse },
];

const MESSAGE =
  "<message to='juliet@example.com/balcony' id='m1' type='chat' xmlns='jabber:client'><body>Hi &amp; hello</body></message>";
const SMALL = `<body rid='1573741820' sid='SomeSID' xmlns='http://jabber.org/protocol/httpbind'>${MESSAGE}</body>`;
const STANZA =
  "<message xmlns='jabber:client' from='romeo@example.net/orchard' to='juliet@example.com' id='ktx72v49' type='chat' xml:lang='en'>" +
  '<body>Art thou not Romeo, and a Montague? Neither, fair saint, if either thee dislike.</body>' +
  "<active xmlns='http://jabber.org/protocol/chatstates'/><request xmlns='urn:xmpp:receipts'/></message>";
const LARGE = `<body rid='1573741821' sid='SomeSID' xmlns='http://jabber.org/protocol/httpbind'>${STANZA.repeat(6)}</body>`;

function xmppParse(document: string): unknown {
  const parser = new XmppParser();
  let root: unknown;
  parser.on('end', (element: unknown) => (root = element));
  parser.on('element', (element: { parent: unknown }) => parser.root?.append(element as never));
  parser.write(document);
  return root;
}

/** Documents per second over one round. */
function round(contestant: Contestant, document: string): number {
  const start = performance.now();
  let count = 0;
  let elapsed = 0;
  while (elapsed < ROUND_MILLISECONDS) {
    for (let index = 0; index < 50; index += 1) contestant.read(document);
    count += 50;
    elapsed = performance.now() - start;
  }
  return (count * 1000) / elapsed;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

/** The rounds alternate, so that a disturbance of the machine meets everybody. */
function compare(document: string): Map<string, number> {
  const rates = new Map(CONTESTANTS.map(({ name }) => [name, [] as number[]]));
  for (let index = -3; index < ROUNDS; index += 1) {
    for (const contestant of CONTESTANTS) {
      const rate = round(contestant, document);
      if (index >= 0) rates.get(contestant.name)?.push(rate);
    }
  }
  return new Map([...rates].map(([name, values]) => [name, median(values)]));
}

let isSlower = false;
for (const document of [SMALL, LARGE]) {
  const rates = compare(document);
  const ltx = rates.get('ltx') ?? 0;
  console.log(`${document.length} bytes`);
  for (const [name, rate] of rates) {
    const megabytes = (rate * document.length) / 1e6;
    const ratio = rate / ltx;
    console.log(
      `  ${name.padEnd(10)} ${Math.round(rate).toString().padStart(8)} documents/s ${megabytes.toFixed(0).padStart(5)} MB/s  ${ratio.toFixed(2)} x ltx`,
    );
    if (name === 'holdfast' && ratio < 1) isSlower = true;
  }
}
if (isSlower && process.argv.includes('--assert')) {
  console.error('slower than the parser of ltx');
  process.exitCode = 1;
}
