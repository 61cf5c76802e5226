import { fail, ok, type Result } from '../base/result.ts';
import { XmlFramer, type Element, type XmlLimits } from '../xml/index.ts';
import { NS_CLIENT, NS_STREAM, NS_XBOSH } from '../xmpp/ns.ts';
import { parseBody, type Body, type BodyFault } from './body.ts';

/** How the wrapper travels: as it is, or as a query and a script. @spec XEP-0252 §2.1 J-2.1-02 */
export type Syntax = 'pure' | 'script';

/** @spec XEP-0252 §2.3 J-2.3-03 */
export const SCRIPT_CONTENT_TYPE = 'text/javascript; charset=utf-8';

/** The start tag of the wrapper, whatever quotation marks its attributes have. */
const START_TAG = /^[ \t\r\n]*<((?:[^\s<>:/]+:)?body)(?:[^<>"']|"[^"<]*"|'[^'<]*')*>/;
const SPECIAL = /["\\\n\r\u2028\u2029]|\p{Cf}/gu;
const SHORT: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r' };

/**
 * A response in script syntax: a call with the wrapper as its argument, without a line break.
 *
 * @spec XEP-0252 §2.3 J-2.1-03 J-2.3-01 J-2.3-02 J-2.3-05
 */
export function toScript(body: string): string {
  return `_BOSH_("${body.replace(SPECIAL, escape)}")`;
}

function escape(character: string): string {
  return SHORT[character] ?? Array.from(unitsOf(character), (unit) => `\\u${unit}`).join('');
}

/** UTF-16 units as four hexadecimal digits each. */
function unitsOf(character: string): string[] {
  return Array.from({ length: character.length }, (_, at) => character.charCodeAt(at).toString(16).padStart(4, '0'));
}

/**
 * The wrapper in a query. What is inside stays text, in `fragment`: it may begin or end in the middle of
 * an element.
 *
 * @param query what stood after the question mark
 * @spec XEP-0252 §2.2 J-2.2-01 J-2.2-03
 */
export function parseQuery(query: string, limits: Partial<XmlLimits>): Result<Body, BodyFault> {
  const text = decodePercents(query);
  const [startTag, name] = (text === undefined ? undefined : START_TAG.exec(text)) ?? [];
  if (text === undefined || startTag === undefined) return parseBody('', limits);
  const isEmptyTag = startTag.endsWith('/>');
  const wrapper = parseBody(isEmptyTag ? startTag : `${startTag.slice(0, -1)}/>`, limits);
  if (!wrapper.ok) return wrapper;
  const rest = text.slice(startTag.length).trimEnd();
  if (isEmptyTag && rest === '') return wrapper;
  const endTag = `</${name}>`;
  if (!isEmptyTag && rest.endsWith(endTag)) return ok({ ...wrapper.value, fragment: rest.slice(0, -endTag.length) });
  return fail({ reason: 'something after the wrapper', sid: wrapper.value.sid, legacy: false });
}

/** `+` is a plus here, not a space. */
function decodePercents(query: string): string | undefined {
  try {
    return decodeURIComponent(query);
  } catch {
    return undefined; // not UTF-8
  }
}

/**
 * What the requests of a session in script syntax hold, read in rid order as one stream.
 *
 * @spec XEP-0252 §2.2 J-2.2-03
 */
export class ScriptStream {
  readonly #framer: XmlFramer;

  /** @param bytes of the largest element */
  constructor(bytes: number) {
    this.#framer = new XmlFramer({ bytes });
    this.#framer.push(`<body xmlns='${NS_CLIENT}' xmlns:xmpp='${NS_XBOSH}' xmlns:stream='${NS_STREAM}'>`);
  }

  /** The elements that this request completes; undefined when it breaks the stream. */
  read(fragment: string): readonly Element[] | undefined {
    const events = this.#framer.push(fragment);
    if (!events.ok) return undefined;
    const elements = events.value.flatMap((event) => (event.is === 'element' ? [event.element] : []));
    return elements.length === events.value.length ? elements : undefined;
  }
}
