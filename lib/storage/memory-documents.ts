import type { Document, DocumentStore } from './store.ts';

type Kinds = Map<string, Map<string, string>>;

export class MemoryDocuments implements DocumentStore {
  readonly #owners = new Map<string, Kinds>();

  async get(owner: string, kind: string, key: string): Promise<string | undefined> {
    return this.#of(owner, kind)?.get(key);
  }

  async put(owner: string, kind: string, { key, text }: Document, limit: number): Promise<boolean> {
    const kinds = this.#owners.get(owner) ?? new Map<string, Map<string, string>>();
    const texts = kinds.get(kind) ?? new Map<string, string>();
    if (!texts.has(key) && texts.size >= limit) return false;
    this.#owners.set(owner, kinds.set(kind, texts.set(key, text)));
    return true;
  }

  async remove(owner: string, kind: string, key: string): Promise<boolean> {
    return this.#of(owner, kind)?.delete(key) ?? false;
  }

  async list(owner: string, kind: string): Promise<Document[]> {
    const documents = Array.from(this.#of(owner, kind) ?? [], ([key, text]) => ({ key, text }));
    return documents.sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  async clear(owner: string, kind: string): Promise<void> {
    this.#owners.get(owner)?.delete(kind);
  }

  /** The owner is no more. */
  forget(owner: string): void {
    this.#owners.delete(owner);
  }

  #of(owner: string, kind: string): Map<string, string> | undefined {
    return this.#owners.get(owner)?.get(kind);
  }
}
