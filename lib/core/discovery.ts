import type { Element } from '../xml/index.ts';
import type { Jid } from '../xmpp/jid.ts';
import type { DiscoInfo, DiscoItem, Identity } from '../xmpp/payloads/disco.ts';
import { andThen, type MaybePromise } from './maybe-promise.ts';

/** A node of the server, as one asker sees it. */
export interface ServerNode extends DiscoInfo {
  /** What is in it. */
  readonly items?: readonly DiscoItem[];
}

/** What a module knows of a node of the server; undefined for nothing. @throws StanzaError for those who may not know */
export type NodeFinder = (node: string, asker: Jid) => MaybePromise<ServerNode | undefined>;

/** What the modules say about one host and its accounts. The modules of XEP-0030 and XEP-0115 publish it. */
export class Discovery {
  readonly #identities: Identity[] = [];
  readonly #features: string[] = [];
  readonly #accountIdentities: Identity[] = [];
  readonly #accountFeatures: string[] = [];
  readonly #forms: Element[] = [];
  readonly #items: DiscoItem[] = [];
  readonly #nodes: NodeFinder[] = [];
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

  /** What is known of a node of the server. @throws StanzaError when the asker may not know */
  node(name: string, asker: Jid): MaybePromise<ServerNode | undefined> {
    return firstOf(this.#nodes, name, asker);
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

  addNode(find: NodeFinder): () => void {
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

function firstOf([find, ...others]: readonly NodeFinder[], name: string, asker: Jid): ReturnType<NodeFinder> {
  return find && andThen(find(name, asker), (node) => node ?? firstOf(others, name, asker));
}
