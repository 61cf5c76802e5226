import { fail, ok, type Result } from '../base/result.ts';
import { attributeNS, parse, type Element, type XmlLimits } from '../xml/index.ts';
import { NS_HTTPBIND, NS_STREAM, NS_XBOSH } from '../xmpp/ns.ts';

/**
 * The `<body/>` wrapper of a request, read and checked. Nothing of a body that fails here reaches
 * a session: no rid is consumed, no payload executed.
 *
 * @spec XEP-0124 §6
 */
export interface Body {
  readonly rid: number;
  readonly sid: string | undefined;
  readonly to: string | undefined;
  readonly from: string | undefined;
  readonly lang: string | undefined;
  readonly ver: Version | undefined;
  readonly wait: number | undefined;
  readonly hold: number | undefined;
  readonly content: string | undefined;
  readonly ack: number | undefined;
  readonly pause: number | undefined;
  readonly terminate: boolean;
  /** @spec XEP-0124 §15.4 */
  readonly key: string | undefined;
  /** @spec XEP-0124 §15.5 */
  readonly newKey: string | undefined;
  /** The stream that the payloads belong to. @spec XEP-0124 §16.4 */
  readonly stream: string | undefined;
  /** An obsolete question of old clients, answered when asked. D-52 */
  readonly secure: boolean;
  readonly xmppVersion: string | undefined;
  /** @spec XEP-0206 §5 X-5-04 */
  readonly restart: boolean;
  /** Complete child elements in document order, still inside the wrapper. */
  readonly payloads: readonly Element[];
  /** In script syntax: what is inside the wrapper, as text. @spec XEP-0252 §2.2 J-2.2-03 */
  readonly fragment: string;
}

/** `major.minor`, both integers: 1.10 is later than 1.6. @spec XEP-0124 §7.1 B-7.1-05 */
export interface Version {
  readonly major: number;
  readonly minor: number;
}

/** Why a body is refused; the condition is always `bad-request`. */
export interface BodyFault {
  readonly reason: string;
  /** The sid, when the body was XML and had one: that session ends. */
  readonly sid: string | undefined;
  /** A creation request that lacks `ver`: the refusal is an HTTP status. @spec XEP-0124 §17.1 D-21 */
  readonly legacy: boolean;
}

/** rids are exact up to here. @spec XEP-0124 §14.1 B-14.1-02 */
const MAX_RID = Number.MAX_SAFE_INTEGER;

const MAX_WAIT = 65_535;
const MAX_HOLD = 255;
const MAX_CONTENT_LENGTH = 128;

const POSITIVE_INTEGER = /^ *\+?0*([1-9][0-9]{0,15}) *$/;
const UNSIGNED_INTEGER = /^ *\+?([0-9]{1,16}) *$/;
const VERSION = /^ *([0-9]{1,5})\.([0-9]{1,5}) *$/;
const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const MEDIA_TYPE = new RegExp(`^${TOKEN}/${TOKEN}(?:[ \\t]*;[ \\t]*${TOKEN}=(?:${TOKEN}|"[^"\\\\\\r\\n]*"))*$`);

/** Clients that forget to declare these two prefixes mean these two namespaces. D-35 */
const FORGIVEN_PREFIXES = { xmpp: NS_XBOSH, stream: NS_STREAM };

/**
 * Reads one request body.
 *
 * @param text the decoded HTTP body; its size was limited by the caller
 * @spec XEP-0124 §6 B-6-01 B-6-02 B-6-03 B-6-04 B-6-05 B-6-06 B-6-08
 */
export function parseBody(text: string, limits: Partial<XmlLimits> = {}): Result<Body, BodyFault> {
  const parsed = parse(text, { limits, prefixes: FORGIVEN_PREFIXES });
  if (!parsed.ok) return fail({ reason: parsed.error.reason, sid: undefined, legacy: false });
  const root = parsed.value;
  if (localName(root) !== 'body' || root.getNS() !== NS_HTTPBIND) {
    return fail({ reason: 'not a body of XEP-0124', sid: undefined, legacy: false });
  }
  return readAttributes(root);
}

