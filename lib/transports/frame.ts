import { parse, serialize, xml, type Element } from '../xml/index.ts';
import { NS_CLIENT, NS_FRAMING } from '../xmpp/ns.ts';
import { StreamError, type StreamCondition } from '../xmpp/stream-error.ts';
import type { StreamHeader } from '../xmpp/transport.ts';
import { streamErrorOf } from './xml-fault.ts';

/** What one message from the client says. */
export type Frame =
  | { readonly is: 'open'; readonly header: StreamHeader }
  | { readonly is: 'close' }
  | { readonly is: 'element'; readonly element: Element }
  /** White space, which some clients send to keep the connection up. WD-02 */
  | { readonly is: 'space' }
  | { readonly is: 'fault'; readonly error: StreamError };

export interface FrameRules {
  /** UTF-16 units of one frame. */
  readonly length: number;
  /** Refuses stanzas without a namespace instead of taking them for `jabber:client`. WD-03 */
  readonly strict: boolean;
}

/** Spelt as Strophe.js compares it, white space included. */
const CLOSE = `<close xmlns="${NS_FRAMING}" />`;

/**
 * Reads one frame: a complete document that is a stream header, a stream footer, or one element.
 *
 * @spec RFC 7395 §3.3.2 W-3.3.2-01 W-3.3.2-02
 * @spec RFC 7395 §3.3.3 W-3.3.3-01 W-3.3.3-03
 */
export function readFrame(text: string, { length, strict }: FrameRules): Frame {
  if (text.trim() === '') return { is: 'space' };
  const parsed = parse(text, { limits: { bytes: length } });
  if (!parsed.ok) return { is: 'fault', error: streamErrorOf(parsed.error) };
  const element = parsed.value;
  const namespace = element.getNS();
  const name = element.getName();
  if (namespace === NS_FRAMING) return framing(name, element);
  if (name === 'open' || name === 'close' || (name === 'stream' && namespace !== '')) {
    return fault('invalid-namespace', 'streams begin with <open/> and end with <close/>');
  }
  if (namespace !== '') return { is: 'element', element };
  if (strict) return fault('invalid-namespace', 'an element without a namespace');
  element.attrs['xmlns'] = NS_CLIENT;
  return { is: 'element', element };
}

function framing(name: string, { attrs }: Element): Frame {
  if (name === 'close') return { is: 'close' };
  if (name !== 'open') return fault('bad-format', 'neither <open/> nor <close/>');
  const { to, from, id, version } = attrs;
  return { is: 'open', header: { to, from, id, version, lang: attrs['xml:lang'] } };
}

function fault(condition: StreamCondition, text: string): Frame {
  return { is: 'fault', error: new StreamError(condition, text) };
}

/** @spec RFC 7395 §3.4 W-3.4-02 */
export function writeOpen({ to, from, id, version, lang }: StreamHeader): string {
  return serialize(xml('open', { xmlns: NS_FRAMING, from, to, id, version, 'xml:lang': lang }));
}

/** @param seeOtherUri where the client should connect instead @spec RFC 7395 §3.6.1 W-3.6.1-01 */
export function writeClose(seeOtherUri?: string): string {
  if (seeOtherUri === undefined) return CLOSE;
  return serialize(xml('close', { xmlns: NS_FRAMING, 'see-other-uri': seeOtherUri }));
}
