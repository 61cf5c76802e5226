import { XmlFramer, type Element, type FramerEvent } from '../xml/index.ts';
import { NS_CLIENT, NS_STREAM } from '../xmpp/ns.ts';
import { StreamError, type StreamCondition } from '../xmpp/stream-error.ts';
import type { Frame } from './frame.ts';
import { streamErrorOf } from './xml-fault.ts';

/** What a piece of a stream has in it. White space between elements is nothing. */
export type StreamFrame = Exclude<Frame, { is: 'space' }>;

/** Versions before 1.0 have no stream features: nothing could be negotiated. @spec RFC 6120 §4.7.5 */
const VERSION = /^0*[1-9]\d*\.\d+$/;

/**
 * Reads the bytes of an XML stream, in pieces of any size. The first fault is the last thing that it finds.
 *
 * @spec RFC 6120 §4.2 @spec RFC 6120 §11.6
 */
export class StreamReader {
  readonly #content: string;
  readonly #framer: XmlFramer;
  /** A byte order mark is a character like any other. */
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #isBroken = false;

  /** @param content the namespace of stanzas @param bytes UTF-16 units that one element may have */
  constructor(content: string, bytes: number) {
    this.#content = content;
    this.#framer = new XmlFramer({ bytes });
  }

  /** UTF-16 units that one element may have from now on. */
  set bytes(bytes: number) {
    this.#framer.bytes = bytes;
  }

  push(chunk: Uint8Array): StreamFrame[] {
    if (this.#isBroken) return [];
    const text = this.#decode(chunk);
    if (text === undefined) return [this.#fault(new StreamError('unsupported-encoding', 'not UTF-8'))];
    const found = this.#framer.push(text);
    if (found.ok) return found.value.map((event) => this.#frame(event));
    const before = found.error.before.map((event) => this.#frame(event));
    return [...before, this.#fault(streamErrorOf(found.error))];
  }

  #decode(chunk: Uint8Array): string | undefined {
    try {
      return this.#decoder.decode(chunk, { stream: true });
    } catch {
      return undefined;
    }
  }

  #frame(event: FramerEvent): StreamFrame {
    return event.is === 'open' ? this.#open(event.header) : event;
  }

  /** @spec RFC 6120 §4.8 */
  #open(header: Element): StreamFrame {
    const { to, from, id, version } = header.attrs;
    const condition = this.#faultOf(header);
    if (condition) return this.#fault(new StreamError(condition));
    return { is: 'open', header: { to, from, id, version, lang: header.attrs['xml:lang'] } };
  }

  #faultOf(header: Element): StreamCondition | undefined {
    if (header.getNS() !== NS_STREAM || header.findNS() !== this.#content) return 'invalid-namespace';
    if (header.getName() !== 'stream') return 'bad-format';
    // Components negotiate nothing, and have no version.
    if (this.#content !== NS_CLIENT) return undefined;
    return VERSION.test(header.attrs['version'] ?? '') ? undefined : 'unsupported-version';
  }

  #fault(error: StreamError): StreamFrame {
    this.#isBroken = true;
    return { is: 'fault', error };
  }
}
