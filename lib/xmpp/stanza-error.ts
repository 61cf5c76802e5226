import { xml, type Element } from '../xml/index.ts';
import { NS_STANZA_ERRORS } from './ns.ts';

export type ErrorType = 'auth' | 'cancel' | 'continue' | 'modify' | 'wait';

/**
 * The defined conditions with the error type that RFC 6120 recommends for each.
 *
 * @spec RFC 6120 §8.3.3
 */
const DEFAULT_TYPE = {
  'bad-request': 'modify',
  conflict: 'cancel',
  'feature-not-implemented': 'cancel',
  forbidden: 'auth',
  gone: 'cancel',
  'internal-server-error': 'cancel',
  'item-not-found': 'cancel',
  'jid-malformed': 'modify',
  'not-acceptable': 'modify',
  'not-allowed': 'cancel',
  'not-authorized': 'auth',
  'policy-violation': 'modify',
  'recipient-unavailable': 'wait',
  redirect: 'modify',
  'registration-required': 'auth',
  'remote-server-not-found': 'cancel',
  'remote-server-timeout': 'wait',
  'resource-constraint': 'wait',
  'service-unavailable': 'cancel',
  'subscription-required': 'auth',
  'undefined-condition': 'cancel',
  'unexpected-request': 'wait',
} as const satisfies Record<string, ErrorType>;

export type StanzaCondition = keyof typeof DEFAULT_TYPE;

export interface StanzaErrorDetails {
  /** Overrides the type that the RFC recommends for the condition. */
  readonly type?: ErrorType;
  /** An application-specific condition, in its own namespace. */
  readonly application?: Element;
  /** The new address, for `gone` and `redirect`. */
  readonly uri?: string;
}

/**
 * The refusal of one stanza. Modules throw it; the dispatcher answers with it, once.
 *
 * @spec RFC 6120 §8.3
 */
export class StanzaError extends Error {
  override readonly name = 'StanzaError';
  readonly condition: StanzaCondition;
  readonly type: ErrorType;
  readonly text: string | undefined;
  readonly application: Element | undefined;
  readonly uri: string | undefined;

  constructor(condition: StanzaCondition, text?: string, details: StanzaErrorDetails = {}) {
    super(text ?? condition);
    this.condition = condition;
    this.type = details.type ?? DEFAULT_TYPE[condition];
    this.text = text;
    this.application = details.application;
    this.uri = details.uri;
  }

  /** The `<error/>` child of a stanza of type `error`. */
  toElement(): Element {
    const error = xml('error', { type: this.type });
    const condition = xml(this.condition, { xmlns: NS_STANZA_ERRORS });
    if (this.uri !== undefined) condition.append(this.uri);
    error.append(condition);
    if (this.text !== undefined) {
      error.append(xml('text', { xmlns: NS_STANZA_ERRORS, 'xml:lang': 'en' }, this.text));
    }
    if (this.application) error.append(this.application);
    return error;
  }
}
