import type { XmlCondition, XmlError } from '../xml/index.ts';
import { StreamError, type StreamCondition } from '../xmpp/stream-error.ts';

const CONDITIONS: Readonly<Record<XmlCondition, StreamCondition>> = {
  'not-well-formed': 'not-well-formed',
  'restricted-xml': 'restricted-xml',
  'too-big': 'policy-violation',
  'invalid-encoding': 'unsupported-encoding',
};

/** What a client is told whose XML was refused. @spec RFC 6120 §4.9.3 */
export function streamErrorOf({ condition, reason }: XmlError): StreamError {
  return new StreamError(CONDITIONS[condition], reason);
}