function readAttributes(root: Element): Result<Body, BodyFault> {
  const { attrs } = root;
  const faults: string[] = [];
  const read = <T>(name: string, reader: (value: string) => T | undefined): T | undefined => {
    const value = attrs[name];
    if (value === undefined) return undefined;
    const result = reader(value);
    if (result === undefined) faults.push(`bad ${name}`);
    return result;
  };
  const payloads = childElements(root, faults);
  const rid = read('rid', readRid);
  if (attrs['rid'] === undefined) faults.push('no rid');
  const body = {
    rid: rid ?? 0,
    sid: attrs['sid'],
    to: attrs['to'],
    from: attrs['from'],
    lang: attrs['xml:lang'],
    ver: read('ver', readVersion),
    wait: read('wait', (value) => readUnsigned(value, MAX_WAIT)),
    hold: read('hold', (value) => readUnsigned(value, MAX_HOLD)),
    content: read('content', readMediaType),
    ack: read('ack', (value) => readUnsigned(value, MAX_RID)),
    pause: read('pause', (value) => readUnsigned(value, MAX_WAIT)),
    // gloox up to 1.0.24 writes "terminal" and means it.
    terminate: attrs['type'] === 'terminate' || attrs['type'] === 'terminal',
    key: attrs['key'],
    newKey: attrs['newkey'],
    stream: attrs['stream'],
    secure: readBoolean(attrs['secure'] ?? 'false') ?? false,
    xmppVersion: attributeNS(root, NS_XBOSH, 'version'),
    restart: readRestart(root, faults),
    payloads,
    fragment: '',
  };
  const reason = faults[0];
  if (reason === undefined) return ok(body);
  return fail({ reason, sid: body.sid, legacy: body.sid === undefined && attrs['ver'] === undefined });
}

/** White space between payloads is what the XEP's own examples have; other text is not allowed. D-24 */
function childElements(root: Element, faults: string[]): Element[] {
  const elements: Element[] = [];
  for (const child of root.children) {
    if (typeof child !== 'string') elements.push(child);
    else if (/[^ \t\r\n]/.test(child)) faults.push('text in the wrapper');
  }
  return elements;
}

function localName(element: Element): string {
  return element.name.slice(element.name.indexOf(':') + 1);
}

/** @spec XEP-0124 §14.1 B-14.1-02 D-20 */
function readRid(value: string): number | undefined {
  const digits = POSITIVE_INTEGER.exec(value)?.[1];
  if (digits === undefined) return undefined;
  const rid = Number(digits);
  return rid <= MAX_RID ? rid : undefined;
}

function readUnsigned(value: string, max: number): number | undefined {
  const digits = UNSIGNED_INTEGER.exec(value)?.[1];
  if (digits === undefined) return undefined;
  const number = Number(digits);
  return number <= max ? number : undefined;
}

function readVersion(value: string): Version | undefined {
  const match = VERSION.exec(value);
  return match ? { major: Number(match[1]), minor: Number(match[2]) } : undefined;
}

/** Only what RFC 9110 calls a media type may become a response header. D-25 */
function readMediaType(value: string): string | undefined {
  return value.length <= MAX_CONTENT_LENGTH && MEDIA_TYPE.test(value) ? value : undefined;
}

/** xs:boolean. @spec XEP-0206 §4 X-4-04 */
function readBoolean(value: string): boolean | undefined {
  const word = value.trim();
  if (word === 'true' || word === '1') return true;
  if (word === 'false' || word === '0') return false;
  return undefined;
}

function readRestart(root: Element, faults: string[]): boolean {
  const restart = readBoolean(attributeNS(root, NS_XBOSH, 'restart') ?? 'false');
  if (restart === undefined) faults.push('bad restart');
  return restart ?? false;
}

/** A request that only asks what there is for the client. @spec XEP-0124 §8 B-8-10 */
export function isEmpty(body: Body): boolean {
  const isBare = body.payloads.length === 0 && body.fragment === '';
  return isBare && !body.terminate && !body.restart && body.pause === undefined;
}

/** Attributes of a response wrapper in the order they are written. */
export type BodyAttributes = Readonly<Record<string, string | number | undefined>>;

/**
 * Writes a response body around payloads that are already text.
 *
 * The `stream` prefix is declared on the wrapper when a payload uses it, where clients look for it.
 *
 * @spec XEP-0124 §6 B-6-01
 * @spec XEP-0206 §2 X-2-02
 */
export function writeBody(attributes: BodyAttributes, payloads: readonly string[] = []): string {
  let head = `<body xmlns='${NS_HTTPBIND}'`;
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) head += ` ${name}='${escapeAttribute(String(value))}'`;
  }
  if (payloads.length === 0) return `${head}/>`;
  if (payloads.some((payload) => payload.startsWith('<stream:'))) head += ` xmlns:stream='${NS_STREAM}'`;
  return `${head}>${payloads.join('')}</body>`;
}

/** `<body/>`: nothing to say. */
export const EMPTY_BODY = writeBody({});

/** `<body type='error'/>`: repeat this request. @spec XEP-0124 §17.3 B-17.3-01 */
export const RECOVERABLE_ERROR = writeBody({ type: 'error' });

function escapeAttribute(value: string): string {
  return value.replace(/[&<>'"\t\r\n]/g, (character) => `&#${character.charCodeAt(0)};`);
}
