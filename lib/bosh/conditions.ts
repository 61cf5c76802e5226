/**
 * The terminal binding conditions, each with the HTTP status that a legacy client gets instead.
 *
 * @spec XEP-0124 §17.2 B-17.2-01
 * @spec XEP-0124 §17.1 B-17.1-04 B-17.1-05 B-17.1-06
 */
const LEGACY_STATUS = {
  'bad-request': 400,
  'host-gone': 200,
  'host-unknown': 200,
  'improper-addressing': 200,
  'internal-server-error': 200,
  'item-not-found': 404,
  'other-request': 200,
  'policy-violation': 403,
  'remote-connection-failed': 200,
  'remote-stream-error': 200,
  'see-other-uri': 200,
  'system-shutdown': 200,
  'undefined-condition': 200,
} as const;

export type Condition = keyof typeof LEGACY_STATUS;

/** Legacy clients (no `ver` at creation) know three conditions, as HTTP errors; all others get 200. */
export function httpStatus(condition: Condition | undefined, legacy: boolean): number {
  return legacy && condition !== undefined ? LEGACY_STATUS[condition] : 200;
}
