import type { EpochMillis } from '../base/time.ts';
import type { Element } from '../xml/index.ts';
import type { Jid } from '../xmpp/jid.ts';
import type { Stanza } from '../xmpp/stanza.ts';
import type { Closing } from '../xmpp/transport.ts';
import type { ClientSession } from './client-session.ts';

/**
 * Every hook there is: its name, what handlers are given, and when it runs.
 * `docs/reference/hooks.md` says the same in words; a spec keeps the two in step.
 */
export interface HookMap {
  /** A client sent a stanza; it passed the checks of RFC 6120 §8 and carries its true `from`. */
  'stanza:from-client': { readonly session: ClientSession; readonly stanza: Stanza };
  /** A client sent an element that is no stanza, of a namespace that streams let through. Unhandled, it ends the stream. */
  'nonza:from-client': { readonly session: ClientSession; readonly element: Element };
  /** A stanza for a local account, from anywhere, before the delivery rules of RFC 6121 §8.5. */
  'stanza:to-account': { readonly account: Jid; readonly stanza: Stanza };
  /** A stanza for the domain itself that is not an IQ request. Unhandled messages are bounced. */
  'stanza:to-server': { readonly stanza: Stanza };
  /** A message for a local account that is about to go to these resources. Not run for what went astray before. */
  'message:delivery': { readonly account: Jid; readonly stanza: Stanza; readonly sessions: readonly ClientSession[] };
  /**
   * A message for an existing local account that no connected resource may take. Handled = kept or bounced.
   * `at` is when the server first received it; `isReturned` when it was sent to a resource that did not get it.
   */
  'message:undeliverable': {
    readonly account: Jid;
    readonly stanza: Stanza;
    readonly at: EpochMillis;
    readonly isReturned: boolean;
  };
  /** A resource was bound. Nothing may be sent to it yet: the client still waits for the answer to its bind. */
  'session:bound': { readonly session: ClientSession };
  /** A client that lost its connection goes on with its session over another one; what it missed has been sent again. */
  'session:resumed': { readonly session: ClientSession };
  /** A session is over; its resource is free and its unavailable presence has not been sent yet. */
  'session:ended': { readonly session: ClientSession; readonly how: Closing };
  /** Presence without `to` from a client: initial, changed or unavailable. */
  'presence:broadcast': { readonly session: ClientSession; readonly stanza: Stanza };
  /** Stream features for an authenticated client that has yet to bind; handlers append. Synchronous only. */
  'stream:features': { readonly features: Element[] };
  /** Names of what Bind 2 may switch on for a new session; handlers append. Synchronous only. */
  'bind:features': { readonly features: string[] };
  /** What a client is told that is about to bind a resource with Bind 2; handlers append. */
  'bind:answers': { readonly account: Jid; readonly answers: Element[] };
  /** An account, if there is one, is about to go: its sessions have ended, its data is still there. */
  'account:removing': { readonly account: Jid };
  /** The host is about to end all its sessions: the last chance to say goodbye. Synchronous only. */
  'host:stopping': Readonly<Record<string, never>>;
  /** An account is gone, with all its data. */
  'account:removed': { readonly account: Jid };
}
