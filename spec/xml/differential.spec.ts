import { expect } from 'chai';
import { SaxesParser, type SaxesTagNS } from 'saxes';
import { parse, type Element } from '../../lib/xml/index.ts';
import { SeededRandom } from '../support/seeded-random.ts';

/** How many mutants; more in a campaign: HOLDFAST_FUZZ_MUTANTS=2000000. */
const MUTANTS = Number(process.env['HOLDFAST_FUZZ_MUTANTS'] ?? 200_000);
const SEED = Number(process.env['HOLDFAST_FUZZ_SEED'] ?? 1);

const DOCUMENTS = [
  "<body rid='1' xmlns='http://jabber.org/protocol/httpbind' xmlns:xmpp='urn:xmpp:xbosh' xmpp:restart='true'/>",
  "<body xmlns='urn:b'><message xmlns='jabber:client' to='a@b/c' xml:lang='en'><body>Hi &amp; &#x41;&#10;hé 😀</body></message></body>",
  '<?xml version="1.0" encoding="UTF-8"?>\r\n<p:a xmlns:p="u" xmlns="v"><b xmlns="" c=\'1\n\t2\'><![CDATA[<x>]]>t</b><p:c p:d="&lt;"/>\r</p:a>',
  "<a xmlns:p='u' xmlns:q='v' p:x='1' q:x='2' x='3'><é p:y='&quot;&#233;'>]]&gt;</é><_-.9/>  <q:b xmlns:q='w'/></a>",
];
const TOKENS = [
  ...'<>/&;\'"=:! \t\r\n]?x-.9é\u0000\u0001\u0085\u2028\uFFFE\uFEFF\uD800\uDC00😀',
  '<!--', '-->', '<?p', '?>', '<![CDATA[', ']]>', '<!DOCTYPE a>', '&amp;', '&#0;', '&#xD800;', '&#x10FFFF;', '&#1114112;',
  '&#000000065;', '&x;', '&constructor;', '</a>', '<b>', '</b>', '<b/>', '<p:b/>', " x='1'", " p:x='1'", " xmlns='u'", " xmlns:p=''",
  " xmlns:p='v'", " xmlns:p=' '", " xmlns:xml='u'", " xmlns:xmlns='u'", " __proto__='1'", ' xml:lang="x"', "<?xml version='1.0'?>",
]; // prettier-ignore

/** One expanded element: namespace, local name, attributes sorted, children with texts joined. */
type Tree = [string, string, string[], (Tree | string)[]];

describe('XML: the same verdicts and trees as saxes', () => {
  it(`agrees on ${MUTANTS} mutants, but for the listed policies`, function () {
    this.timeout(60_000 + MUTANTS);
    const random = new SeededRandom(SEED);
    const unexplained: string[] = [];
    const count = { bothTake: 0, bothRefuse: 0, explained: 0 };
    for (let index = 0; index < MUTANTS && unexplained.length < 10; index += 1) {
      const source = mutant(random);
      const ours = parse(source);
      const theirs = readWithSaxes(source);
      if (!ours.ok && !theirs) count.bothRefuse += 1;
      else if (ours.ok && theirs && same(fromElement(ours.value), theirs)) count.bothTake += 1;
      else if (!ours.ok && theirs && isExplained(source, theirs)) count.explained += 1;
      else if (ours.ok && !theirs && hasPaddedNamespace(source)) count.explained += 1;
      else unexplained.push(JSON.stringify(source));
    }
    expect(unexplained).to.deep.equal([]);
    // The mutants must be worth something: enough of them on each side.
    expect(count.bothTake).to.be.above(MUTANTS / 50);
    expect(count.bothRefuse).to.be.above(MUTANTS / 4);
  });
});

function mutant(random: SeededRandom): string {
  let text = random.pick(DOCUMENTS);
  for (let left = 1 + random.below(3); left > 0; left -= 1) {
    const at = random.below(text.length + 1);
    const to = Math.min(text.length, at + random.below(12));
    const other = random.pick(DOCUMENTS);
    const from = random.below(other.length);
    const inserted = [
      '',
      random.pick(TOKENS),
      text.slice(at, to).repeat(2),
      other.slice(from, from + random.below(30)),
      String.fromCharCode(random.below(128)),
    ];
    text = text.slice(0, at) + random.pick(inserted) + text.slice(random.below(2) === 0 ? at : to);
  }
  return text;
}

