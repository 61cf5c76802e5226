/** What rooms of one service may cost. */
export interface RoomLimits {
  /** Rooms of the service. */
  readonly rooms: number;
  /** Rooms that one account has created and that still exist. */
  readonly roomsPerAccount: number;
  /** Connected clients in one room. Admins may enter a few more. */
  readonly occupants: number;
  /** Affiliations of one room, those of outcasts included. */
  readonly affiliations: number;
  /** Messages that a room remembers for those who enter. */
  readonly history: number;
  /** Bytes of one message, presence, subject or vCard. */
  readonly stanzaBytes: number;
  /** Messages and changes of presence of one client per second, on average; 0 for any number. */
  readonly messagesPerSecond: number;
  /** UTF-16 units of a nickname. */
  readonly nickLength: number;
}

/** Clients that may enter a full room because they are admins or owners. @spec XEP-0045 §7.2.9 */
export const EXTRA_ADMINS = 10;

/** How many seconds' worth of messages may come at once. */
export const BURST_SECONDS = 5;
