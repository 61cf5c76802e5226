import { createHash } from 'node:crypto';
import { xml, type Element } from '../../xml/index.ts';
import { Jid } from '../../xmpp/jid.ts';
import { NS_HATS } from '../../xmpp/ns.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';

/** Hats of one room. */
const MAX_HATS = 50;
/** Those who wear hats in one room. */
const MAX_WEARERS = 500;

/** What people can be in a room beside their role and affiliation. @spec XEP-0317 §3.1 */
export interface Hat {
  /** Tells it from others. */
  readonly uri: string;
  readonly title: string;
  /** An angle in degrees, as it was written. */
  readonly hue?: string | undefined;
}

/** How hats are kept: each hat, and the URIs of those that an account wears. */
export interface StoredHats {
  readonly hats: readonly Hat[];
  readonly worn: Readonly<Record<string, readonly string[]>>;
}

/** The hats of a room, and who wears them. @spec XEP-0317 */
export class Hats {
  readonly #hats = new Map<string, Hat>();
  /** URIs by bare JID, in the order in which the hats were put on. */
  readonly #worn = new Map<string, Set<string>>();

  get all(): Hat[] {
    return [...this.#hats.values()];
  }

  /** Changes with the list of hats; undefined while there are none. @spec XEP-0317 §2 */
  get hash(): string | undefined {
    if (this.#hats.size === 0) return undefined;
    return createHash('sha256').update(JSON.stringify(this.all)).digest('hex').slice(0, 40);
  }

  /** Adds a hat, or changes the one with its URI. @throws StanzaError @spec XEP-0317 §3.2 */
  put(hat: Hat): void {
    if (!this.#hats.has(hat.uri) && this.#hats.size >= MAX_HATS) {
      throw new StanzaError('resource-constraint', `At most ${MAX_HATS} hats.`);
    }
    this.#hats.set(hat.uri, hat);
  }

  /** Takes a hat away from everybody. @returns who wore it @throws StanzaError @spec XEP-0317 §3.3 */
  destroy(uri: string): Jid[] {
    const wearers = this.wearers(uri);
    for (const jid of wearers) this.takeOff(jid, uri);
    this.#hats.delete(uri);
    return wearers;
  }

  /** @throws StanzaError @spec XEP-0317 §3.5 */
  putOn(account: Jid, uri: string): void {
    const key = account.bare.toString();
    if (!this.#worn.has(key) && this.#worn.size >= MAX_WEARERS) {
      throw new StanzaError('resource-constraint', `At most ${MAX_WEARERS} people with hats.`);
    }
    this.#worn.set(key, (this.#worn.get(key) ?? new Set()).add(uri));
  }

  /** @returns whether the account wore it @spec XEP-0317 §3.6 */
  takeOff(account: Jid, uri: string): boolean {
    const key = account.bare.toString();
    const worn = this.#worn.get(key);
    const wasWorn = worn?.delete(uri) ?? false;
    if (worn?.size === 0) this.#worn.delete(key);
    return wasWorn;
  }

  /** An account is no more. @returns whether it wore any */
  forget(account: Jid): boolean {
    return this.#worn.delete(account.bare.toString());
  }

  of(account: Jid): Hat[] {
    return [...(this.#worn.get(account.bare.toString()) ?? [])].flatMap((uri) => this.#hats.get(uri) ?? []);
  }

  wearers(uri: string): Jid[] {
    return Array.from(this.#worn).flatMap(([key, uris]) => (uris.has(uri) ? (Jid.parse(key) ?? []) : []));
  }

  /** Who wears what. @spec XEP-0317 §3.7 */
  get assignments(): (readonly [account: string, hat: Hat])[] {
    return Array.from(this.#worn.keys()).flatMap((key) => {
      const jid = Jid.parse(key);
      return jid ? this.of(jid).map((hat) => [key, hat] as const) : [];
    });
  }

  /** For presence; none for who wears none. @spec XEP-0317 §3.1 */
  elementsOf(account: Jid): Element[] {
    const hats = this.of(account).map(({ uri, title, hue }) => xml('hat', { title, uri, hue }));
    return hats.length > 0 ? [xml('hats', { xmlns: NS_HATS }, ...hats)] : [];
  }

  store(): StoredHats | undefined {
    if (this.#hats.size === 0) return undefined;
    return { hats: this.all, worn: Object.fromEntries(Array.from(this.#worn, ([key, uris]) => [key, [...uris]])) };
  }

  revive({ hats, worn }: StoredHats): void {
    for (const hat of hats) this.#hats.set(hat.uri, hat);
    for (const [key, uris] of Object.entries(worn)) this.#worn.set(key, new Set(uris));
  }
}
