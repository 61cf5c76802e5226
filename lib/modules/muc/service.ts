import { opaqueId } from '../../base/random.ts';
import { seconds } from '../../base/time.ts';
import { andThen, type MaybePromise } from '../../core/maybe-promise.ts';
import type { HostContext } from '../../core/module.ts';
import { Jid } from '../../xmpp/jid.ts';
import { NS_DISCO_INFO, NS_DISCO_ITEMS, NS_MUC, NS_PING } from '../../xmpp/ns.ts';
import { infoQuery, itemsQuery } from '../../xmpp/payloads/disco.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import type { Stanza } from '../../xmpp/stanza.ts';
import { parse, type Element } from '../../xml/index.ts';
import { ARCHIVE, type Archive } from '../archive/archive.ts';
import type { CommandSessions } from '../commands/sessions.ts';
import { withdraw } from './applications.ts';
import { isOn } from './config.ts';
import { enter } from './entrance.ts';
import type { Remembered } from './history.ts';
import type { RoomLimits } from './limits.ts';
import { OccupantIds } from './occupant-ids.ts';
import { statusCode } from './payloads.ts';
import { notHere } from './presence.ts';
import { isAtLeast } from './ranks.ts';
import { Reception } from './reception.ts';
import { recall } from './room-archive.ts';
import { serviceInfo } from './room-disco.ts';
import { search } from './search.ts';
import { RoomStore } from './room-store.ts';
import { Room, type RoomSurroundings } from './room.ts';
import { Sender } from './sender.ts';

/** How long a new room waits for its owner to configure it. @spec XEP-0045 §10.1.1 */
const LOCK_TIME = seconds(300);
/** Bits of the id of a message. */
const ID_BITS = 100;
/** Rooms that one list of rooms names. */
const MAX_LISTED = 1000;

export interface ServiceOptions {
  /** Its domain. */
  readonly jid: Jid;
  /** How it is listed. */
  readonly name: string;
  readonly admitsLegacy: boolean;
  readonly limits: RoomLimits;
  readonly commandSessions: CommandSessions;
}

/** The rooms of one domain: finds, makes and removes them, and brings stanzas to them. @spec XEP-0045 */
export class RoomService implements RoomSurroundings {
  readonly #host: HostContext;
  readonly #options: ServiceOptions;
  readonly #store: RoomStore;
  readonly #sender: Sender;
  readonly #rooms = new Map<string, Room>();
  /** Rooms whose affiliations and history are still in the store; reading may be under way. */
  readonly #asleep = new Map<Room, Promise<void> | undefined>();
  #ids: OccupantIds | undefined;
  #waking: Promise<void> | undefined;

  constructor(host: HostContext, options: ServiceOptions) {
    this.#host = host;
    this.#options = options;
    this.#store = new RoomStore(host.store.documents, options.jid.domain);
    this.#sender = new Sender((stanza) => host.send(stanza));
  }

