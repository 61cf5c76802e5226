import { xml } from '../../xml/index.ts';
import { NS_COMMANDS } from '../../xmpp/ns.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';

type Specific = 'malformed-action' | 'bad-action' | 'bad-locale' | 'bad-payload' | 'bad-sessionid';

/** @spec XEP-0050 §4.4 */
export function badRequest(specific: Specific, text: string): StanzaError {
  return new StanzaError('bad-request', text, { application: xml(specific, { xmlns: NS_COMMANDS }) });
}

/** @spec XEP-0050 §4.4 */
export function sessionExpired(): StanzaError {
  const application = xml('session-expired', { xmlns: NS_COMMANDS });
  return new StanzaError('not-allowed', 'this is over; begin again', { application });
}

/** @spec XEP-0050 §4.4 */
export function notForYou(): StanzaError {
  return new StanzaError('forbidden', 'this command is not for you', { type: 'cancel' });
}
