import type { HostContext } from '../../core/module.ts';
import { xml } from '../../xml/index.ts';
import { Jid } from '../../xmpp/jid.ts';
import { Stanza } from '../../xmpp/stanza.ts';
import { ROSTERS } from '../roster/rosters.ts';
import { List } from './block-book.ts';

/**
 * Tells those who see the presence of an account, and are about to be blocked or no longer are, that
 * its resources are gone, or there again.
 *
 * @param changed the addresses that are blocked or no longer are
 * @param list who is blocked otherwise
 * @spec XEP-0191 §3.3 §3.4
 */
export async function tellAudience(
  host: HostContext,
  account: Jid,
  changed: readonly string[],
  list: List,
  what: 'available' | 'unavailable',
): Promise<void> {
  const matching = new List(account, changed);
  const contacts = await subscribersOf(host, account);
  for (const session of host.sessions.of(account)) {
    const directed = [...session.directed].flatMap((address) => Jid.parse(address) ?? []);
    const audience = (session.isAvailable ? contacts : []).concat(what === 'unavailable' ? directed : []);
    for (const jid of audience.filter((each) => matching.has(each) && !list.has(each))) {
      const gone = new Stanza(xml('presence', { type: 'unavailable' }), session.jid, jid);
      const stanza = what === 'unavailable' ? gone : session.presence?.readdressed(jid);
      if (what === 'unavailable') session.directed.delete(jid.toString());
      if (stanza) await host.send(stanza);
    }
  }
}

/** Contacts that get the presence of an account. */
async function subscribersOf(host: HostContext, account: Jid): Promise<Jid[]> {
  const roster = await host.service(ROSTERS)?.get(account);
  const items = [...(roster?.items.values() ?? [])];
  const subscribed = items.filter(({ subscription }) => subscription === 'from' || subscription === 'both');
  return subscribed.flatMap(({ contact }) => Jid.parse(contact) ?? []);
}
