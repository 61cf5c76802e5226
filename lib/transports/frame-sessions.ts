import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { opaqueId, type Random } from '../base/random.ts';
import { StreamError } from '../xmpp/stream-error.ts';
import type { Transport, TransportInfo } from '../xmpp/transport.ts';
import { FrameSession, type FrameSessionPolicy } from './frame-session.ts';
import { LiveTransports } from './live-transports.ts';
import type { NumberedStream, Refusal } from './numbered-stream.ts';
import { Tickets } from './tickets.ts';

export interface FrameSessionsOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: Random;
  readonly policy: FrameSessionPolicy;
  /** Makes the stream that a new session carries. */
  readonly openStream: (transport: Transport) => NumberedStream;
  /** Seconds to wait when this address may not open a session now; undefined when it may. */
  readonly refuse: (address: string) => number | undefined;
}

/** Where a request comes from: a session is used only from where it was opened. */
export type RequestOrigin = Omit<TransportInfo, 'name'>;

/** What a request shows to be let in. */
export interface Credentials {
  readonly token: string;
  /** Of the carrier that the request is for; undefined for the present one. */
  readonly generation: number | undefined;
}

/** The same of a client that can set no header. */
export interface TicketCredentials {
  readonly ticket: string;
  /** Empty the first time. */
  readonly proof: string;
  readonly generation: number | undefined;
}

interface Entry {
  readonly session: FrameSession;
  readonly tokenHash: Buffer;
  readonly origin: RequestOrigin;
  /** Of the carrier that had the session before this one. */
  readonly formerHash: Buffer | undefined;
}

const SID_BITS = 128;
const TOKEN_BITS = 256;

/** All frame sessions. The id of one is public; who uses it shows its token. */
export class FrameSessions {
  readonly #options: FrameSessionsOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #live: LiveTransports<FrameSession>;
  readonly #tickets: Tickets<FrameSession>;
  #isDraining = false;

  constructor(options: FrameSessionsOptions) {
    this.#options = options;
    this.#live = new LiveTransports(options);
    this.#tickets = new Tickets(options.clock, options.random);
  }

  get size(): number {
    return this.#live.size;
  }

  sessionsFrom(address: string): number {
    return this.#live.from(address);
  }

  /** Why no session can be opened now: seconds to wait, or the server stops. */
  refusal(address: string): number | 'stopping' | undefined {
    return this.#isDraining ? 'stopping' : this.#options.refuse(address);
  }

  /** Opens a session. Only its client learns the token. */
  create(origin: RequestOrigin): { readonly session: FrameSession; readonly token: string } {
    const { random } = this.#options;
    const token = opaqueId(random, TOKEN_BITS);
    const session = this.#carrier(opaqueId(random, SID_BITS), origin);
    this.#enter(session, token, origin);
    return { session, token };
  }

  /**
   * Takes over a session, whatever carries it now.
   *
   * @param h the number of the last stanza that the client has
   * @param ordinal counts the client's attempts
   */
  takeOver(
    sid: string,
    { token, ordinal, h }: { readonly token: string; readonly ordinal: number; readonly h: number },
    origin: RequestOrigin,
  ): { readonly session: FrameSession; readonly token: string } | Refusal {
    const session = this.#carrier(sid, origin);
    const outcome = session.takeOver({ id: sid, token, ordinal }, h);
    if (typeof outcome === 'string') {
      session.close();
      this.#live.ended(session);
      return outcome;
    }
    this.#enter(session, outcome.token, { ...origin, page: outcome.page });
    return { session, token: outcome.token };
  }

  /**
   * The session, for who has its token and comes from where it was opened; nobody learns which of these
   * was wrong. Who comes for a carrier that no longer has it is told so.
   */
  find(sid: string, { token, generation }: Credentials, origin: RequestOrigin): FrameSession | 'unknown' | 'moved' {
    const entry = this.#entries.get(sid);
    const claimed = hash(token);
    const isNow = isSame(claimed, entry?.tokenHash);
    const wasBefore = isSame(claimed, entry?.formerHash);
    if (!entry || !(isNow || wasBefore) || !isFromThere(origin, entry.origin)) return 'unknown';
    const isForThis = generation === undefined || generation === entry.session.generation;
    return isNow && isForThis ? entry.session : 'moved';
  }

  /** A ticket to read a session with, for the present carrier; the one before is worthless. */
  issueTicket(session: FrameSession): string {
    return this.#tickets.issue(session);
  }

  /** The session for who has a ticket to read it with, and what proves from then on who that was. */
  findReader(
    sid: string,
    { ticket, proof, generation }: TicketCredentials,
    origin: RequestOrigin,
  ): { readonly session: FrameSession; readonly proof: string } | 'unknown' | 'moved' {
    const entry = this.#entries.get(sid);
    const proved = this.#tickets.admit(entry?.session, ticket, proof);
    if (!entry || proved === undefined || !isFromThere(origin, entry.origin)) return 'unknown';
    const isForThis = generation === undefined || generation === entry.session.generation;
    return isForThis ? { session: entry.session, proof: proved } : 'moved';
  }

  /** How often a session was taken over, as far as is known here. */
  generationOf(sid: string): number | undefined {
    return this.#entries.get(sid)?.session.generation;
  }

  /** Opens no more sessions and ends those there are. */
  shutdown(): void {
    this.#isDraining = true;
    for (const session of this.#live) session.close(new StreamError('system-shutdown'));
  }

  #carrier(sid: string, origin: RequestOrigin): FrameSession {
    const { clock, policy, openStream } = this.#options;
    const owner = {
      changed: (changed: FrameSession) => this.#live.changed(changed),
      ended: (ended: FrameSession) => this.#forget(ended),
    };
    const session = new FrameSession({ sid, origin, policy, clock, owner });
    this.#live.add(session);
    session.start(openStream(session));
    return session;
  }

  /** Requests for this id go to this carrier from now on. */
  #enter(session: FrameSession, token: string, origin: RequestOrigin): void {
    const former = this.#entries.get(session.sid);
    this.#entries.set(session.sid, { session, tokenHash: hash(token), origin, formerHash: former?.tokenHash });
    if (!former) return;
    former.session.settle();
    this.#live.ended(former.session);
  }

  #forget(session: FrameSession): void {
    if (this.#entries.get(session.sid)?.session === session) this.#entries.delete(session.sid);
    this.#live.ended(session);
  }
}

/** With no less security, and from the same page; browsers leave `Origin` out of a GET to where the page comes from. */
function isFromThere({ secure, page }: RequestOrigin, opener: RequestOrigin): boolean {
  return (secure || !opener.secure) && (page === undefined || page === opener.page);
}

/** In the same time whether it is or not. */
function isSame(claimed: Buffer, token: Buffer | undefined): boolean {
  const isEqual = timingSafeEqual(claimed, token ?? NOBODYS);
  return token !== undefined && isEqual;
}

const NOBODYS = Buffer.alloc(32);

function hash(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
