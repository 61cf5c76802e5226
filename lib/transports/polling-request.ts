/** One request of XEP-0025, taken apart. */
export interface PollingRequest {
  /** Names the session; `0` for a new one. */
  readonly identifier: string;
  readonly key: string | undefined;
  readonly newKey: string | undefined;
  /** A stretch of the stream, cut anywhere; empty when the client only fetches. */
  readonly xml: Uint8Array;
}

/** What a new session is asked for with. @spec XEP-0025 §3 P-3-04 */
export const NEW_SESSION = '0';

const IDENTIFIER = /^[A-Za-z0-9:-]+$/;
const COMMA = 44;
/** Bytes before the comma: an identifier and two keys, of which one may be a seed. */
const MAX_HEAD = 1024;

/**
 * Reads `identifier [ ; key [ ; new_key ] ] , [ xml ]`. Undefined when it is not that.
 *
 * @spec XEP-0025 §3 P-3-01 P-3-06 P-3.1.3-01
 */
export function readRequest(body: Uint8Array): PollingRequest | undefined {
  const comma = body.subarray(0, MAX_HEAD).indexOf(COMMA);
  if (comma < 0) return undefined;
  const [identifier = '', key, newKey, ...more] = new TextDecoder().decode(body.subarray(0, comma)).split(';');
  if (!IDENTIFIER.test(identifier) || more.length > 0) return undefined;
  return { identifier, key: key || undefined, newKey: newKey || undefined, xml: body.subarray(comma + 1) };
}
