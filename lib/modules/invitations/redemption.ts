import type { HostContext } from '../../core/module.ts';
import type { Invitation } from '../../core/invitations.ts';
import type { RosterItem } from '../../storage/store.ts';
import type { Jid } from '../../xmpp/jid.ts';
import { NS_PREAUTH } from '../../xmpp/ns.ts';
import type { Stanza } from '../../xmpp/stanza.ts';
import { ROSTERS } from '../roster/rosters.ts';
import { SUBSCRIPTIONS } from '../subscriptions/index.ts';

/**
 * Approves subscription requests that show an invitation of the user, and asks for the same in return.
 * A token that is no good, or no longer, is as if there were none.
 *
 * @spec XEP-0379 §3.5 §4.1 §5.2
 */
export class Redemption {
  readonly #host: HostContext;
  /** Requests that were approved and are on their way. */
  readonly #approved = new WeakSet<Stanza>();

  constructor(host: HostContext) {
    this.#host = host;
  }

  /** Whether a request was approved here. */
  has(stanza: Stanza): boolean {
    return this.#approved.has(stanza);
  }

  /** Approves the contact in advance: then the request needs nobody to answer it. @spec RFC 6121 §3.4 */
  before(account: Jid, stanza: Stanza): Promise<void> | undefined {
    const token = tokenOf(stanza);
    return token !== undefined && stanza.from ? this.#approve(account, stanza.from.bare, stanza, token) : undefined;
  }

  /** @spec XEP-0379 §3.5 */
  async after(account: Jid, stanza: Stanza): Promise<void> {
    if (stanza.from) await this.#host.service(SUBSCRIPTIONS)?.request(account, stanza.from.bare);
  }

  async #approve(account: Jid, contact: Jid, stanza: Stanza, token: string): Promise<void> {
    const rosters = this.#host.service(ROSTERS);
    const invitation = await this.#host.invitations.find(token);
    if (!rosters || !invitation || !isFor(invitation, account, contact)) return;
    const item = (await rosters.get(account)).items.get(contact.toString());
    if (item?.subscription === 'from' || item?.subscription === 'both') return;
    const isUsed = await this.#host.invitations.use(invitation.id, async () => {
      await rosters.edit(account, contact.toString(), (before) => ({ item: approved(contact, before) }));
      return true;
    });
    if (isUsed) this.#approved.add(stanza);
  }
}

/** One for a certain name is good for that account only. @spec XEP-0379 §5.2 */
function isFor({ inviter, username }: Invitation, account: Jid, contact: Jid): boolean {
  if (inviter !== account.toString()) return false;
  return username === undefined || (contact.local === username && contact.domain === account.domain);
}

/** Without a name: what a stranger calls himself proves nothing. @spec XEP-0379 §5.4 */
function approved(contact: Jid, before: RosterItem | undefined): RosterItem {
  const nothing = { groups: [], subscription: 'none', ask: false } as const;
  return { contact: contact.toString(), ...nothing, ...before, approved: true, pendingIn: undefined, listed: true };
}

function tokenOf(stanza: Stanza): string | undefined {
  if (stanza.kind !== 'presence' || stanza.type !== 'subscribe') return undefined;
  return stanza.element.child('preauth', NS_PREAUTH)?.attrs['token'];
}
