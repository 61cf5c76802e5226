import type { DocumentStore } from '../../storage/store.ts';
import { parse } from '../../xml/index.ts';
import { Jid } from '../../xmpp/jid.ts';
import { Stanza } from '../../xmpp/stanza.ts';
import type { Tie } from './affiliations.ts';
import { completed, type RoomConfig } from './config.ts';
import type { StoredHats } from './hats.ts';
import type { Room } from './room.ts';

const ROOM_KIND = 'room';
const AFFILIATION_KIND = 'room-affiliation';
const VCARD_KIND = 'room-vcard';

/** What is kept of a room beside its affiliations. */
interface StoredRoom {
  readonly config: Partial<RoomConfig>;
  readonly creator: string;
  readonly subject?: { readonly text: string; readonly xml: string } | undefined;
  readonly hasVcard?: boolean;
  readonly avatarHashes?: readonly string[];
  readonly hats?: StoredHats | undefined;
}

/** Keeps persistent rooms: one document for each, and one for each affiliation. */
export class RoomStore {
  readonly #documents: DocumentStore;
  readonly #domain: string;
  /** Persistent rooms that the store has, by localpart. */
  readonly #kept = new Set<string>();
  /** Writes of one room come one after the other. */
  readonly #writing = new Map<string, Promise<void>>();

  constructor(documents: DocumentStore, domain: string) {
    this.#documents = documents;
    this.#domain = domain;
  }

  /** All persistent rooms without their affiliations. @param make makes a room for a localpart */
  async loadRooms(make: (local: string) => Room | undefined): Promise<void> {
    for (const { key, text } of await this.#documents.list(this.#domain, ROOM_KIND)) {
      const room = make(key);
      if (!room) continue;
      this.#kept.add(key);
      revive(room, JSON.parse(text) as StoredRoom); // only `#write` puts documents of this kind
    }
  }

  readVcard({ jid }: Room): Promise<string | undefined> {
    return this.#documents.get(jid.toString(), VCARD_KIND, '');
  }

  async writeVcard({ jid }: Room, text: string | undefined): Promise<void> {
    if (text === undefined) await this.#documents.remove(jid.toString(), VCARD_KIND, '');
    else await this.#documents.put(jid.toString(), VCARD_KIND, { key: '', text }, 1);
  }

  /** Forgets what an account was in a room; a ban stays. */
  async forgetAccount({ jid }: Room, account: Jid): Promise<void> {
    const [owner, key] = [jid.toString(), account.bare.toString()];
    const text = await this.#documents.get(owner, AFFILIATION_KIND, key);
    if (text === undefined || (JSON.parse(text) as Tie).affiliation === 'outcast') return;
    await this.#documents.remove(owner, AFFILIATION_KIND, key);
  }

  async loadAffiliations(room: Room): Promise<void> {
    for (const { key, text } of await this.#documents.list(room.jid.toString(), AFFILIATION_KIND)) {
      const jid = Jid.parse(key);
      if (jid) room.affiliations.set(jid, JSON.parse(text) as Tie); // only `#write` puts documents of this kind
    }
    room.affiliations.takeChanges();
  }

  /** Writes what changed; forgets a room that is persistent no longer. */
  save(room: Room): Promise<void> {
    const local = room.jid.local ?? '';
    if (!room.isPersistent && !this.#kept.has(local)) return this.#writing.get(local) ?? Promise.resolve();
    return this.#inTurn(local, () => (room.isPersistent ? this.#write(room, local) : this.#forget(room.jid, local)));
  }

  remove(room: Room): Promise<void> {
    const local = room.jid.local ?? '';
    return this.#inTurn(local, async () => {
      await this.#forget(room.jid, local);
      if (room.hasVcard) await this.writeVcard(room, undefined);
    });
  }

  async #write(room: Room, local: string): Promise<void> {
    if (!this.#kept.has(local)) room.affiliations.touch();
    this.#kept.add(local);
    const changes = room.affiliations.takeChanges();
    const { config, creator, subject, hasVcard, avatarHashes, jid } = room;
    const stored: StoredRoom = {
      config,
      creator,
      subject: subject && { text: subject.text, xml: subject.message.xml },
      hasVcard,
      avatarHashes,
      hats: room.hats.store(),
    };
    const { rooms, affiliations } = room.around.limits;
    try {
      await this.#documents.put(this.#domain, ROOM_KIND, { key: local, text: JSON.stringify(stored) }, rooms);
      for (const [key, tie] of changes) {
        if (tie)
          await this.#documents.put(jid.toString(), AFFILIATION_KIND, { key, text: JSON.stringify(tie) }, affiliations);
        else await this.#documents.remove(jid.toString(), AFFILIATION_KIND, key);
      }
    } catch (error) {
      room.affiliations.touch(changes.keys());
      throw error;
    }
  }

  async #forget(jid: Jid, local: string): Promise<void> {
    if (!this.#kept.delete(local)) return;
    await this.#documents.remove(this.#domain, ROOM_KIND, local);
    await this.#documents.clear(jid.toString(), AFFILIATION_KIND);
  }

  #inTurn(local: string, work: () => Promise<void>): Promise<void> {
    const before = this.#writing.get(local) ?? Promise.resolve();
    const mine = before.catch(() => undefined).then(work);
    this.#writing.set(local, mine);
    const done = (): void => {
      if (this.#writing.get(local) === mine) this.#writing.delete(local);
    };
    mine.then(done, done);
    return mine;
  }
}

function revive(room: Room, { config, creator, subject, hasVcard = false, avatarHashes = [], hats }: StoredRoom): void {
  room.config = completed(config);
  room.creator = creator;
  room.hasVcard = hasVcard;
  room.avatarHashes = avatarHashes;
  if (hats) room.hats.revive(hats);
  const parsed = subject && parse(subject.xml);
  if (!subject || !parsed?.ok) return;
  const from = Jid.parse(parsed.value.attrs['from'] ?? '') ?? room.jid;
  room.subject = { text: subject.text, message: new Stanza(parsed.value, from, undefined) };
}
