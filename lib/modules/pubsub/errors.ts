import { xml } from '../../xml/index.ts';
import { NS_PUBSUB_ERRORS } from '../../xmpp/ns.ts';
import { StanzaError, type ErrorType, type StanzaCondition } from '../../xmpp/stanza-error.ts';

interface Details {
  readonly text?: string;
  readonly feature?: string;
  readonly type?: ErrorType;
}

/** A refusal with a condition of its own. @spec XEP-0060 §17.2 */
export function pubsubError(condition: StanzaCondition, name: string, details: Details = {}): StanzaError {
  const { text, feature, type } = details;
  const application = xml(name, { xmlns: NS_PUBSUB_ERRORS, feature });
  return new StanzaError(condition, text, type ? { application, type } : { application });
}

/** @param feature its short name, as in the list of features @spec XEP-0060 §10 */
export function unsupported(feature: string): StanzaError {
  return pubsubError('feature-not-implemented', 'unsupported', { feature });
}
