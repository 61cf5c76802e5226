import type { EpochMillis } from '../base/time.ts';

/** A message in an archive. */
export interface ArchivedMessage {
  /** Unpredictable, and unique in its archive. @spec XEP-0313 §6.2 */
  readonly id: string;
  readonly at: EpochMillis;
  /** The bare JID that it was sent to, or that sent it. */
  readonly peer: string;
  /** The resource of the peer; empty for none. */
  readonly resource: string;
  /** It was sent by the owner of the archive. */
  readonly isSent: boolean;
  /** The `id` that the sender gave to the stanza; empty for none. */
  readonly stanzaId: string;
  readonly xml: string;
}

/** A message and the owner of its archive: a bare JID, of an account or a room. */
export interface ArchiveEntry extends ArchivedMessage {
  readonly owner: string;
}

/** Which messages of an archive; everything that is not given matches. */
export interface ArchiveFilter {
  readonly peer?: string | undefined;
  /** Of the peer; an empty one matches only a peer without resource. */
  readonly resource?: string | undefined;
  /** Not earlier than this. */
  readonly start?: EpochMillis | undefined;
  /** Not later than this. */
  readonly end?: EpochMillis | undefined;
  /** Behind this message. */
  readonly afterId?: string | undefined;
  /** Before this message. */
  readonly beforeId?: string | undefined;
  /** One of these. */
  readonly ids?: readonly string[] | undefined;
}

/** A part of what a filter lets through. @spec XEP-0059 §2 */
export interface ArchiveQuery {
  readonly filter: ArchiveFilter;
  /** Only what is behind this message. */
  readonly after?: string | undefined;
  /** Only what is before this message. */
  readonly before?: string | undefined;
  /** The last messages of that instead of the first. */
  readonly isBackwards: boolean;
  /** Most messages. */
  readonly limit: number;
  /** How far the messages are counted. */
  readonly countLimit: number;
}

export interface ArchivePage {
  /** In the order of the archive. */
  readonly messages: readonly ArchivedMessage[];
  /** There are no more in the direction of the query. */
  readonly isComplete: boolean;
  /** Messages that the filter lets through; undefined when there are more than were to be counted. */
  readonly count: number | undefined;
  /** How many of them are before the first of the page; undefined as `count` is. */
  readonly index: number | undefined;
}

/** How a message is found that its sender refers to. */
export interface ArchiveReference {
  readonly peer: string;
  readonly isSent: boolean;
  readonly stanzaId: string;
}

/**
 * Archives of messages, each with an owner. The order of an archive is that of time, and of `add`
 * among equals.
 */
export interface ArchiveStore {
  /** Adds messages, all or none; resolves when they would survive a power cut. */
  add(entries: readonly ArchiveEntry[]): Promise<void>;
  /** Undefined when a message that the query names by its id is not there. */
  page(owner: string, query: ArchiveQuery): Promise<ArchivePage | undefined>;
  /** The newest message that fits. */
  find(owner: string, reference: ArchiveReference): Promise<ArchivedMessage | undefined>;
  /** The message with this id. */
  get(owner: string, id: string): Promise<ArchivedMessage | undefined>;
  /** Changes the text of a message, and nothing else of it. False when it is not there. */
  replace(owner: string, id: string, xml: string): Promise<boolean>;
  /** At most `limit` owners in order, those after `after`. */
  owners(limit: number, after?: string): Promise<string[]>;
  /** Removes at most `limit` messages older than `before`, of all archives, the oldest first; how many. */
  expire(before: EpochMillis, limit: number): Promise<number>;
  /** Removes the oldest beyond `most` messages of an archive. */
  trim(owner: string, most: number): Promise<void>;
  /** Removes an archive. */
  clear(owner: string): Promise<void>;
}
