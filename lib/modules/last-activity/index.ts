import type { Duration } from '../../base/time.ts';
import type { ClientSession } from '../../core/client-session.ts';
import { StateKey } from '../../core/keys.ts';
import { andThen } from '../../core/maybe-promise.ts';
import { defineModule, type HostContext, type IqRequest } from '../../core/module.ts';
import { xml, type Element } from '../../xml/index.ts';
import type { Jid } from '../../xmpp/jid.ts';
import { NS_LAST } from '../../xmpp/ns.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import type { Stanza } from '../../xmpp/stanza.ts';

/** The status of the last unavailable presence of a session. */
const FAREWELL = new StateKey('last-activity', () => ({ status: '' }));

/** How long the server has been up, and how long an account has been away. @spec XEP-0012 */
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
    host.hook('presence:broadcast', 'observe', ({ session, stanza }) => {
      session.state(FAREWELL).status = stanza.type === 'unavailable' ? statusOf(stanza) : '';
    });
    // Anonymous accounts are gone when their session is.
    if (!host.options.anonymous) host.hook('session:ended', 'observe', ({ session }) => remember(host, session));
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

/** The account is away from now on, unless other resources of it are connected. */
function remember(host: HostContext, session: ClientSession): void | Promise<void> {
  if (host.sessions.of(session.account).length > 0) return;
  const { status } = session.state(FAREWELL);
  return host.store.lastSeen.set(session.account.toString(), { at: host.clock.date(), status });
}

function lastQuery(ago: Duration, status = ''): Element {
  const seconds = Math.max(0, Math.floor(ago / 1000));
  const query = xml('query', { xmlns: NS_LAST, seconds: String(seconds) });
  return status === '' ? query : query.append(status);
}

function statusOf(presence: Stanza): string {
  return presence.element.getChildElements().find((child) => child.name === 'status')?.text ?? '';
}
