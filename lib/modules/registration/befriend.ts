import type { HostContext } from '../../core/module.ts';
import type { AccountId, RosterItem } from '../../storage/store.ts';
import { Jid } from '../../xmpp/jid.ts';
import { ROSTERS } from '../roster/rosters.ts';

/**
 * Who invited and who was invited see each other from now on; their clients are told. That a roster
 * is full undoes no registration.
 *
 * @spec XEP-0401 §5.5
 */
export async function befriend(host: HostContext, inviter: AccountId, invited: Jid): Promise<void> {
  const one = Jid.parse(inviter);
  if (!one) return;
  try {
    await subscribe(host, one, invited);
    await subscribe(host, invited, one);
  } catch (error) {
    host.log.warn('invitation.contact.failed', { inviter, account: invited.toString(), error: String(error) });
  }
}

async function subscribe(host: HostContext, account: Jid, contact: Jid): Promise<void> {
  const base = { contact: contact.toString(), groups: [], ask: false, approved: false };
  await host.service(ROSTERS)?.edit(account, contact.toString(), (item) => ({
    item: { ...base, ...item, subscription: 'both', ask: false, listed: true } satisfies RosterItem,
  }));
}
