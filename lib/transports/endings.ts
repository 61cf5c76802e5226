import type { StreamCondition } from '../xmpp/stream-error.ts';
import { IDENTIFIER, type ErrorIdentifier } from './polling-policy.ts';
import { CLOSE_CODE } from './websocket-policy.ts';

/**
 * What carriers say about the end of a stream in words of their own, beside its stream error: a WebSocket
 * in the code that it closes with, XEP-0025 in an identifier. BOSH has conditions of its own.
 */
interface Ending {
  readonly closeCode: number;
  readonly identifier: ErrorIdentifier;
}

const ANY_OTHER: Ending = { closeCode: CLOSE_CODE.normal, identifier: IDENTIFIER.unknown };
/** The client sent what is no stream. */
const NO_STREAM: Ending = { closeCode: CLOSE_CODE.normal, identifier: IDENTIFIER.badRequest };

const ENDINGS: Partial<Record<StreamCondition, Ending>> = {
  'bad-format': NO_STREAM,
  'bad-namespace-prefix': NO_STREAM,
  'invalid-namespace': NO_STREAM,
  'invalid-xml': NO_STREAM,
  'not-well-formed': NO_STREAM,
  'restricted-xml': NO_STREAM,
  'unsupported-encoding': NO_STREAM,
  'unsupported-stanza-type': NO_STREAM,
  'unsupported-version': NO_STREAM,
  'internal-server-error': { closeCode: CLOSE_CODE.internalError, identifier: IDENTIFIER.serverError },
  'system-shutdown': { closeCode: CLOSE_CODE.goingAway, identifier: IDENTIFIER.serverError },
};

/** How carriers tell the end of a stream that ended so. */
export function endingOf(condition: StreamCondition): Ending {
  return ENDINGS[condition] ?? ANY_OTHER;
}
