import { fail, ok, type Result } from '../base/result.ts';
import type { Element } from './element.ts';
import { isNameStart } from './names.ts';
import { parse } from './parser.ts';
import { isSpace } from './text.ts';
import { Refusal, XML_LIMITS, type XmlCondition, type XmlError, type XmlLimits } from './xml-error.ts';

/** What a stream consists of. @spec RFC 6120 §4.2 */
export type FramerEvent =
  /** The header: an element without children, with its declarations. Again when the client restarts the stream. */
  | { readonly is: 'open'; readonly header: Element }
  /** A complete element directly below the root; its namespaces are declared on it. */
  | { readonly is: 'element'; readonly element: Element }
  /** The end tag of the root. */
  | { readonly is: 'close' };

/** Why a stream was refused, and what of the same chunk came before that. */
export interface FramerError extends XmlError {
  readonly before: readonly FramerEvent[];
}

/** Where in the markup the framer is. `between` is outside of elements, but for the root. */
type State = 'between' | 'text' | 'markup' | 'declaration' | 'start tag' | 'quoted' | 'end tag' | 'bang' | 'cdata';

const EXCLAMATION = 33;
const QUOTATION_MARK = 34;
const APOSTROPHE = 39;
const SLASH = 47;
const LESS_THAN = 60;
const GREATER_THAN = 62;
const QUESTION = 63;
const CLOSING_BRACKET = 93;
/** What may follow the name in a start tag. */
const ENDS_NAME = /[ \t\r\n/>]/;
const DECLARATION = 'xml';
const CDATA_START = '[CDATA[';

/**
 * Finds the elements of an XML stream that comes in pieces of any size. It looks at each character
 * once, keeps the pieces, and gives whole elements to the one parser. `limits.bytes` holds for the
 * header and for each element; `limits.depth` counts the root.
 *
 * A start tag like the header's, where an element could begin, is a new header: the stream is restarted,
 * and the old one forgotten. After an error every push gives that error again. Offsets count from the
 * start of the first stream.
 *
 * @spec RFC 6120 §4.3.3 @spec RFC 6120 §11
 */
export class XmlFramer {
  #limits: XmlLimits;
  #state: State = 'between';
  #depth = 0;
  /** The mark that ends the attribute value. */
  #quote = '';
  /** How much of `xml`, of `[CDATA[`, or of `]]`, was found. */
  #matched = 0;
  /** A slash in the start tag: only `>` may follow. */
  #isEmpty = false;
  /** What is not complete began with an XML declaration: it has to be a header. */
  #isDeclared = false;
  #header: Element | undefined;
  #prefixes: Readonly<Record<string, string>> = {};
  #failure: XmlError | undefined;

  #chunk = '';
  #at = 0;
  #events: FramerEvent[] = [];
  /** Where in the chunk begins what is not complete, after the pieces of earlier chunks. */
  #from = 0;
  #pieces: string[] = [];
  #size = 0;
  /** Characters of earlier chunks. */
  #offset = 0;
  /** Where in the stream the header or element began. */
  #start = 0;

  constructor(limits: Partial<XmlLimits> = {}) {
    this.#limits = { ...XML_LIMITS, ...limits };
  }

  /** How much an element may have from now on. */
  set bytes(bytes: number) {
    this.#limits = { ...this.#limits, bytes };
  }

