import type { Clock } from '../../base/clock.ts';
import type { Instant } from '../../base/time.ts';
import { xml, type Element } from '../../xml/index.ts';
import type { Jid } from '../../xmpp/jid.ts';
import { Stanza } from '../../xmpp/stanza.ts';
import type { Archive } from '../archive/archive.ts';
import type { CommandSessions } from '../commands/sessions.ts';
import { Affiliations } from './affiliations.ts';
import type { Application } from './applications.ts';
import { completed, isOn, valuesOf, type RoomConfig } from './config.ts';
import { Hats } from './hats.ts';
import { History, type Remembered } from './history.ts';
import type { RoomLimits } from './limits.ts';
import { Occupants, type Occupant, type Visit } from './occupants.ts';
import { statusCode, userX } from './payloads.ts';
import { notHere, occupantPresence, type Notice, type Standing } from './presence.ts';
import { isAtLeast, type Affiliation, type Role } from './ranks.ts';
import { Relay } from './relay.ts';

/** What a room needs of the world. */
export interface RoomSurroundings {
  readonly clock: Clock;
  readonly limits: RoomLimits;
  readonly commandSessions: CommandSessions;
  /** Sends a stanza; those to one address arrive in order. */
  send(stanza: Stanza): void;
  /** An id that cannot be guessed. */
  newId(): string;
  /** The stable id of an account in a room. @spec XEP-0421 §4.1 */
  occupantId(room: Jid, account: Jid): string;
  /** The room changed in a way that a persistent one has to keep. Resolves when it is kept. */
  changed(room: Room): Promise<void>;
  /** Presence without `<x/>` enters a room, too. @spec XEP-0045 §7.2.18 */
  readonly admitsLegacy: boolean;
  /** Undefined where nothing is archived. */
  readonly archives: Archive | undefined;
  /** A message of the archive of the room. */
  readArchived(room: Room, id: string): Promise<Element | undefined>;
  /** The vCard of a room as text. */
  readVcard(room: Room): Promise<string | undefined>;
  writeVcard(room: Room, text: string | undefined): Promise<void>;
  /** Does work that nobody waits for. */
  background(work: () => Promise<void>): void;
  /** A message for the archive of the room. */
  archive(room: Room, message: Remembered, sender: Jid): void;
  /** Removes the room, and what is kept of it. Resolves when that is done. */
  destroy(room: Room): Promise<void>;
  /** The last occupant has left. */
  emptied(room: Room): void;
}

/** The subject, and as a message to who enters. @spec XEP-0045 §7.2.15 */
export interface Subject {
  readonly text: string;
  readonly message: Stanza;
}

/** One room: who is in it, what they are allowed, and what was said last. @spec XEP-0045 */
export class Room {
  readonly jid: Jid;
  readonly around: RoomSurroundings;
  readonly occupants = new Occupants();
  readonly hats = new Hats();
  /** Who asks to become a member, by nickname. @spec XEP-0045 §9.9 */
  readonly applications = new Map<string, Application>();
  readonly affiliations = new Affiliations();
  readonly history: History;
  readonly relay: Relay;
  /** Who was invited, by bare JID, and may decline. @spec XEP-0045 §7.8.2 */
  readonly invited = new Set<string>();
  config: RoomConfig = completed({});
  subject: Subject | undefined;
  /** Bare JID of who created it. */
  creator = '';
  /** Until when only owners may enter, because it is not configured yet. @spec XEP-0045 §7.2.10 */
  lockedUntil: Instant | undefined;
  hasVcard = false;
  /** SHA-1 hashes of the pictures in the vCard. @spec XEP-0486 §3.3 */
  avatarHashes: readonly string[] = [];

  constructor(jid: Jid, around: RoomSurroundings) {
    this.jid = jid;
    this.around = around;
    this.history = new History(around.limits.history);
    this.relay = new Relay(around);
  }

  get name(): string {
    return this.config.roomname || (this.jid.local ?? '');
  }

  get isLocked(): boolean {
    return this.lockedUntil !== undefined && this.around.clock.now() < this.lockedUntil;
  }

  get isPersistent(): boolean {
    return isOn(this.config, 'persistentroom');
  }

  /** Everybody sees the real JIDs. @spec XEP-0045 §4.2 */
  get isNonAnonymous(): boolean {
    return this.config.whois === 'anyone';
  }

  /** How many clients may be in the room. */
  get maxOccupants(): number {
    const { occupants } = this.around.limits;
    return this.config.maxusers === 'none' ? occupants : Math.min(Number(this.config.maxusers), occupants);
  }

  affiliationOf(account: Jid): Affiliation {
    return this.affiliations.of(account);
  }

  /** The highest role that an account has here at the moment. */
  roleOf(account: Jid): Role {
    const roles = this.occupants.of(account).map(({ role }) => role);
    return roles.find((role) => role === 'moderator') ?? roles[0] ?? 'none';
  }

  isOwner(account: Jid): boolean {
    return this.affiliationOf(account) === 'owner';
  }

  isAdmin(account: Jid): boolean {
    return isAtLeast(this.affiliationOf(account), 'admin');
  }

