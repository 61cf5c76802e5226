import { ServiceKey } from '../../core/keys.ts';
import type { Jid } from '../../xmpp/jid.ts';
import type { DiscoInfo, DiscoItem } from '../../xmpp/payloads/disco.ts';

/** The nodes of accounts, for those who ask. Nothing is said of what the asker may not know. */
export interface AccountNodes {
  /** The nodes themselves. */
  list(account: Jid, asker: Jid): Promise<DiscoItem[]>;
  /** Undefined when there is no such node. */
  info(account: Jid, node: string, asker: Jid): Promise<DiscoInfo | undefined>;
  /** What is in a node; undefined when there is no such node. */
  items(account: Jid, node: string, asker: Jid): Promise<DiscoItem[] | undefined>;
}

/** Given by the module that keeps nodes of accounts. */
export const ACCOUNT_NODES = new ServiceKey<AccountNodes>('account-nodes');
