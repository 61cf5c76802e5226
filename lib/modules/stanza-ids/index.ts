import type { Verdict } from '../../core/module.ts';
import { defineModule } from '../../core/module.ts';
import type { Jid } from '../../xmpp/jid.ts';
import { NS_STANZA_ID } from '../../xmpp/ns.ts';
import { withoutStanzaId } from '../../xmpp/payloads/stanza-id.ts';
import type { Stanza } from '../../xmpp/stanza.ts';

/** Takes out ids that pretend to be given by an account of this server; the archive gives true ones. @spec XEP-0359 */
export default defineModule({
  name: 'stanza-ids',
  implements: [{ spec: 'XEP-0359', version: '0.7.0', status: 'complete' }],
  setup(host) {
    host.feature(NS_STANZA_ID);
    host.accountFeature(NS_STANZA_ID);
    host.hook('stanza:from-client', 'filter', ({ session, stanza }) => truthful(stanza, session.account));
    host.hook('stanza:to-account', 'filter', ({ account, stanza }) => truthful(stanza, account));
  },
});

/** @spec XEP-0359 §3 */
function truthful(stanza: Stanza, account: Jid): Verdict {
  if (stanza.kind !== 'message') return undefined;
  const replace = withoutStanzaId(stanza, account);
  return replace === stanza ? undefined : { replace };
}
