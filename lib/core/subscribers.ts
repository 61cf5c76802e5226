import type { Jid } from '../xmpp/jid.ts';
import { ServiceKey } from './keys.ts';

/**
 * Who is subscribed to whose presence. The module that keeps the rosters gives this service; while
 * there is none, nobody is subscribed to anybody.
 */
export interface Subscribers {
  /**
   * Whether `account` lets `contact` see its presence: its subscription to the contact is "from" or
   * "both". False for an account that does not exist. Both are bare JIDs.
   *
   * @spec RFC 6121 §2.1.2.5
   */
  has(account: Jid, contact: Jid): boolean | Promise<boolean>;
}

export const SUBSCRIBERS = new ServiceKey<Subscribers>('subscribers');