  /** Takes the next piece of the stream. */
  push(chunk: string): Result<FramerEvent[], FramerError> {
    if (this.#failure) return fail({ ...this.#failure, before: [] });
    const events: FramerEvent[] = [];
    this.#chunk = chunk;
    this.#at = 0;
    this.#from = 0;
    this.#events = events;
    try {
      while (this.#at < chunk.length) this.#step();
      this.#keep();
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      this.#failure = refusal;
      return fail({ ...refusal, before: events });
    }
    this.#offset += chunk.length;
    this.#chunk = '';
    this.#events = [];
    return ok(events);
  }

  #step(): void {
    switch (this.#state) {
      case 'between':
        return this.#between();
      case 'text':
        return this.#skipTo('<', 'markup');
      case 'markup':
        return this.#markup();
      case 'declaration':
        return this.#declaration();
      case 'start tag':
        return this.#startTag();
      case 'quoted':
        return this.#skipTo(this.#quote, 'start tag');
      case 'end tag':
        return this.#endTag();
      case 'bang':
        return this.#bang();
      case 'cdata':
        return this.#cdata();
    }
  }

  /**
   * Only white space may stand here. Nothing is kept of it, but behind an XML declaration, which goes
   * to the parser together with the header.
   *
   * @spec RFC 6120 §4.6.1
   */
  #between(): void {
    const isFirst = this.#size === 0 && this.#from === this.#at;
    while (isSpace(this.#chunk.charCodeAt(this.#at))) this.#at += 1;
    if (isFirst) {
      this.#from = this.#at;
      this.#start = this.#offset + this.#at;
    }
    if (this.#at === this.#chunk.length) return;
    if (this.#header && this.#depth === 0) this.#refuse('not-well-formed', 'something after the end of the stream');
    if (this.#take() !== LESS_THAN) this.#refuse('not-well-formed', 'text outside of the elements');
    this.#state = 'markup';
  }

  /** Tells what begins here by the character after `<`. */
  #markup(): void {
    const code = this.#take();
    if (code === SLASH) {
      this.#state = 'end tag';
    } else if (code === EXCLAMATION) {
      this.#state = 'bang';
      this.#matched = 0;
    } else if (code === QUESTION) {
      if (this.#depth > 1 || this.#isDeclared) this.#refuse('restricted-xml', 'a processing instruction');
      this.#isDeclared = true;
      this.#state = 'declaration';
      this.#matched = 0;
    } else {
      if (!isNameStart(code)) this.#refuse('not-well-formed', 'a bad name');
      this.#state = 'start tag';
      this.#isEmpty = false;
    }
  }

  /** After `<?`: an XML declaration, or what XMPP forbids. */
  #declaration(): void {
    if (this.#matched === DECLARATION.length) return this.#skipTo('>', 'between');
    if (this.#take() !== DECLARATION.charCodeAt(this.#matched)) {
      this.#refuse('restricted-xml', 'a processing instruction');
    }
    this.#matched += 1;
  }

  #startTag(): void {
    const code = this.#take();
    if (code === GREATER_THAN) return this.#ended(this.#isEmpty ? 0 : 1);
    if (this.#isEmpty || code === LESS_THAN) this.#refuse('not-well-formed', 'bad markup in a start tag');
    if (code === SLASH) {
      this.#isEmpty = true;
    } else if (code === QUOTATION_MARK || code === APOSTROPHE) {
      this.#quote = String.fromCharCode(code);
      this.#state = 'quoted';
    }
  }

  #endTag(): void {
    this.#skipTo('>', 'text');
    if (this.#state === 'text') this.#ended(-1);
  }

  /** After `<!`: a CDATA section, or what XMPP forbids. @spec RFC 6120 §11.1 */
  #bang(): void {
    if (this.#take() !== CDATA_START.charCodeAt(this.#matched)) {
      this.#refuse('restricted-xml', 'a comment or document type');
    }
    this.#matched += 1;
    if (this.#matched < CDATA_START.length) return;
    if (this.#depth < 2) this.#refuse('not-well-formed', 'text outside of the elements');
    this.#state = 'cdata';
    this.#matched = 0;
  }

  #cdata(): void {
    if (this.#matched === 0) {
      const bracket = this.#chunk.indexOf(']', this.#at);
      this.#at = bracket < 0 ? this.#chunk.length : bracket + 1;
      if (bracket >= 0) this.#matched = 1;
      return;
    }
    const code = this.#take();
    if (code === CLOSING_BRACKET) this.#matched = 2;
    else if (code === GREATER_THAN && this.#matched === 2) this.#state = 'text';
    else this.#matched = 0;
  }

  /** A tag ended: an end tag (-1), an empty element (0) or a start tag (1). */
  #ended(change: -1 | 0 | 1): void {
    if (this.#header && this.#depth === 1 && change >= 0 && this.#isLike(this.#header)) {
      this.#header = undefined;
      this.#depth = 0;
    }
    this.#depth += change;
    if (this.#depth > this.#limits.depth) this.#refuse('too-big', 'elements too deep');
    this.#state = this.#depth < 2 ? 'between' : 'text';
    if (!this.#header) this.#open(change);
    else if (this.#depth === 0) this.#close(this.#header);
    else if (this.#depth === 1) this.#element(this.#header);
  }

  /** The start tag that has just ended is a header. */
  #isLike({ name }: Element): boolean {
    if (this.#isDeclared) return true;
    const text = this.#joined();
    return text.startsWith(name, 1) && ENDS_NAME.test(text.charAt(name.length + 1));
  }

  #open(change: -1 | 0 | 1): void {
    const text = this.#complete();
    if (change < 0) this.#refuse('not-well-formed', 'an end tag without a start tag');
    const header = this.#parse(change > 0 ? `${text.slice(0, -1)}/>` : text);
    this.#header = header;
    const declarations = Object.entries(header.attrs).filter(([name]) => name.startsWith('xmlns:'));
    this.#prefixes = Object.fromEntries(declarations.map(([name, namespace]) => [name.slice(6), namespace]));
    this.#events.push({ is: 'open', header });
    if (change === 0) this.#events.push({ is: 'close' });
  }

  #element(header: Element): void {
    const element = this.#parse(this.#complete());
    const inherited = header.findNS();
    if (inherited !== '') element.attrs['xmlns'] ??= inherited;
    this.#events.push({ is: 'element', element });
  }

  #close(header: Element): void {
    const text = this.#complete();
    let end = text.length - 1;
    while (isSpace(text.charCodeAt(end - 1))) end -= 1;
    if (text.slice(2, end) !== header.name) this.#refuse('not-well-formed', 'an end tag does not match');
    this.#events.push({ is: 'close' });
  }

  #parse(text: string): Element {
    const parsed = parse(text, { limits: this.#limits, prefixes: this.#prefixes });
    if (parsed.ok) return parsed.value;
    const { condition, offset, reason } = parsed.error;
    throw new Refusal(condition, this.#start + offset, reason);
  }

  /** The text of what has just ended. */
  #complete(): string {
    const text = this.#joined();
    this.#pieces = [];
    this.#size = 0;
    this.#isDeclared = false;
    return text;
  }

  /** The text since the start of what is not complete. */
  #joined(): string {
    this.#keep();
    if (this.#pieces.length > 1) this.#pieces = [this.#pieces.join('')];
    return this.#pieces[0] ?? '';
  }

  /** Keeps what was read of the chunk and belongs to something that is not complete. */
  #keep(): void {
    if (this.#at === this.#from) return;
    this.#size += this.#at - this.#from;
    if (this.#size > this.#limits.bytes) this.#refuse('too-big', 'an element is too large');
    this.#pieces.push(this.#chunk.slice(this.#from, this.#at));
    this.#from = this.#at;
  }

  /** Goes on behind the next `end`, which may be in a later chunk. */
  #skipTo(end: string, state: State): void {
    const found = this.#chunk.indexOf(end, this.#at);
    this.#at = found < 0 ? this.#chunk.length : found + 1;
    if (found >= 0) this.#state = state;
  }

  #take(): number {
    const code = this.#chunk.charCodeAt(this.#at);
    this.#at += 1;
    return code;
  }

  #refuse(condition: XmlCondition, reason: string): never {
    throw new Refusal(condition, this.#offset + this.#at, reason);
  }
}
