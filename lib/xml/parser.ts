import { fail, ok, type Result } from '../base/result.ts';
import { Element, setAttribute } from './element.ts';
import { readName, startsAt, type QName } from './names.ts';
import { Scope } from './scope.ts';
import {
  indexOfIllegal,
  isPlain,
  isSpace,
  normaliseLineEnds,
  readAttribute,
  readText,
  type TextFault,
} from './text.ts';
import { Refusal, XML_LIMITS, type XmlCondition, type XmlError, type XmlLimits } from './xml-error.ts';

export interface ParseOptions {
  readonly limits?: Partial<XmlLimits>;
  /** Prefixes that count as declared on the root when the document uses them undeclared. */
  readonly prefixes?: Readonly<Record<string, string>>;
}

const LESS_THAN = 60;
const GREATER_THAN = 62;
const SLASH = 47;
const EQUALS = 61;
const EXCLAMATION = 33;
const QUESTION = 63;
const APOSTROPHE = 39;
const QUOTATION_MARK = 34;
const SPACE = 32;
const AMPERSAND = 38;
/** UTF-16 units. */
const LONGEST_DECLARATION = 200;
const CDATA_START = '<![CDATA[';
const XML_DECLARATION =
  /^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.\d+"|'1\.\d+')(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"([A-Za-z][\w.-]*)"|'([A-Za-z][\w.-]*)'))?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>/;

/**
 * Reads one complete document of the XML that XMPP allows: no document type, comments, processing
 * instructions or entities beyond the five; namespaces correct; limits on everything.
 *
 * @spec RFC 6120 §11.1
 * @spec XEP-0124 §6 B-6-02 B-6-03 B-6-04
 */
export function parse(source: string, options: ParseOptions = {}): Result<Element, XmlError> {
  const limits = { ...XML_LIMITS, ...options.limits };
  const parser = new Parser(source, limits, options.prefixes ?? {});
  try {
    return ok(parser.document());
  } catch (refusal) {
    if (refusal instanceof Refusal) return fail(refusal);
    throw refusal;
  }
}

/** The same for bytes, which must be UTF-8. @spec RFC 6120 §11.6 */
export function parseBytes(source: Uint8Array, options: ParseOptions = {}): Result<Element, XmlError> {
  const most = options.limits?.bytes ?? XML_LIMITS.bytes;
  if (source.length > most) return fail(new Refusal('too-big', most, 'document too large'));
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(source);
  } catch {
    return fail(new Refusal('invalid-encoding', 0, 'not UTF-8'));
  }
  return parse(text, options);
}

/** One pass over one document; jumps from markup to markup and looks at each character once. */
class Parser {
  readonly #source: string;
  readonly #limits: XmlLimits;
  readonly #scope: Scope;
  /** No text of the document needs a second look. */
  #isPlain = false;
  #position = 0;
  #depth = 0;
  #elements = 0;
  /** The innermost element that is not closed yet. */
  #open: Element | null = null;

  constructor(source: string, limits: XmlLimits, prefixes: Readonly<Record<string, string>>) {
    this.#source = source;
    this.#limits = limits;
    this.#scope = new Scope(limits.prefixes, prefixes);
  }

