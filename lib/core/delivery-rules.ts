/** RFC 6121 §8.5 as data: what becomes of a stanza for a local account, by its type and the account's resources. */

/** @spec RFC 6121 §5.2.2 */
export type MessageType = 'normal' | 'chat' | 'groupchat' | 'headline' | 'error';

/** The account as the rows of Table 1 tell it. A resource without a presence session does not count. */
export type Availability =
  /** The account does not exist. */
  | 'absent'
  /** It has no available resource. */
  | 'none'
  /** All its available resources have a negative priority. */
  | 'negative'
  /** At least one has a priority of 0 or more. */
  | 'available';

/** To the bare JID, or to a full JID that no connected resource matches; one that does always gets it. */
export type Address = 'bare' | 'full';

export type MessageAction =
  /** O/E: kept for later if a module keeps messages, else bounced with `service-unavailable`. */
  | 'store'
  /** S/E for an account that does not exist: looks to the sender exactly as `store` does for one that does. */
  | 'pretend'
  /** E: bounced with `service-unavailable`. */
  | 'bounce'
  /** S: silently ignored. */
  | 'ignore'
  /** M: to the resource or resources with the highest priority, if that is not negative. */
  | 'most-available'
  /** A: to all resources whose priority is not negative. */
  | 'all';

type Row = Readonly<Record<MessageType, MessageAction>>;

const BARE_UNREACHABLE: Row = {
  normal: 'store',
  chat: 'store',
  groupchat: 'bounce',
  headline: 'ignore',
  error: 'ignore',
};

const FULL_UNREACHABLE: Row = {
  normal: 'bounce',
  chat: 'store',
  groupchat: 'bounce',
  headline: 'ignore',
  error: 'ignore',
};

/**
 * Table 1 of RFC 6121 §8.5.4, with the choices it leaves made as follows.
 *
 * - `normal` and `chat` to the bare JID go to the "most available" resources, and several with the
 *   same highest priority all get them (M): what Prosody and ejabberd do.
 * - S/E for an account that does not exist follows what the sender would see if it did (§8.1).
 * - S/E for a full JID that does not match is an error for `normal` and `groupchat`, whose senders
 *   expect an answer, and silence for `headline`, whose senders do not.
 *
 * @spec RFC 6121 §8.5.4
 */
export const MESSAGE_RULES: Readonly<Record<Address, Readonly<Record<Availability, Row>>>> = {
  bare: {
    absent: { ...BARE_UNREACHABLE, normal: 'pretend', chat: 'pretend' },
    none: BARE_UNREACHABLE,
    negative: BARE_UNREACHABLE,
    available: {
      normal: 'most-available',
      chat: 'most-available',
      groupchat: 'bounce',
      headline: 'all',
      error: 'ignore',
    },
  },
  full: {
    absent: { ...FULL_UNREACHABLE, chat: 'pretend' },
    none: FULL_UNREACHABLE,
    negative: FULL_UNREACHABLE,
    available: { ...FULL_UNREACHABLE, chat: 'most-available' },
  },
};

const MESSAGE_TYPES: ReadonlySet<string> = new Set<MessageType>(['normal', 'chat', 'groupchat', 'headline', 'error']);

/** No type, and a type that nobody knows, mean `normal`. @spec RFC 6121 §5.2.2 */
export function messageType(type: string | undefined): MessageType {
  return isMessageType(type) ? type : 'normal';
}

function isMessageType(type: string | undefined): type is MessageType {
  return type !== undefined && MESSAGE_TYPES.has(type);
}
