import { isUtf8 } from 'node:buffer';
import { fail, ok, type Result } from '../base/result.ts';
import { Element } from './element.ts';
import { endOfName, isNcName } from './names.ts';
import { Scope } from './scope.ts';
import { hasIllegalCharacter, readText, type TextFault } from './text.ts';
import { XML_LIMITS, type XmlCondition, type XmlError, type XmlLimits } from './xml-error.ts';

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

/** The same for bytes, which must be UTF-8. */
export function parseBytes(source: Uint8Array, options: ParseOptions = {}): Result<Element, XmlError> {
  const most = options.limits?.bytes ?? XML_LIMITS.bytes;
  if (source.length > most) return fail(new Refusal('too-big', most, 'document too large'));
  if (!isUtf8(source)) return fail(new Refusal('invalid-encoding', 0, 'not UTF-8'));
  return parse(Buffer.from(source.buffer, source.byteOffset, source.length).toString('utf8'), options);
}

/** Carries a refusal out of the depth of the parser; `parse` turns it into a value. */
class Refusal implements XmlError {
  readonly condition: XmlCondition;
  readonly offset: number;
  readonly reason: string;

  constructor(condition: XmlCondition, offset: number, reason: string) {
    this.condition = condition;
    this.offset = offset;
    this.reason = reason;
  }
}

/** One pass over one document; jumps from markup to markup and looks at each character once. */
class Parser {
  readonly #source: string;
  readonly #limits: XmlLimits;
  readonly #scope: Scope;
  #position = 0;
  #depth = 0;
  #elements = 0;

  constructor(source: string, limits: XmlLimits, prefixes: Readonly<Record<string, string>>) {
    this.#source = source;
    this.#limits = limits;
    this.#scope = new Scope(limits.prefixes, prefixes);
  }

