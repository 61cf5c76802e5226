import type { Generated } from 'kysely';

/** The tables, as both dialects have them. Children of an account go with it. */
export interface Database {
  accounts: {
    id: Generated<number>;
    jid: string;
    domain: string;
    created_at: number;
  };
  credentials: {
    account_id: number;
    hash: string;
    salt: Uint8Array;
    iterations: number;
    stored_key: Uint8Array;
    server_key: Uint8Array;
  };
  roster_versions: {
    account_id: number;
    version: number;
  };
  roster_items: {
    account_id: number;
    contact: string;
    /** The roster's version when this row last changed. */
    version: number;
    /** 1 for a row that only remembers that the item was removed. */
    removed: number;
    name: string | null;
    /** A JSON array. */
    groups: string;
    subscription: string;
    ask: number;
    approved: number;
    pending_in: string | null;
    listed: number;
  };
  offline_messages: {
    id: Generated<number>;
    account_id: number;
    at: number;
    xml: string;
  };
  last_seen: {
    account_id: number;
    at: number;
    status: string;
  };
  archive_owners: {
    id: Generated<number>;
    owner: string;
  };
  archive_messages: {
    /** Grows with each message. */
    seq: Generated<number>;
    owner_id: number;
    id: string;
    at: number;
    peer: string;
    resource: string;
    is_sent: number;
    stanza_id: string;
    xml: string;
  };
  documents: {
    owner: string;
    kind: string;
    key: string;
    text: string;
  };
  pubsub_nodes: {
    id: Generated<number>;
    owner: string;
    node: string;
    text: string;
  };
  pubsub_items: {
    /** Grows with each publication: the newest item has the greatest. */
    id: Generated<number>;
    node_id: number;
    item: string;
    publisher: string;
    at: number;
    xml: string;
  };
  secrets: {
    name: string;
    value: Uint8Array;
  };
}
