import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { opaqueId, type Random } from '../base/random.ts';
import { StreamError } from '../xmpp/stream-error.ts';
import type { Transport, TransportInfo } from '../xmpp/transport.ts';
import { FrameSession, type FrameSessionPolicy } from './frame-session.ts';
import type { FrameStream } from './frame-stream.ts';
import { LiveTransports } from './live-transports.ts';

export interface FrameSessionsOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly policy: FrameSessionPolicy;
  /** Makes the stream that a new session carries. */
  readonly openStream: (transport: Transport) => FrameStream;
  /** Seconds to wait when this address may not open a session now; undefined when it may. */
  readonly refuse: (address: string) => number | undefined;
}

/** Where a request comes from: a session is used only from where it was opened. */
export interface RequestOrigin extends Omit<TransportInfo, 'name'> {
  /** The `Origin` of the page, if it is one. */
  readonly page: string | undefined;
}

interface Entry {
  readonly session: FrameSession;
  readonly tokenHash: Buffer;
  readonly origin: RequestOrigin;
}

const SID_BITS = 128;
const TOKEN_BITS = 256;

/** All frame sessions. The id of one is public; who uses it shows its token. */
export class FrameSessions {
  readonly #options: FrameSessionsOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #live: LiveTransports<FrameSession>;
  #isDraining = false;

  constructor(options: FrameSessionsOptions) {
    this.#options = options;
    this.#live = new LiveTransports(options.clock);
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
    const { clock, random, policy, openStream } = this.#options;
    const sid = opaqueId(random, SID_BITS);
    const token = opaqueId(random, TOKEN_BITS);
    const { address, secure, loopback } = origin;
    const owner = {
      changed: (changed: FrameSession) => this.#live.changed(changed),
      ended: (ended: FrameSession) => this.#forget(ended),
    };
    const session = new FrameSession({ sid, origin: { address, secure, loopback }, policy, clock, owner });
    this.#entries.set(sid, { session, tokenHash: hash(token), origin });
    this.#live.add(session);
    session.start(openStream(session));
    return { session, token };
  }

  /** The session, for who has its token and comes from where it was opened; nobody learns which of these was wrong. */
  find(sid: string, token: string, { secure, page }: RequestOrigin): FrameSession | undefined {
    const entry = this.#entries.get(sid);
    const isRight = timingSafeEqual(hash(token), entry?.tokenHash ?? hash(''));
    // Browsers leave `Origin` out of a GET to where the page comes from.
    const isStranger = page !== undefined && page !== entry?.origin.page;
    return !isRight || isStranger || (entry?.origin.secure && !secure) ? undefined : entry?.session;
  }

  /** Opens no more sessions and ends those there are. */
  shutdown(): void {
    this.#isDraining = true;
    for (const session of this.#live) session.close(new StreamError('system-shutdown'));
  }

  #forget(session: FrameSession): void {
    this.#entries.delete(session.sid);
    this.#live.ended(session);
  }
}

function hash(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
