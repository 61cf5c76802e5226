import type {
  ArchivedMessage,
  ArchiveEntry,
  ArchiveFilter,
  ArchivePage,
  ArchiveQuery,
  ArchiveReference,
  ArchiveStore,
} from './archive-store.ts';
import { StoreError } from './store.ts';

export class MemoryArchive implements ArchiveStore {
  readonly #archives = new Map<string, ArchivedMessage[]>();
  /** Owner and id of every message. */
  readonly #ids = new Set<string>();

  async add(entries: readonly ArchiveEntry[]): Promise<void> {
    if (entries.some(({ owner, id }) => this.#ids.has(`${owner} ${id}`))) throw new StoreError('an id is used twice');
    for (const { owner, ...message } of entries) {
      const messages = this.#of(owner);
      const later = messages.findLastIndex((other) => other.at <= message.at) + 1;
      messages.splice(later, 0, message);
      this.#archives.set(owner, messages);
      this.#ids.add(`${owner} ${message.id}`);
    }
  }

  async page(owner: string, query: ArchiveQuery): Promise<ArchivePage | undefined> {
    const archive = this.#of(owner);
    const { filter, after, before, isBackwards, limit, countLimit } = query;
    const places = new Map(archive.map(({ id }, place) => [id, place]));
    const named = [after, before, filter.afterId, filter.beforeId, ...(filter.ids ?? [])];
    if (named.some((id) => id !== undefined && !places.has(id))) return undefined;
    const placeOf = (id: string | undefined, otherwise: number): number => places.get(id ?? '') ?? otherwise;
    const all = archive
      .slice(placeOf(filter.afterId, -1) + 1, placeOf(filter.beforeId, archive.length))
      .filter((message) => fits(message, filter));
    const rest = all.filter(({ id }) => {
      const place = placeOf(id, 0);
      return place > placeOf(after, -1) && place < placeOf(before, archive.length);
    });
    const messages = isBackwards ? rest.slice(Math.max(0, rest.length - limit)) : rest.slice(0, limit);
    const isCounted = all.length <= countLimit;
    const [first] = messages;
    return {
      messages,
      isComplete: messages.length === rest.length,
      count: isCounted ? all.length : undefined,
      index: isCounted && first ? all.indexOf(first) : undefined,
    };
  }

  async find(owner: string, { peer, isSent, stanzaId }: ArchiveReference): Promise<ArchivedMessage | undefined> {
    return this.#of(owner).findLast(
      (message) => message.peer === peer && message.isSent === isSent && message.stanzaId === stanzaId,
    );
  }

  async get(owner: string, id: string): Promise<ArchivedMessage | undefined> {
    return this.#of(owner).find((message) => message.id === id);
  }

  async replace(owner: string, id: string, xml: string): Promise<boolean> {
    const messages = this.#of(owner);
    const place = messages.findIndex((message) => message.id === id);
    const message = messages[place];
    if (message) messages[place] = { ...message, xml };
    return message !== undefined;
  }

  async owners(limit: number, after = ''): Promise<string[]> {
    const owners = [...this.#archives.keys()].filter((owner) => owner > after);
    return owners.sort().slice(0, limit);
  }

  async expire(before: number, limit: number): Promise<number> {
    let removed = 0;
    for (const [owner, messages] of this.#archives) {
      const old = messages.filter(({ at }) => at < before).slice(0, limit - removed);
      removed += old.length;
      await this.trim(owner, messages.length - old.length);
    }
    return removed;
  }

  async trim(owner: string, most: number): Promise<void> {
    const messages = this.#of(owner);
    for (const { id } of messages.splice(0, Math.max(0, messages.length - most))) this.#ids.delete(`${owner} ${id}`);
  }

  async clear(owner: string): Promise<void> {
    await this.trim(owner, 0);
    this.#archives.delete(owner);
  }

  #of(owner: string): ArchivedMessage[] {
    return this.#archives.get(owner) ?? [];
  }
}

function fits(message: ArchivedMessage, { peer, resource, start, end, ids }: ArchiveFilter): boolean {
  return (
    (peer === undefined || message.peer === peer) &&
    (resource === undefined || message.resource === resource) &&
    (start === undefined || message.at >= start) &&
    (end === undefined || message.at <= end) &&
    (ids === undefined || ids.includes(message.id))
  );
}
