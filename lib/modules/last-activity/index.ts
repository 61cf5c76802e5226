import type { Duration } from '../../base/time.ts';
import { andThen } from '../../core/maybe-promise.ts';
import { defineModule, type HostContext, type IqRequest } from '../../core/module.ts';
import { xml, type Element } from '../../xml/index.ts';
import type { Jid } from '../../xmpp/jid.ts';
import { NS_LAST } from '../../xmpp/ns.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import type { Stanza } from '../../xmpp/stanza.ts';

/**
 * How long the server has been up, and how long an account has been away. When an account went away
 * is noted by the presence module.
 *
 * @spec XEP-0012
 */
export default defineModule({
  name: 'last-activity',
  implements: [{ spec: 'XEP-0012', version: '2.0', status: 'complete' }],
  setup(host) {
    const start = host.clock.now();
    host.feature(NS_LAST);
    host.accountFeature(NS_LAST);
    host.iq('get', NS_LAST, 'query', () => lastQuery(host.clock.now() - start), 'server');
    host.iq('get', NS_LAST, 'query', (request) => accountActivity(host, request), 'account');
    host.hook('stanza:to-account', 'filter', ({ account, stanza }) => guardResource(host, account, stanza));
  },
});

/** @spec XEP-0012 §3 */
async function accountActivity(host: HostContext, { from, account }: IqRequest): Promise<Element> {
  if (!account || !(await host.mayObserve(from, account))) throw new StanzaError('forbidden');
  if (host.sessions.of(account).length > 0) return lastQuery(0);
  const seen = await host.store.lastSeen.get(account.toString());
  if (!seen) throw new StanzaError('item-not-found');
  return lastQuery(host.clock.date() - seen.at, seen.status);
}

/** A request to a resource is refused like one to the account, whether there is such a resource or not. @spec XEP-0012 §4 */
function guardResource(host: HostContext, account: Jid, stanza: Stanza): void | Promise<void> {
  const { from, to } = stanza;
  if (!from || !to?.isFull || !stanza.isRequest || !stanza.child(NS_LAST, 'query')) return;
  if (host.sessions.find(to)?.hasDirectedTo(from)) return;
  return andThen(host.mayObserve(from, account), (mayObserve) => {
    if (!mayObserve) throw new StanzaError('forbidden');
  });
}

function lastQuery(ago: Duration, status = ''): Element {
  const seconds = Math.max(0, Math.floor(ago / 1000));
  const query = xml('query', { xmlns: NS_LAST, seconds: String(seconds) });
  return status === '' ? query : query.append(status);
}