  /** Whether an occupant sees the real JIDs of others. @spec XEP-0045 §7.2.4 */
  seesJids(occupant: Occupant): boolean {
    return this.isNonAnonymous || occupant.role === 'moderator';
  }

  /** Whether others see those with this role. @spec XEP-0045 §7.2.2 */
  shows(role: Role): boolean {
    return role !== 'none' && valuesOf(this.config, 'presencebroadcast').includes(role);
  }

  // ---- sending

  /** Sends one stanza without `to` to every client in the room: its text is written once. */
  broadcast(stanza: Stanza): void {
    for (const { jid } of this.occupants.visits) this.around.send(stanza.addressedTo(jid));
  }

  /** Sends a stanza without `to` to every client of some occupants. */
  sendTo(occupants: readonly Occupant[], stanza: Stanza): void {
    for (const occupant of occupants) {
      for (const { jid } of occupant.visits.values()) this.around.send(stanza.addressedTo(jid));
    }
  }

  /** Tells everybody of a change that concerns the room. @spec XEP-0045 §10.2.1 */
  broadcastStatus(codes: readonly number[]): void {
    const message = xml('message', { type: 'groupchat' }, userX(...codes.map(statusCode)));
    this.broadcast(new Stanza(message, this.jid, undefined));
  }

  /** Tells everybody about an occupant. @param but a client that is told otherwise @param before the role until now */
  announce(occupant: Occupant, notice: Notice = {}, but?: Visit, before: Role = occupant.role): void {
    occupant.shown.clear();
    this.announceTo(
      occupant,
      [...occupant.visits.values()].filter((visit) => visit !== but),
      notice,
    );
    if (this.shows(occupant.role)) this.announceToOthers(occupant, notice, but);
    else if (this.shows(before)) this.announceToOthers(occupant, { ...notice, isGone: true }, but);
  }

  /** Tells some clients of the occupant itself. */
  announceTo(occupant: Occupant, visits: readonly Visit[], notice: Notice): void {
    if (visits.length === 0) return;
    const viewer = { isSelf: true, seesJid: this.seesJids(occupant) };
    const stanza = occupantPresence(occupant, this.#standing(occupant), notice, viewer);
    for (const { jid } of visits) this.around.send(stanza.addressedTo(jid));
  }

  /** Tells everybody but the occupant. */
  announceToOthers(occupant: Occupant, notice: Notice, but?: Visit): void {
    const texts = new Map<boolean, Stanza>();
    for (const visit of this.occupants.visits) {
      if (visit.occupant === occupant || visit === but) continue;
      const seesJid = this.seesJids(visit.occupant);
      const stanza = texts.get(seesJid) ?? this.#about(occupant, notice, seesJid);
      texts.set(seesJid, stanza);
      this.around.send(stanza.addressedTo(visit.jid));
    }
  }

  /** Presence of an occupant as it is at the moment, for another one. */
  presenceOf(occupant: Occupant, viewer: Occupant): Stanza {
    const seesJid = this.seesJids(viewer);
    const stanza = occupant.shown.get(seesJid) ?? this.#about(occupant, {}, seesJid);
    occupant.shown.set(seesJid, stanza);
    return stanza;
  }

  // ---- leaving

  /** A client leaves. @spec XEP-0045 §7.14 */
  leave(visit: Visit, notice: Notice = {}): void {
    const { occupant } = visit;
    const gone = { ...notice, isGone: true };
    const wasShown = this.shows(occupant.role);
    const isOver = this.occupants.remove(visit);
    if (isOver && occupant.latest === undefined) occupant.latest = visit; // its address is told once more
    this.announceTo(occupant, [visit], gone);
    if (!isOver) this.announce(occupant);
    else if (wasShown) this.announceToOthers(occupant, gone);
    if (this.occupants.size === 0) this.around.emptied(this);
  }

  /**
   * Puts somebody out, with all clients.
   *
   * @returns tells the others, when it is time to
   * @spec XEP-0045 §8.2 §9.1
   */
  expel(occupant: Occupant, notice: Notice): () => void {
    const gone = { ...notice, isGone: true };
    const wasShown = this.shows(occupant.role);
    const visits = [...occupant.visits.values()];
    for (const visit of visits) this.occupants.remove(visit);
    occupant.latest ??= visits.at(-1);
    this.announceTo(occupant, visits, gone);
    return () => {
      if (wasShown) this.announceToOthers(occupant, gone);
      if (this.occupants.size === 0) this.around.emptied(this);
    };
  }

  /** Takes everybody out of a room that is no more: each hears of themselves alone. @spec XEP-0045 §10.9 §11.2 */
  close(...why: Element[]): void {
    for (const visit of this.occupants.visits) {
      this.occupants.remove(visit);
      this.around.send(notHere(visit.occupant.jid, visit.jid, why));
    }
  }

  #about(occupant: Occupant, notice: Notice, seesJid: boolean): Stanza {
    return occupantPresence(occupant, this.#standing(occupant), notice, { isSelf: false, seesJid });
  }

  #standing({ account }: Occupant): Standing {
    return { affiliation: this.affiliationOf(account), hats: this.hats.elementsOf(account) };
  }
}
