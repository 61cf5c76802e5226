import { fail, ok, type Result } from '../base/result.ts';
import type { Element } from './element.ts';
import { parse } from './parser.ts';
import { XML_LIMITS, type XmlCondition, type XmlError, type XmlLimits } from './xml-error.ts';

/** What a stream consists of. @spec RFC 6120 §4.2 */
export type FramerEvent =
  /** The header: an element without children, with its declarations. */
  | { readonly is: 'open'; readonly header: Element }
  /** A complete element directly below the root; its default namespace is written on it. */
  | { readonly is: 'element'; readonly element: Element }
  /** The end tag of the root. */
  | { readonly is: 'close' };

/** Where the framer is inside the markup. */
type State = 'text' | 'markup' | 'start tag' | 'quoted' | 'end tag' | 'bang' | 'cdata' | 'declaration';

const CDATA = '<![CDATA[';

/**
 * Finds the elements of an XML stream that comes in pieces of any size. It looks at each character
 * once, keeps the pieces, and gives whole elements to the one parser.
 *
 * Not to be used again after an error or after `close`.
 */
export class XmlFramer {
  readonly #limits: XmlLimits;
  #pieces: string[] = [];
  #size = 0;
  #state: State = 'text';
  #quote = '';
  #depth = 0;
  /** The end of the markup so far, as much as is needed to tell what it is. */
  #recent = '';
  #header: Element | undefined;
  #offset = 0;
  /** Nothing came before: an XML declaration may. */
  #isFirst = true;

  constructor(limits: Partial<XmlLimits> = {}) {
    this.#limits = { ...XML_LIMITS, ...limits };
  }

  /** Takes the next piece of the stream. */
  push(chunk: string): Result<FramerEvent[], XmlError> {
    const events: FramerEvent[] = [];
    let from = 0;
    for (let index = 0; index < chunk.length; index += 1) {
      const error = this.#step(chunk.charAt(index));
      if (error) return fail(this.#error(error));
      if (this.#state !== 'text' || !this.#isComplete) continue;
      this.#pieces.push(chunk.slice(from, index + 1));
      from = index + 1;
      const event = this.#complete();
      if (!event.ok) return event;
      if (event.value) events.push(event.value);
    }
    this.#keep(chunk.slice(from));
    this.#offset += chunk.length;
    return this.#size > this.#limits.bytes ? fail(this.#error('too-big')) : ok(events);
  }

  /** Something ended here that stands for itself. */
  #isComplete = false;

  #step(character: string): XmlCondition | undefined {
    this.#isComplete = false;
    switch (this.#state) {
      case 'text':
        return this.#inText(character);
      case 'markup':
        return this.#afterLessThan(character);
      case 'start tag':
        return this.#inStartTag(character);
      case 'quoted':
        if (character === this.#quote) this.#state = 'start tag';
        return undefined;
      case 'end tag':
        if (character === '>') this.#end(-1);
        return undefined;
      case 'bang':
        return this.#inBang(character);
      case 'cdata':
        this.#recent = (this.#recent + character).slice(-3);
        if (this.#recent === ']]>') this.#state = 'text';
        return undefined;
      case 'declaration':
        this.#recent = (this.#recent + character).slice(-2);
        if (this.#recent === '?>') this.#end(0);
        return undefined;
    }
  }

  /** Between elements only white space may stand: nothing is kept of it. @spec RFC 6120 §4.6.1 */
  #inText(character: string): XmlCondition | undefined {
    if (character === '<') this.#state = 'markup';
    else if (this.#depth < 2) {
      if (!' \t\r\n'.includes(character)) return 'not-well-formed';
      this.#isComplete = true;
    }
    return undefined;
  }

  #afterLessThan(character: string): XmlCondition | undefined {
    this.#recent = `<${character}`;
    if (character === '/') this.#state = 'end tag';
    else if (character === '!') this.#state = 'bang';
    else if (character === '?') {
      if (!this.#isFirst) return 'restricted-xml';
      this.#state = 'declaration';
    } else this.#state = 'start tag';
    return undefined;
  }

  #inStartTag(character: string): XmlCondition | undefined {
    if (character === '"' || character === "'") {
      this.#quote = character;
      this.#state = 'quoted';
    } else if (character === '>') {
      this.#end(this.#recent === '/' ? 0 : 1);
    } else if (character === '<') {
      return 'not-well-formed';
    }
    this.#recent = character;
    return this.#depth > this.#limits.depth ? 'too-big' : undefined;
  }

  #inBang(character: string): XmlCondition | undefined {
    this.#recent += character;
    if (!CDATA.startsWith(this.#recent)) return 'restricted-xml';
    if (this.#depth < 2) return 'not-well-formed';
    if (this.#recent === CDATA) this.#state = 'cdata';
    return undefined;
  }

  /** A tag or declaration ended. */
  #end(change: -1 | 0 | 1): void {
    const isHeader = this.#depth === 0 && change === 1;
    this.#depth += change;
    this.#isFirst = false;
    this.#state = 'text';
    this.#isComplete = isHeader || this.#depth <= 1;
  }

  #complete(): Result<FramerEvent | undefined, XmlError> {
    const text = this.#pieces.join('');
    this.#pieces = [];
    this.#size = 0;
    if (text.length > this.#limits.bytes) return fail(this.#error('too-big'));
    if (text.trim() === '' || text.startsWith('<?')) return ok(undefined);
    if (!this.#header) return this.#open(text);
    return this.#depth === 0 ? this.#close(text) : this.#element(text, this.#header);
  }

  #open(text: string): Result<FramerEvent, XmlError> {
    if (this.#depth === 0) return fail(this.#error('not-well-formed'));
    const parsed = parse(`${text.slice(0, -1)}/>`, { limits: this.#limits });
    if (!parsed.ok) return parsed;
    this.#header = parsed.value;
    return ok({ is: 'open', header: parsed.value });
  }

  #close(text: string): Result<FramerEvent, XmlError> {
    const name = /^<\/(.*?)[ \t\r\n]*>$/.exec(text)?.[1];
    return name === this.#header?.name ? ok({ is: 'close' }) : fail(this.#error('not-well-formed'));
  }

  #element(text: string, header: Element): Result<FramerEvent, XmlError> {
    const prefixes: Record<string, string> = {};
    for (const [name, value] of Object.entries(header.attrs)) {
      if (name.startsWith('xmlns:')) prefixes[name.slice(6)] = value;
    }
    const parsed = parse(text, { limits: this.#limits, prefixes });
    if (!parsed.ok) return parsed;
    parsed.value.attrs['xmlns'] ??= header.findNS();
    return ok({ is: 'element', element: parsed.value });
  }

  #keep(piece: string): void {
    if (piece === '') return;
    this.#pieces.push(piece);
    this.#size += piece.length;
  }

  #error(condition: XmlCondition): XmlError {
    return { condition, offset: this.#offset, reason: `the stream is ${condition.replaceAll('-', ' ')}` };
  }
}
