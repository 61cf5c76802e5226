import type { EpochMillis } from '../../base/time.ts';
import type { ClientSession } from '../../core/client-session.ts';
import type { HostContext } from '../../core/module.ts';
import type { OfflineMessage } from '../../storage/store.ts';
import { parse } from '../../xml/index.ts';
import { Jid } from '../../xmpp/jid.ts';
import { NS_CHAT_STATES, NS_CLIENT, NS_DELAY, NS_HINTS } from '../../xmpp/ns.ts';
import { delay } from '../../xmpp/payloads/delay.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import { shallowCopy, Stanza } from '../../xmpp/stanza.ts';

/** What has been handed to a session and is not known to have arrived. */
interface Handing {
  readonly session: ClientSession;
  /** Ids of the messages that have not arrived, in order. */
  readonly open: number[];
}

/**
 * Keeps messages, and hands them over when their account comes back. A message is removed from the
 * store when it has arrived at the client, and not when it was sent: a server that dies in between
 * still has it.
 */
export class OfflineDesk {
  readonly #host: HostContext;
  readonly #maxMessages: number;
  readonly #handings = new Map<string, Handing>();
  readonly #kept = new WeakSet<Stanza>();

  constructor(host: HostContext, maxMessages: number) {
    this.#host = host;
    this.#maxMessages = maxMessages;
  }

  /**
   * Takes responsibility for a message.
   *
   * @throws StanzaError `service-unavailable` when the account has too many
   * @spec XEP-0160 §2 §3
   */
  keep(account: Jid, stanza: Stanza, at: EpochMillis): 'handled' | Promise<'handled'> {
    if (this.#kept.has(stanza) || !isWorthKeeping(stanza)) return 'handled';
    const { xml } = this.#stamped(stanza, at);
    return this.#host.store.offline.add(account.toString(), { xml, at }, this.#maxMessages).then((isKept) => {
      if (!isKept) throw new StanzaError('service-unavailable', 'too many messages are waiting already');
      return 'handled' as const;
    });
  }

  /** Whether this presence makes the resource one that takes messages. @spec XEP-0160 §2 */
  isDue(session: ClientSession, presence: Stanza): boolean {
    if (presence.type !== undefined || this.#handings.has(session.account.toString())) return false;
    const isReachable = session.isAvailable && session.priority >= 0;
    return !isReachable && priorityOf(presence) >= 0;
  }

  /** Hands everything over, in order. @spec XEP-0160 §2 */
  async flush(session: ClientSession): Promise<void> {
    const account = session.account.toString();
    const handing: Handing = { session, open: [] };
    this.#handings.set(account, handing);
    for (const message of await this.#host.store.offline.list(account)) this.#hand(account, handing, message);
    if (handing.open.length === 0) this.#handings.delete(account);
  }

  /** What did not arrive stays in the store, for the next time. */
  ended(session: ClientSession): void {
    const account = session.account.toString();
    if (this.#handings.get(account)?.session === session) this.#handings.delete(account);
  }

  #hand(account: string, handing: Handing, message: OfflineMessage): void {
    const stanza = revive(message.xml);
    handing.open.push(message.id);
    if (!stanza) return;
    this.#kept.add(stanza);
    stanza.arrived = () => this.#arrived(account, handing, message.id);
    handing.session.send(stanza);
  }

  #arrived(account: string, handing: Handing, id: number): void {
    handing.open.splice(handing.open.indexOf(id), 1);
    const lowest = handing.open[0] ?? Number.POSITIVE_INFINITY;
    if (lowest < id) return;
    if (handing.open.length === 0 && this.#handings.get(account) === handing) this.#handings.delete(account);
    this.#host.store.offline.remove(account, Math.min(id, lowest)).catch((error: unknown) => {
      this.#host.log.error('offline.remove.failed', { error: error instanceof Error ? error : String(error) });
    });
  }

  /** One stamp of ours is enough. @spec XEP-0203 §4 */
  #stamped(stanza: Stanza, at: EpochMillis): Stanza {
    const { element, from, to } = stanza;
    const isStamped = element
      .getChildElements()
      .some((child) => child.getNS() === NS_DELAY && child.attrs['from'] === this.#host.domain);
    if (isStamped) return stanza;
    const copy = shallowCopy(element);
    copy.children = [...element.children, delay(this.#host.jid, at)];
    return new Stanza(copy, from, to, at);
  }
}

/** Not a message that says so, and not one that only tells that somebody is typing. @spec XEP-0160 §3 */
function isWorthKeeping(stanza: Stanza): boolean {
  const children = stanza.element.getChildElements();
  if (children.some((child) => child.getNS() === NS_HINTS && child.getName() === 'no-store')) return false;
  return children.some((child) => child.getNS() !== NS_CHAT_STATES && !isThread(child.getName(), child.getNS()));
}

function isThread(name: string, namespace: string): boolean {
  return name === 'thread' && namespace === NS_CLIENT;
}

function priorityOf(presence: Stanza): number {
  const child = presence.element.getChildElements().find((element) => element.name === 'priority');
  return Number(child?.text.trim() ?? 0) || 0;
}

/** A stored stanza; the store only has what this server wrote. */
function revive(text: string): Stanza | undefined {
  const parsed = parse(text);
  if (!parsed.ok) return undefined;
  const { from = '', to = '' } = parsed.value.attrs;
  return new Stanza(parsed.value, Jid.parse(from), Jid.parse(to));
}