  document(): Element {
    const source = this.#source;
    if (source.length > this.#limits.bytes) this.#refuse('too-big', 'document too large');
    const illegal = indexOfIllegal(source);
    if (illegal >= 0) throw new Refusal('not-well-formed', illegal, 'illegal character');
    this.#isPlain = isPlain(source);
    this.#prolog();
    const root = this.#startTag();
    while (this.#open) this.#content(this.#open);
    this.#skipSpace();
    if (this.#position < source.length) this.#refuseMarkup('something after the root element');
    for (const [prefix, namespace] of this.#scope.forgiven) root.attrs[`xmlns:${prefix}`] = namespace;
    return root;
  }

  /** A byte order mark and an XML declaration are allowed, if what they say is true. D-23 */
  #prolog(): void {
    if (this.#source.charCodeAt(0) === 0xfeff) this.#position = 1;
    const declaration = this.#source.startsWith('<?xml', this.#position)
      ? XML_DECLARATION.exec(this.#source.slice(this.#position, this.#position + LONGEST_DECLARATION))
      : null;
    if (declaration) {
      const encoding = declaration[1] ?? declaration[2] ?? 'utf-8';
      if (encoding.toLowerCase() !== 'utf-8') this.#refuse('invalid-encoding', 'not UTF-8');
      this.#position += declaration[0].length;
    }
    this.#skipSpace();
    if (this.#at(0) !== LESS_THAN) this.#refuse('not-well-formed', 'no root element');
  }

  /** Text up to the next markup, and that markup. */
  #content(open: Element): void {
    const start = this.#position;
    if (this.#at(0) !== LESS_THAN) {
      const markup = this.#source.indexOf('<', start);
      if (markup < 0) this.#refuse('not-well-formed', 'an element is not closed');
      this.#text(open, markup);
    }
    const next = this.#at(1);
    if (next === SLASH) this.#endTag(open);
    else if (next === EXCLAMATION && this.#source.startsWith(CDATA_START, this.#position)) this.#cdata(open);
    else this.#startTag();
  }

  #text(open: Element, end: number): void {
    const raw = this.#source.slice(this.#position, end);
    const text = this.#isPlain ? raw : readText(raw);
    if (typeof text !== 'string') this.#refuseText(text);
    appendText(open, text);
    this.#position = end;
  }

  #cdata(open: Element): void {
    const start = this.#position + CDATA_START.length;
    const end = this.#source.indexOf(']]>', start);
    if (end < 0) this.#refuse('not-well-formed', 'a CDATA section is not closed');
    if (end > start) appendText(open, normaliseLineEnds(this.#source.slice(start, end)));
    this.#position = end + 3;
  }

  #endTag(open: Element): void {
    const start = this.#position + 2;
    if (!startsAt(this.#source, start, open.name)) this.#refuse('not-well-formed', 'an end tag does not match');
    this.#position = start + open.name.length;
    this.#skipSpace();
    if (this.#at(0) !== GREATER_THAN) this.#refuse('not-well-formed', 'an end tag does not match');
    this.#position += 1;
    this.#open = open.parent;
    this.#leave();
  }

  /** Reads a start tag or an empty-element tag into the tree. */
  #startTag(): Element {
    const next = this.#at(1);
    if (next === EXCLAMATION || next === QUESTION) this.#refuseMarkup('bad markup');
    if (++this.#elements > this.#limits.elements) this.#refuse('too-big', 'too many elements');
    if (++this.#depth > this.#limits.depth) this.#refuse('too-big', 'elements too deep');
    this.#position += 1;
    const name = this.#name();
    const element = new Element(name.text);
    this.#attributes(element.attrs);
    if (name.prefix !== undefined && this.#scope.find(name.prefix) === undefined) this.#refuseUndeclared();
    const parent = this.#open;
    if (parent) {
      element.parent = parent;
      parent.children.push(element);
    }
    if (this.#at(0) === SLASH) {
      this.#position += 2;
      this.#leave();
    } else {
      this.#position += 1;
      this.#open = element;
    }
    return element;
  }

  #leave(): void {
    this.#scope.leave(this.#depth);
    this.#depth -= 1;
  }

  #name(): QName {
    const name = readName(this.#source, this.#position);
    if (name === undefined) this.#refuse('not-well-formed', 'a bad name');
    if (name.text.length > this.#limits.name) this.#refuse('too-big', 'a name is too long');
    this.#position += name.text.length;
    return name;
  }

  /** Reads attributes up to `>` or `/>`. */
  #attributes(attrs: Record<string, string>): void {
    let prefixed: QName[] | undefined;
    let count = 0;
    for (;;) {
      const before = this.#position;
      this.#skipSpace();
      const next = this.#at(0);
      if (next === GREATER_THAN || (next === SLASH && this.#at(1) === GREATER_THAN)) break;
      if (this.#position === before) this.#refuse('not-well-formed', 'no space before an attribute');
      if (count >= this.#limits.attributes) this.#refuse('too-big', 'too many attributes');
      count += 1;
      const name = this.#name();
      const value = this.#attributeValue();
      if (name.prefix === 'xmlns' || name.text === 'xmlns') this.#declare(name, value);
      else if (name.prefix !== undefined && name.prefix !== 'xml') (prefixed ??= []).push(name);
      setAttribute(attrs, name.text, value);
    }
    if (count > 1 && Object.keys(attrs).length < count) this.#refuseTwice();
    if (prefixed) this.#resolve(prefixed);
  }

  /** Reads `= "value"` with either quotation mark. */
  #attributeValue(): string {
    const source = this.#source;
    const quote = this.#openingQuote();
    const start = this.#position;
    let end = start;
    let isPlain = true;
    for (let code = source.charCodeAt(end); code !== quote; code = source.charCodeAt(end)) {
      if (code === LESS_THAN) this.#refuse('not-well-formed', 'a < in an attribute');
      if (code < SPACE || code === AMPERSAND) isPlain = false;
      if (end >= source.length) this.#refuse('not-well-formed', 'an attribute is not closed');
      end += 1;
    }
    const raw = source.slice(start, end);
    const value = isPlain ? raw : readAttribute(raw);
    if (typeof value !== 'string') this.#refuseText(value);
    this.#position = end + 1;
    return value;
  }

  #openingQuote(): number {
    this.#skipSpace();
    if (this.#at(0) !== EQUALS) this.#refuse('not-well-formed', 'an attribute without a value');
    this.#position += 1;
    this.#skipSpace();
    const quote = this.#at(0);
    const isQuote = quote === APOSTROPHE || quote === QUOTATION_MARK;
    if (!isQuote) this.#refuse('not-well-formed', 'an attribute without quotes');
    this.#position += 1;
    return quote;
  }

  #declare(name: QName, value: string): void {
    const fault = this.#scope.declare(name, value, this.#depth);
    if (fault === 'too many prefixes') this.#refuse('too-big', fault);
    if (fault !== undefined) this.#refuse('not-well-formed', fault);
  }

  /** Every prefix is declared, and no two attributes have the same expanded name. */
  #resolve(prefixed: readonly QName[]): void {
    const expanded = new Set<string>();
    for (const { prefix = '', local } of prefixed) {
      const namespace = this.#scope.find(prefix);
      if (namespace === undefined) this.#refuseUndeclared();
      expanded.add(`${local} ${namespace}`);
    }
    if (expanded.size < prefixed.length) this.#refuseTwice();
  }

  #skipSpace(): void {
    while (isSpace(this.#at(0))) this.#position += 1;
  }

  #at(ahead: number): number {
    return this.#source.charCodeAt(this.#position + ahead);
  }

  #refuse(condition: XmlCondition, reason: string): never {
    throw new Refusal(condition, this.#position, reason);
  }

  #refuseTwice(): never {
    this.#refuse('not-well-formed', 'an attribute appears twice');
  }

  #refuseUndeclared(): never {
    this.#refuse('not-well-formed', 'an undeclared prefix');
  }

  #refuseText(fault: TextFault): never {
    this.#refuse(fault.condition, fault.reason);
  }

  /** What begins like a comment, a processing instruction or a document type is forbidden, not malformed. */
  #refuseMarkup(reason: string): never {
    const isRestricted = /^<(?:!--|!DOCTYPE|\?[A-Za-z_])/.test(this.#source.slice(this.#position, this.#position + 9));
    if (isRestricted) this.#refuse('restricted-xml', 'a comment, processing instruction or document type');
    this.#refuse('not-well-formed', reason);
  }
}

/** Text on both sides of a CDATA section is one text. */
function appendText(parent: Element, text: string): void {
  const last = parent.children.length - 1;
  const previous = parent.children[last];
  if (typeof previous === 'string') parent.children[last] = previous + text;
  else parent.children.push(text);
}
