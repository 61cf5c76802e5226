import type { Jid } from '../xmpp/jid.ts';
import { ServiceKey } from './keys.ts';

/** Whom one account does not want to hear of, nor to be seen by. */
export interface Blocklist {
  has(jid: Jid): boolean;
}

/** Who has blocked whom. While no module gives this service, nobody has. */
export interface Blocks {
  /** The list of an account, whether it exists or not. @throws StoreError when it cannot be read */
  of(account: Jid): Blocklist | Promise<Blocklist>;
}

export const BLOCKS = new ServiceKey<Blocks>('blocks');