  document(): Element {
    const source = this.#source;
    if (source.length > this.#limits.bytes) this.#refuse('too-big', 'document too large');
    if (hasIllegalCharacter(source)) this.#refuse('not-well-formed', 'illegal character');
    this.#prolog();
    const root = this.#content();
    this.#skipSpace();
    if (this.#position < source.length) this.#refuseMarkup('something after the root element');
    for (const [prefix, namespace] of this.#scope.forgiven) root.attrs[`xmlns:${prefix}`] ??= namespace;
    return root;
  }

  /** A byte order mark and an XML declaration are allowed, if what they say is true. D-23 */
  #prolog(): void {
    if (this.#source.charCodeAt(0) === 0xfeff) this.#position = 1;
    const declaration = this.#source.startsWith('<?xml', this.#position)
      ? XML_DECLARATION.exec(this.#source.slice(this.#position, this.#position + 200))
      : null;
    if (declaration) {
      const encoding = (declaration[1] ?? declaration[2] ?? 'utf-8').toLowerCase();
      if (encoding !== 'utf-8' && encoding !== 'us-ascii') this.#refuse('invalid-encoding', 'not UTF-8');
      this.#position += declaration[0].length;
    }
    this.#skipSpace();
    if (this.#at(0) !== LESS_THAN) this.#refuse('not-well-formed', 'no root element');
  }

  /** The root element with everything in it. */
  #content(): Element {
    const source = this.#source;
    const root = this.#startTag(null);
    let current = root.isClosed ? null : root.element;
    while (current) {
      const markup = source.indexOf('<', this.#position);
      if (markup < 0) this.#refuse('not-well-formed', 'an element is not closed');
      if (markup > this.#position) this.#text(current, markup);
      const next = this.#at(1);
      if (next === SLASH) {
        this.#endTag(current);
        current = current.parent;
      } else if (next === EXCLAMATION && source.startsWith(CDATA_START, markup)) {
        this.#cdata(current);
      } else {
        const child = this.#startTag(current);
        if (!child.isClosed) current = child.element;
      }
    }
    return root.element;
  }

  #text(parent: Element, end: number): void {
    const text = readText(this.#source.slice(this.#position, end), 'content');
    if (typeof text !== 'string') this.#refuseText(text);
    appendText(parent, text);
    this.#position = end;
  }

  #cdata(parent: Element): void {
    const start = this.#position + CDATA_START.length;
    const end = this.#source.indexOf(']]>', start);
    if (end < 0) this.#refuse('not-well-formed', 'a CDATA section is not closed');
    if (end > start) appendText(parent, this.#source.slice(start, end).replace(/\r\n?/g, '\n'));
    this.#position = end + 3;
  }

  #endTag(current: Element): void {
    const source = this.#source;
    const start = this.#position + 2;
    const end = start + current.name.length;
    if (!source.startsWith(current.name, start)) this.#refuse('not-well-formed', 'an end tag does not match');
    this.#position = end;
    if (source.charCodeAt(end) !== GREATER_THAN) {
      this.#skipSpace();
      if (this.#at(0) !== GREATER_THAN) this.#refuse('not-well-formed', 'an end tag does not match');
    }
    this.#position += 1;
    this.#depth -= 1;
    this.#scope.leave();
  }

  #startTag(parent: Element | null): { readonly element: Element; readonly isClosed: boolean } {
    const start = this.#position + 1;
    const next = this.#source.charCodeAt(start);
    if (next === EXCLAMATION || next === QUESTION) this.#refuseMarkup('bad markup');
    if (++this.#elements > this.#limits.elements) this.#refuse('too-big', 'too many elements');
    if (++this.#depth > this.#limits.depth) this.#refuse('too-big', 'elements too deep');
    this.#scope.enter();
    const element = new Element(this.#name());
    const attributes = this.#attributes(element.attrs);
    this.#resolve(element, attributes);
    if (parent) {
      element.parent = parent;
      parent.children.push(element);
    }
    const isClosed = this.#at(0) === SLASH;
    this.#position += isClosed ? 2 : 1;
    if (isClosed) {
      this.#depth -= 1;
      this.#scope.leave();
    }
    return { element, isClosed };
  }

  /** Reads the name after `<`. */
  #name(): string {
    this.#position += 1;
    return this.#qualifiedName();
  }

  /** `local` or `prefix:local`, both NCNames. */
  #qualifiedName(): string {
    const source = this.#source;
    const start = this.#position;
    const end = endOfName(source, start);
    if (end - start > this.#limits.name) this.#refuse('too-big', 'a name is too long');
    const name = source.slice(start, end);
    const colon = name.indexOf(':');
    const isValid =
      colon < 0
        ? isNcName(source, start, end)
        : isNcName(source, start, start + colon) && isNcName(source, start + colon + 1, end);
    if (!isValid) this.#refuse('not-well-formed', 'a bad name');
    this.#position = end;
    return name;
  }

  /** Reads attributes up to `>` or `/>`; returns the names of those that have a prefix. */
  #attributes(attrs: Record<string, string>): string[] {
    const prefixed: string[] = [];
    for (let count = 0; ; count += 1) {
      const before = this.#position;
      this.#skipSpace();
      const next = this.#at(0);
      if (next === GREATER_THAN || (next === SLASH && this.#at(1) === GREATER_THAN)) return prefixed;
      if (this.#position === before) this.#refuse('not-well-formed', 'no space before an attribute');
      if (count >= this.#limits.attributes) this.#refuse('too-big', 'too many attributes');
      const name = this.#qualifiedName();
      if (Object.hasOwn(attrs, name)) this.#refuse('not-well-formed', 'an attribute appears twice');
      const value = this.#attributeValue();
      if (name.startsWith('xmlns') && (name.length === 5 || name.charCodeAt(5) === 58)) this.#declare(name, value);
      else if (name.includes(':')) prefixed.push(name);
      if (name === '__proto__') Object.defineProperty(attrs, name, { value, ...PLAIN });
      else attrs[name] = value;
    }
  }

  #attributeValue(): string {
    const source = this.#source;
    this.#skipSpace();
    if (this.#at(0) !== EQUALS) this.#refuse('not-well-formed', 'an attribute without a value');
    this.#position += 1;
    this.#skipSpace();
    const quote = source.charAt(this.#position);
    if (quote !== '"' && quote !== "'") this.#refuse('not-well-formed', 'an attribute without quotes');
    const start = this.#position + 1;
    const end = source.indexOf(quote, start);
    if (end < 0) this.#refuse('not-well-formed', 'an attribute is not closed');
    const value = readText(source.slice(start, end), 'attribute');
    if (typeof value !== 'string') this.#refuseText(value);
    this.#position = end + 1;
    return value;
  }

  #declare(name: string, value: string): void {
    const fault = this.#scope.declare(name === 'xmlns' ? undefined : name.slice(6), value);
    if (fault === 'too many prefixes') this.#refuse('too-big', fault);
    if (fault !== undefined) this.#refuse('not-well-formed', fault);
  }

  /** Every prefix is declared, and no two attributes have the same expanded name. */
  #resolve(element: Element, prefixed: readonly string[]): void {
    const colon = element.name.indexOf(':');
    if (colon >= 0 && this.#scope.find(element.name.slice(0, colon)) === undefined) this.#refuseUndeclared();
    const expanded = prefixed.map((name) => this.#expand(name));
    if (expanded.length > 1 && new Set(expanded).size < expanded.length) {
      this.#refuse('not-well-formed', 'an attribute appears twice');
    }
  }

  #expand(name: string): string {
    const colon = name.indexOf(':');
    const namespace = this.#scope.find(name.slice(0, colon));
    if (namespace === undefined) this.#refuseUndeclared();
    return `${name.slice(colon)} ${namespace}`;
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#at(0);
      if (code !== 32 && code !== 10 && code !== 9 && code !== 13) return;
      this.#position += 1;
    }
  }

  #at(ahead: number): number {
    return this.#source.charCodeAt(this.#position + ahead);
  }

  #refuse(condition: XmlCondition, reason: string): never {
    throw new Refusal(condition, this.#position, reason);
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

const PLAIN = { enumerable: true, configurable: true, writable: true };

/** Text on both sides of a CDATA section is one text. */
function appendText(parent: Element, text: string): void {
  const last = parent.children.length - 1;
  const previous = parent.children[last];
  if (typeof previous === 'string') parent.children[last] = previous + text;
  else parent.children.push(text);
}
