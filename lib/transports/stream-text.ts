import { xml } from '../xml/index.ts';
import { NS_STREAM } from '../xmpp/ns.ts';
import type { StreamHeader } from '../xmpp/transport.ts';

/** The end tag of every stream of ours. */
export const STREAM_END = '</stream:stream>';

/** The start tag of a stream. @param content the namespace of its stanzas @spec RFC 6120 §4.7 */
export function writeStreamStart({ to, from, id, version, lang }: StreamHeader, content: string): string {
  const attributes = { from, to, id, version, 'xml:lang': lang };
  const empty = xml('stream:stream', { xmlns: content, 'xmlns:stream': NS_STREAM, ...attributes }).toString();
  return `<?xml version='1.0'?>${empty.slice(0, -'/>'.length)}>`;
}
