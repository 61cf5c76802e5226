import type { Element } from '../xml/index.ts';
import type { DiscoInfo, DiscoItem, Identity } from '../xmpp/payloads/disco.ts';

/** What the modules say about one host and its accounts. The modules of XEP-0030 and XEP-0115 publish it. */
export class Discovery {
  readonly #identities: Identity[] = [];
  readonly #features: string[] = [];
  readonly #accountIdentities: Identity[] = [];
  readonly #accountFeatures: string[] = [];
  readonly #forms: Element[] = [];
  readonly #items: DiscoItem[] = [];
  readonly #nodes: ((node: string) => DiscoInfo | undefined)[] = [];
  #revision = 0;

  /** Changes whenever anything here does. */
  get revision(): number {
    return this.#revision;
  }

  get server(): DiscoInfo {
    return { identities: this.#identities, features: sorted(this.#features), forms: this.#forms };
  }

  /** The same for every account of the host. */
  get account(): DiscoInfo {
    const identities = [{ category: 'account', type: 'registered' }, ...this.#accountIdentities];
    return { identities, features: sorted(this.#accountFeatures), forms: [] };
  }

  get items(): readonly DiscoItem[] {
    return this.#items;
  }

  /** What is known of a node of the server. */
  node(name: string): DiscoInfo | undefined {
    for (const find of this.#nodes) {
      const info = find(name);
      if (info) return info;
    }
    return undefined;
  }

  // Each of these returns what takes the addition back.

  addIdentity(identity: Identity): () => void {
    return this.#add(this.#identities, identity);
  }

  addFeature(namespace: string): () => void {
    return this.#add(this.#features, namespace);
  }

  addAccountIdentity(identity: Identity): () => void {
    return this.#add(this.#accountIdentities, identity);
  }

  addAccountFeature(namespace: string): () => void {
    return this.#add(this.#accountFeatures, namespace);
  }

  addForm(form: Element): () => void {
    return this.#add(this.#forms, form);
  }

  addItem(item: DiscoItem): () => void {
    return this.#add(this.#items, item);
  }

  addNode(find: (node: string) => DiscoInfo | undefined): () => void {
    return this.#add(this.#nodes, find);
  }

  #add<T>(list: T[], entry: T): () => void {
    list.push(entry);
    this.#revision += 1;
    return () => {
      list.splice(list.indexOf(entry), 1);
      this.#revision += 1;
    };
  }
}

/** Two modules may announce the same feature; it is said once. @spec XEP-0115 §5.4 */
function sorted(features: readonly string[]): string[] {
  return [...new Set(features)].sort();
}
