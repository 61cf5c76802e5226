export type LogFields = Readonly<Record<string, string | number | boolean | undefined | null | Error>>;

/**
 * Structured log lines: an event name such as `bosh.session.created`, then its fields.
 * Fields never hold a sid, rid, key, token, password, SASL payload or stanza content.
 */
export interface Logger {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

/** Says nothing; the default of an embedded server. */
export const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };
