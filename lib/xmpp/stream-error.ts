import { xml, type Element } from '../xml/index.ts';
import { NS_STREAM, NS_STREAM_ERRORS } from './ns.ts';

/** @spec RFC 6120 §4.9.3 */
const STREAM_CONDITIONS = [
  'bad-format',
  'bad-namespace-prefix',
  'conflict',
  'connection-timeout',
  'host-gone',
  'host-unknown',
  'improper-addressing',
  'internal-server-error',
  'invalid-from',
  'invalid-namespace',
  'invalid-xml',
  'not-authorized',
  'not-well-formed',
  'policy-violation',
  'remote-connection-failed',
  'reset',
  'resource-constraint',
  'restricted-xml',
  'see-other-host',
  'system-shutdown',
  'undefined-condition',
  'unsupported-encoding',
  'unsupported-feature',
  'unsupported-stanza-type',
  'unsupported-version',
] as const;

export type StreamCondition = (typeof STREAM_CONDITIONS)[number];

/**
 * The unrecoverable end of one stream, as a value: pure machines return it and never throw it.
 *
 * @spec RFC 6120 §4.9
 */
export class StreamError {
  readonly condition: StreamCondition;
  readonly text: string | undefined;
  /** An application-specific condition, in its own namespace. */
  readonly application: Element | undefined;
  /** With `see-other-host`: where to go instead, as host or host:port. @spec RFC 6120 §4.9.3.19 */
  readonly otherHost: string | undefined;

  constructor(condition: StreamCondition, text?: string, application?: Element, otherHost?: string) {
    this.condition = condition;
    this.text = text;
    this.application = application;
    this.otherHost = otherHost;
  }

  /** The client should connect elsewhere. @param host as host or host:port */
  static seeOtherHost(host: string): StreamError {
    return new StreamError('see-other-host', undefined, undefined, host);
  }

  /** `<stream:error/>` with the literal prefix that clients match, and its declaration. */
  toElement(): Element {
    const error = xml('stream:error', { 'xmlns:stream': NS_STREAM });
    const condition = xml(this.condition, { xmlns: NS_STREAM_ERRORS });
    error.append(this.otherHost === undefined ? condition : condition.append(this.otherHost));
    if (this.text !== undefined) {
      error.append(xml('text', { xmlns: NS_STREAM_ERRORS, 'xml:lang': 'en' }, this.text));
    }
    if (this.application) error.append(this.application);
    return error;
  }
}