  /** A stanza for the domain or an address of it. @throws StanzaError */
  receive(stanza: Stanza): MaybePromise<void> {
    if (!this.#ids) return this.#wake().then(() => this.receive(stanza));
    const { to, from } = stanza;
    if (!to || !from) return undefined;
    if (to.local === undefined) return this.#forService(stanza);
    const room = this.#rooms.get(to.local);
    if (!room) return this.#forNoRoom(stanza, to, from);
    return andThen(this.#awake(room), () => new Reception(room).receive(stanza, to, from));
  }

  /** Everybody hears that the service stops. @spec XEP-0045 §11.2 */
  shutDown(): void {
    for (const room of this.#rooms.values()) room.close(statusCode(332));
  }

  /** An account is no more: who comes under its name has nothing in common with it. Bans stay. */
  async forget(account: Jid): Promise<void> {
    await this.#wake();
    for (const room of this.#rooms.values()) {
      withdraw(room, account);
      if (room.hats.forget(account)) await this.changed(room);
      if (this.#asleep.has(room)) await this.#store.forgetAccount(room, account);
      else if (isAtLeast(room.affiliationOf(account), 'member') && room.affiliations.has(account)) {
        room.affiliations.set(account, { affiliation: 'none' });
        await this.changed(room);
      }
    }
  }

  // ---- what rooms need

  get clock(): RoomSurroundings['clock'] {
    return this.#host.clock;
  }

  get limits(): RoomLimits {
    return this.#options.limits;
  }

  get admitsLegacy(): boolean {
    return this.#options.admitsLegacy;
  }

  get commandSessions(): CommandSessions {
    return this.#options.commandSessions;
  }

  get archives(): Archive | undefined {
    return this.#host.service(ARCHIVE);
  }

  async readArchived(room: Room, id: string): Promise<Element | undefined> {
    await this.archives?.flush();
    const message = await this.#host.store.archive.get(room.jid.toString(), id);
    const parsed = message && parse(message.xml);
    return parsed?.ok ? parsed.value : undefined;
  }

  readVcard(room: Room): Promise<string | undefined> {
    return this.#store.readVcard(room);
  }

  writeVcard(room: Room, text: string | undefined): Promise<void> {
    return this.#store.writeVcard(room, text);
  }

  background(work: () => Promise<void>): void {
    this.#host.background(work);
  }

  send(stanza: Stanza): void {
    this.#sender.send(stanza);
  }

  newId(): string {
    return opaqueId(this.#host.random, ID_BITS);
  }

  occupantId(room: Jid, account: Jid): string {
    if (!this.#ids) throw new Error('the service is not awake');
    return this.#ids.of(room, account);
  }

  changed(room: Room): Promise<void> {
    return this.#store.save(room);
  }

  archive(room: Room, { id, stanza }: Remembered, sender: Jid): void {
    if (isOn(room.config, 'enablelogging')) {
      this.archives?.add(room.jid, { stanza, peer: sender, isSent: false }, id);
    }
  }

  async destroy(room: Room): Promise<void> {
    const local = room.jid.local ?? '';
    if (this.#rooms.get(local) === room) this.#rooms.delete(local);
    await this.#store.remove(room);
    await this.archives?.clear(room.jid);
  }

  /** @spec XEP-0045 §7.14 */
  emptied(room: Room): void {
    if (!room.isPersistent) this.#host.background(() => this.destroy(room));
  }

  // ---- rooms

  /** Reads what is kept: once, and again after a failure. */
  async #wake(): Promise<void> {
    if (this.#ids) return;
    this.#waking ??= this.#read().finally(() => (this.#waking = undefined));
    await this.#waking;
  }

  async #read(): Promise<void> {
    const secret = await this.#host.store.secret('room-occupant-ids');
    await this.#store.loadRooms((local) => {
      const room = this.#make(local);
      if (room) this.#asleep.set(room, undefined);
      return room;
    });
    this.#ids = new OccupantIds(secret);
  }

  #awake(room: Room): MaybePromise<void> {
    if (!this.#asleep.has(room)) return undefined;
    const reading = this.#asleep.get(room) ?? this.#load(room);
    this.#asleep.set(room, reading);
    return reading.then(
      () => void this.#asleep.delete(room),
      (error: unknown) => {
        if (this.#asleep.get(room) === reading) this.#asleep.set(room, undefined);
        throw error;
      },
    );
  }

  async #load(room: Room): Promise<void> {
    await this.#store.loadAffiliations(room);
    if (this.archives) await recall(room, this.archives);
  }

  #make(local: string): Room | undefined {
    const jid = Jid.make(local, this.#options.jid.domain);
    if (!jid) return undefined;
    const room = new Room(jid, this);
    this.#rooms.set(local, room);
    return room;
  }

  // ---- stanzas for the service itself

  #forService(stanza: Stanza): void {
    if (stanza.isRequest) return this.#answer(stanza);
    if (stanza.kind === 'message' && stanza.mayBounce) throw new StanzaError('service-unavailable');
  }

  /** @spec XEP-0045 §6.2 §6.3 */
  #answer(iq: Stanza): void {
    const [payload] = iq.element.getChildElements();
    const isGet = iq.type === 'get' && iq.to?.isDomain === true;
    if (isGet && payload?.getNS() === NS_PING) return this.send(iq.result());
    if (payload?.attrs['node'] !== undefined) throw new StanzaError('item-not-found');
    if (isGet && payload?.getNS() === NS_DISCO_INFO) {
      return this.send(iq.result(infoQuery(serviceInfo(this.#options.name))));
    }
    if (isGet && payload?.getName() === 'search') return this.send(iq.result(search(this.#rooms.values(), payload)));
    if (isGet && payload?.getNS() === NS_DISCO_ITEMS) return this.send(iq.result(itemsQuery(this.#listed())));
    throw new StanzaError('service-unavailable');
  }

  #listed(): { jid: string; name: string }[] {
    const shown = [...this.#rooms.values()].filter((room) => isOn(room.config, 'publicroom') && !room.isLocked);
    return shown.slice(0, MAX_LISTED).map((room) => ({ jid: room.jid.toString(), name: room.name }));
  }

  // ---- stanzas for rooms that do not exist

  #forNoRoom(stanza: Stanza, to: Jid, from: Jid): MaybePromise<void> {
    if (stanza.kind !== 'presence') {
      if (stanza.mayBounce) throw new StanzaError(isPing(stanza) ? 'not-acceptable' : 'item-not-found');
      return;
    }
    if (stanza.type !== undefined) return;
    if (!from.isFull) return;
    if (to.isBare) throw new StanzaError('jid-malformed', 'There is no nickname.');
    const x = stanza.child(NS_MUC, 'x');
    if (!x && !this.admitsLegacy) return this.send(notHere(to, from, [307, 333].map(statusCode)));
    this.#create(stanza, to, from, x);
  }

  /** @throws StanzaError @spec XEP-0045 §10.1.1 */
  #create(stanza: Stanza, address: Jid, client: Jid, x: Element | undefined): void {
    const { rooms, roomsPerAccount } = this.limits;
    if (this.#rooms.size >= rooms) throw new StanzaError('resource-constraint', `At most ${rooms} rooms.`);
    const creator = client.bare.toString();
    const own = [...this.#rooms.values()].filter((room) => room.creator === creator);
    if (own.length >= roomsPerAccount) throw new StanzaError('not-allowed', `At most ${roomsPerAccount} rooms.`);
    const room = this.#make(address.local ?? '');
    if (!room) throw new StanzaError('jid-malformed');
    room.creator = creator;
    room.affiliations.set(client.bare, { affiliation: 'owner' });
    // Who does not know rooms does not configure them either.
    if (x) room.lockedUntil = this.clock.now() + LOCK_TIME;
    // What a room of this name has left behind when the server was killed is nobody's business.
    this.background(async () => this.archives?.clear(room.jid));
    try {
      enter(room, { stanza, client, address, x }, true);
    } catch (error) {
      this.#rooms.delete(address.local ?? '');
      throw error;
    }
  }
}

/** Who asks whether they are still in a room that is no more is not. @spec XEP-0410 §3.3 */
function isPing(stanza: Stanza): boolean {
  return stanza.isRequest && stanza.to?.isFull === true && stanza.child(NS_PING, 'ping') !== undefined;
}
