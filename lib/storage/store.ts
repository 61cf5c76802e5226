/** What the server keeps, as an interface. One contract spec runs against every implementation. */

import type { EpochMillis } from '../base/time.ts';
import type { ScramHash, ScramKeys } from '../xmpp/sasl/scram-keys.ts';
import type { ArchiveStore } from './archive-store.ts';
import type { PubsubStore } from './pubsub-store.ts';

export type * from './archive-store.ts';
export type { ItemChoice, PubsubStore, StoredItem, StoredNode } from './pubsub-store.ts';

/** A normalised bare JID, `local@domain`. */
export type AccountId = string;

/** What an account is proven with: SCRAM keys for each hash function, never the password. */
export type Credentials = Readonly<Record<ScramHash, ScramKeys>>;

export interface Account {
  readonly id: AccountId;
  readonly credentials: Credentials;
  readonly createdAt: EpochMillis;
}

export interface AccountStore {
  /** False, and no change, when the account exists. */
  create(account: Account): Promise<boolean>;
  find(id: AccountId): Promise<Account | undefined>;
  /** False when there is no such account. */
  setCredentials(id: AccountId, credentials: Credentials): Promise<boolean>;
  /** Removes the account and everything kept for it. False when there is no such account. */
  remove(id: AccountId): Promise<boolean>;
  /** At most `limit` account ids of `domain` in order, those after `after`. */
  list(domain: string, limit: number, after?: AccountId): Promise<AccountId[]>;
}

export type Subscription = 'none' | 'to' | 'from' | 'both';

/** One contact, or one stranger whose request waits for an answer. @spec RFC 6121 §2.1.2, Appendix A */
export interface RosterItem {
  /** Normalised bare JID of the contact. */
  readonly contact: string;
  readonly name?: string | undefined;
  readonly groups: readonly string[];
  readonly subscription: Subscription;
  /** "Pending Out": our subscription request was not answered yet. */
  readonly ask: boolean;
  /** Pre-approval of the contact's future request. @spec RFC 6121 §3.4 */
  readonly approved: boolean;
  /** "Pending In": the contact's request as serialised presence, kept until the user answers. */
  readonly pendingIn?: string | undefined;
  /** False for an entry that only remembers `pendingIn`: such an entry is not part of the roster. */
  readonly listed: boolean;
}

export interface Roster {
  /** Grows by one with each change. 0 for a roster that never had an item. */
  readonly version: number;
  readonly items: readonly RosterItem[];
}

/** What changed after a version: enough for a client that has that version. @spec RFC 6121 §2.6 */
export interface RosterChanges {
  readonly version: number;
  readonly items: readonly { readonly version: number; readonly item: RosterItem }[];
  readonly removed: readonly { readonly version: number; readonly contact: string }[];
}

export interface RosterStore {
  load(id: AccountId): Promise<Roster>;
  /** Adds or replaces the item; the new version. */
  put(id: AccountId, item: RosterItem): Promise<number>;
  /** Removes the item if it is there; the version after that. */
  remove(id: AccountId, contact: string): Promise<number>;
  /** What changed after `version`; undefined when that is not known (any more). */
  changesSince(id: AccountId, version: number): Promise<RosterChanges | undefined>;
}

export interface OfflineMessage {
  /** Grows with each message of the store. */
  readonly id: number;
  readonly xml: string;
  readonly at: EpochMillis;
}

export interface OfflineStore {
  /**
   * Keeps a message; resolves when it would survive a power cut.
   * False, and nothing kept, when the account already has `limit` messages.
   */
  add(id: AccountId, message: { readonly xml: string; readonly at: EpochMillis }, limit: number): Promise<boolean>;
  /** All kept messages in the order of `add`. They stay until removed. */
  list(id: AccountId): Promise<OfflineMessage[]>;
  /** Removes the messages up to and including `upTo`. */
  remove(id: AccountId, upTo: number): Promise<void>;
  /** How many are kept. */
  count(id: AccountId): Promise<number>;
}

/** When an account was last seen, and the status it left. @spec XEP-0012 §3 */
export interface LastSeen {
  readonly at: EpochMillis;
  readonly status: string;
}

export interface LastSeenStore {
  set(id: AccountId, seen: LastSeen): Promise<void>;
  get(id: AccountId): Promise<LastSeen | undefined>;
}

/** A small text under a key of its own. */
export interface Document {
  readonly key: string;
  readonly text: string;
}

/**
 * Small texts of one owner, parted by kind: what needs neither queries nor a table of its own.
 * An owner is a bare JID, or a domain; what an account owns goes with it.
 */
export interface DocumentStore {
  get(owner: string, kind: string, key: string): Promise<string | undefined>;
  /** Adds or replaces. False, and nothing kept, when it would be one more than `limit` of its kind. */
  put(owner: string, kind: string, document: Document, limit: number): Promise<boolean>;
  /** False when it is not there. */
  remove(owner: string, kind: string, key: string): Promise<boolean>;
  /** All of a kind, in the order of their keys by code unit. */
  list(owner: string, kind: string): Promise<Document[]>;
  /** Removes all of a kind. */
  clear(owner: string, kind: string): Promise<void>;
}

/**
 * Everything the server keeps. A promise that resolves means durable: the data survives `kill -9`.
 * All methods reject with `StoreError` and nothing else.
 */
export interface Store {
  readonly accounts: AccountStore;
  readonly roster: RosterStore;
  readonly offline: OfflineStore;
  readonly lastSeen: LastSeenStore;
  readonly documents: DocumentStore;
  readonly archive: ArchiveStore;
  readonly pubsub: PubsubStore;
  /** A server-wide secret of 32 bytes, made on first use and kept under `name`. */
  secret(name: string): Promise<Uint8Array>;
  /** Waits for writes under way and lets go of files and threads. */
  close(): Promise<void>;
}

/** The store did not do what it was asked; the cause says why. */
export class StoreError extends Error {
  override readonly name: string = 'StoreError';
}

/** Another server has the store. */
export class StoreInUseError extends StoreError {
  override readonly name = 'StoreInUseError';
}