class Refused extends Error {}

/** The tree that saxes reads; undefined when it refuses. It has few handlers: many make it slow. */
function readWithSaxes(source: string): Tree | undefined {
  const parser = new SaxesParser({ xmlns: true, defaultXMLVersion: '1.0', forceXMLVersion: true });
  const top: Tree = ['', '', [], []];
  const open: Tree[] = [top];
  const addText = (text: string): void => void (open.length > 1 && open.at(-1)?.[3].push(text));
  parser.on('error', () => {
    throw new Refused();
  });
  parser.on('opentag', (tag: SaxesTagNS) => {
    const attributes = Object.values(tag.attributes);
    const names = attributes.map(({ uri, local, value }) => JSON.stringify([uri, local, value])).sort();
    const tree: Tree = [tag.uri, tag.local, names, []];
    open.at(-1)?.[3].push(tree);
    open.push(tree);
  });
  parser.on('closetag', () => void open.pop());
  parser.on('text', addText);
  parser.on('cdata', addText);
  try {
    parser.write(source).close();
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
  const root = top[3][0];
  return typeof root === 'object' ? root : undefined;
}

const XMLNS = 'http://www.w3.org/2000/xmlns/';

function fromElement(element: Element): Tree {
  const attributes = Object.entries(element.attrs).map(([name, value]) => {
    const [local = '', prefix = ''] = name.split(':').reverse();
    const isDeclaration = prefix === 'xmlns' || name === 'xmlns';
    const namespace = isDeclaration ? XMLNS : prefix === '' ? '' : element.findNS(prefix);
    return JSON.stringify([namespace.trim(), local, value]);
  });
  const children = element.children.map((child) => (typeof child === 'string' ? child : fromElement(child)));
  return [element.getNS().trim(), element.getName(), attributes.sort(), children];
}

function same(a: Tree, b: Tree): boolean {
  return JSON.stringify(joined(a)) === JSON.stringify(joined(b));
}

function joined([namespace, name, attributes, children]: Tree): Tree {
  const result: (Tree | string)[] = [];
  for (const child of children) {
    const last = result.at(-1);
    if (child === '') continue;
    if (typeof child === 'string' && typeof last === 'string') result[result.length - 1] = last + child;
    else result.push(typeof child === 'string' ? child : joined(child));
  }
  return [namespace, name, attributes, result];
}

/** saxes trims namespace names, so that it sees duplicates and reserved names where there are none. */
function hasPaddedNamespace(source: string): boolean {
  return /xmlns[^=<>]*=\s*(?:"(?:\s[^"]*|[^"]*\s)"|'(?:\s[^']*|[^']*\s)')/.test(source);
}

/** What saxes takes and we refuse on purpose. */
function isExplained(source: string, tree: Tree): boolean {
  return (
    hasForbidden(source) ||
    /\p{Surrogate}/u.test(source) ||
    hasBadName(tree) ||
    /xmlns:p\s*=\s*(["'])\s+\1/.test(source)
  );
}

/** RFC 6120 §11.1: comments, processing instructions, document types; §11.6: other encodings. */
function hasForbidden(source: string): boolean {
  let found = false;
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', () => undefined);
  parser.on('comment', () => (found = true));
  parser.on('processinginstruction', () => (found = true));
  parser.on('doctype', () => (found = true));
  parser.on('xmldecl', ({ encoding }) => {
    if (encoding !== undefined && encoding.toLowerCase() !== 'utf-8') found = true;
  });
  parser.write(source).close();
  return found;
}

/** saxes checks whole names, not the parts around the colon: `p:.c` is no NCName. */
function hasBadName([, local, attributes, children]: Tree): boolean {
  const names = [local, ...attributes.map((text) => (JSON.parse(text) as string[])[1] ?? '')];
  return (
    names.some((name) => /^[-.\d\u00B7]/.test(name)) ||
    children.some((child) => typeof child !== 'string' && hasBadName(child))
  );
}
