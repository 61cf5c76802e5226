import { ServiceKey } from './keys.ts';

/** What the operators of a domain say to its users. @spec XEP-0133 §4.23 */
export interface Announcements {
  /** Tells it to everybody who is online; to how many clients. */
  announce(text: string): number;
  /** The message of the day; undefined when there is none. */
  today(): Promise<string | undefined>;
  /** A new one: whoever is online gets it now, everybody else when they log in. @spec XEP-0133 §4.24 */
  set(text: string): Promise<void>;
  /** Another wording: who has had the message does not get it again. False when there is none. @spec XEP-0133 §4.25 */
  edit(text: string): Promise<boolean>;
  /** False when there is none. @spec XEP-0133 §4.26 */
  remove(): Promise<boolean>;
}

/** Given by the module of administration. */
export const ANNOUNCEMENTS = new ServiceKey<Announcements>('announcements');
