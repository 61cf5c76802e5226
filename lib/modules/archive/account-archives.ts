import { andThen, type MaybePromise } from '../../core/maybe-promise.ts';
import type { HostContext, Verdict } from '../../core/module.ts';
import type { Jid } from '../../xmpp/jid.ts';
import { NS_MUC_USER, NS_RETRACT } from '../../xmpp/ns.ts';
import { stanzaIdBy, withStanzaId } from '../../xmpp/payloads/stanza-id.ts';
import type { Stanza } from '../../xmpp/stanza.ts';
import type { Archivable, Archive } from './archive.ts';
import type { PreferenceBook } from './preferences.ts';
import { retracted } from './tombstone.ts';
import { isWorthArchiving } from './worth.ts';

/**
 * Keeps the archives of accounts: what they send, and what comes for them. A message that comes is
 * given its id before it is delivered, and archived when it is: what is refused is not archived.
 */
export class AccountArchives {
  readonly #host: HostContext;
  readonly #archive: Archive;
  readonly #preferences: PreferenceBook;

  constructor(host: HostContext, archive: Archive, preferences: PreferenceBook) {
    this.#host = host;
    this.#archive = archive;
    this.#preferences = preferences;
  }

  /** A client of the account sent something. What it sends to its own account is archived when it comes. */
  sent(account: Jid, stanza: Stanza): MaybePromise<void> {
    const { to } = stanza;
    if (!to || to.bare.equals(account) || !isWorthArchiving(stanza)) return undefined;
    return andThen(this.#preferences.allows(account, to), (isAllowed) => {
      if (!isAllowed) return undefined;
      const id = this.#archive.newId();
      this.#archive.noteSent(stanza, id);
      return this.#add(account, { stanza, peer: to, isSent: true }, id);
    });
  }

  /** The message with the id under which it will be in the archive. @spec XEP-0313 §3.5 */
  identify(account: Jid, stanza: Stanza): MaybePromise<Verdict> {
    const { from } = stanza;
    if (!from || !isWorthArchiving(stanza)) return undefined;
    return andThen(this.#preferences.allows(account, from), (isAllowed) =>
      isAllowed ? { replace: withStanzaId(stanza, account, this.#archive.newId()) } : undefined,
    );
  }

  /** A message has come for the account. Only this server gives ids in the name of an account. */
  received(account: Jid, stanza: Stanza): MaybePromise<void> {
    const [id, peer] = [stanzaIdBy(stanza, account), stanza.from];
    return id === undefined || !peer ? undefined : this.#add(account, { stanza, peer, isSent: false }, id);
  }

  #add(account: Jid, message: Archivable, id: string): MaybePromise<void> {
    this.#archive.add(account, message, id);
    const target = message.stanza.child(NS_RETRACT, 'retract')?.attrs['id'];
    if (target !== undefined) return this.#retract(account, message, target);
    return this.#archive.congestion;
  }

  /** Only who sent a message retracts it. @spec XEP-0424 §5 */
  async #retract(account: Jid, { stanza, peer, isSent }: Archivable, stanzaId: string): Promise<void> {
    if (stanza.id === undefined || stanzaId === '') return;
    await this.#archive.flush();
    const reference = { peer: peer.bare.toString(), isSent, stanzaId };
    const message = await this.#host.store.archive.find(account.toString(), reference);
    if (!message || (isOfRoom(stanza) && message.resource !== peer.resource)) return;
    await this.#archive.bury(account, message.id, retracted(stanza.id, this.#host.clock.date()));
  }
}

/** Occupants of a room share its bare JID. @spec XEP-0424 §5 */
function isOfRoom(stanza: Stanza): boolean {
  return stanza.child(NS_MUC_USER) !== undefined;
}
