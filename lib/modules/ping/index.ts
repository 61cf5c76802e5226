import { defineModule } from '../../core/module.ts';
import { NS_PING } from '../../xmpp/ns.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';

/** Answers pings to the server, and to an account by its own clients. @spec XEP-0199 §4.2 */
export default defineModule({
  name: 'ping',
  implements: [{ spec: 'XEP-0199', version: '2.0.1', status: 'complete' }],
  setup(host) {
    host.feature(NS_PING);
    host.iq('get', NS_PING, 'ping', () => undefined, 'server');
    host.accountFeature(NS_PING);
    host.iq(
      'get',
      NS_PING,
      'ping',
      ({ isOwn }) => {
        // A pong to anybody else would tell that the account exists.
        if (!isOwn) throw new StanzaError('service-unavailable');
      },
      'account',
    );
  },
});
