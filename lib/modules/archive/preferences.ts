import { andThen, type MaybePromise } from '../../core/maybe-promise.ts';
import type { HostContext } from '../../core/module.ts';
import { parse, xml, type Element } from '../../xml/index.ts';
import { Jid } from '../../xmpp/jid.ts';
import { NS_MAM } from '../../xmpp/ns.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import { ROSTERS } from '../roster/rosters.ts';

/** Whose messages are archived when nothing else is said of them. @spec XEP-0441 §2.1.1 */
export type DefaultPolicy = 'always' | 'never' | 'roster';

const POLICIES: readonly string[] = ['always', 'never', 'roster'] satisfies DefaultPolicy[];
/** Addresses in both lists of one account. */
const MAX_LISTED = 1000;
/** Accounts whose preferences are kept in memory. */
const MAX_KNOWN = 10_000;
const KIND = 'archive-preferences';

/** What an account wants of its archive. */
export interface Preferences {
  readonly policy: DefaultPolicy;
  readonly always: ReadonlySet<string>;
  readonly never: ReadonlySet<string>;
}

/** The preferences of the accounts, in memory as far as they are needed. */
export class PreferenceBook {
  readonly #host: HostContext;
  readonly #policy: DefaultPolicy;
  readonly #known = new Map<string, MaybePromise<Preferences>>();

  /** @param policy of those who never said what they want */
  constructor(host: HostContext, policy: DefaultPolicy) {
    this.#host = host;
    this.#policy = policy;
  }

  /** At once when they are in memory. */
  get(account: Jid): MaybePromise<Preferences> {
    const id = account.toString();
    return this.#known.get(id) ?? this.#load(id);
  }

  /** @throws StoreError when they could not be kept */
  async set(account: Jid, preferences: Preferences): Promise<void> {
    const id = account.toString();
    this.#known.delete(id);
    await this.#host.store.documents.put(id, KIND, { key: '', text: writePreferences(preferences).toString() }, 1);
    this.#remember(id, preferences);
  }

  forget(account: Jid): void {
    this.#known.delete(account.toString());
  }

  /** Whether messages between an account and somebody are archived. @spec XEP-0441 §2.3 */
  allows(account: Jid, peer: Jid): MaybePromise<boolean> {
    return andThen(this.get(account), ({ policy, always, never }) => {
      if (isListed(never, peer)) return false;
      if (isListed(always, peer) || policy === 'always') return true;
      return policy === 'roster' && this.#isContact(account, peer);
    });
  }

  #isContact(account: Jid, peer: Jid): MaybePromise<boolean> {
    const roster = this.#host.service(ROSTERS)?.get(account);
    if (roster === undefined) return false;
    return andThen(roster, ({ items }) => items.get(peer.bare.toString())?.listed === true);
  }

  #load(id: string): Promise<Preferences> {
    const loading = this.#host.store.documents.get(id, KIND, '').then((text) => {
      const preferences = this.#read(text);
      if (this.#known.get(id) === loading) this.#remember(id, preferences);
      return preferences;
    });
    // What could not be read is asked for again.
    loading.catch(() => this.#known.delete(id));
    this.#known.set(id, loading);
    return loading;
  }

  /** The store only has what this server wrote. */
  #read(text: string | undefined): Preferences {
    const parsed = text === undefined ? undefined : parse(text);
    if (parsed?.ok) return readPreferences(parsed.value);
    return { policy: this.#policy, always: new Set(), never: new Set() };
  }

  /** The oldest make room. */
  #remember(id: string, preferences: Preferences): void {
    this.#known.delete(id);
    const [oldest] = this.#known.keys();
    if (this.#known.size >= MAX_KNOWN && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(id, preferences);
  }
}

/** @throws StanzaError `bad-request`, `jid-malformed` or `not-acceptable` @spec XEP-0441 §2.1 */
export function readPreferences(element: Element): Preferences {
  const policy = element.attrs['default'] ?? '';
  if (!POLICIES.includes(policy)) throw new StanzaError('bad-request', `default is none of ${POLICIES.join(', ')}.`);
  const [always, never] = [listOf(element, 'always'), listOf(element, 'never')];
  if (always.size + never.size > MAX_LISTED) {
    throw new StanzaError('not-acceptable', `At most ${MAX_LISTED} addresses.`);
  }
  return { policy: policy as DefaultPolicy, always, never }; // checked against the list above
}

/** @spec XEP-0441 §2.1 */
export function writePreferences({ policy, always, never }: Preferences): Element {
  const list = (name: string, jids: ReadonlySet<string>): Element =>
    xml(name, {}, ...Array.from(jids, (jid) => xml('jid', {}, jid)));
  return xml('prefs', { xmlns: NS_MAM, default: policy }, list('always', always), list('never', never));
}

function listOf(element: Element, name: string): Set<string> {
  const entries = element.child(name, NS_MAM)?.getChildElements() ?? [];
  return new Set(
    entries.map((entry) => {
      const jid = Jid.parse(entry.text.trim());
      if (!jid) throw new StanzaError('jid-malformed', 'An entry is not an address.');
      return jid.toString();
    }),
  );
}

/** An address without resource is that of all its resources. @spec XEP-0441 §2.3.1 */
function isListed(list: ReadonlySet<string>, jid: Jid): boolean {
  return list.size > 0 && (list.has(jid.toString()) || list.has(jid.bare.toString()));
}
