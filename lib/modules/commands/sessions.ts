import type { Clock } from '../../base/clock.ts';
import { opaqueId, type Random } from '../../base/random.ts';
import { seconds, type Instant } from '../../base/time.ts';
import type { Jid } from '../../xmpp/jid.ts';
import type { FormFields } from '../../xmpp/payloads/form-fields.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import type { Asking } from './command.ts';
import { badRequest, sessionExpired } from './refusals.ts';

/** Time to fill in one form. */
const LIFETIME = seconds(900);
/** Commands that one account may be at; the oldest makes room. */
const MAX_PER_ACCOUNT = 10;
/** Commands under way of one host. */
const MAX_SESSIONS = 1000;
/** Those that are over and still known to have been. */
const MAX_REMEMBERED = 10_000;

/** Who does what with whom. */
export interface Errand {
  /** The full JID: other clients of the account do not share it. */
  readonly asker: Jid;
  readonly responder: Jid;
  readonly node: string;
}

/** A form that was shown, and what was filled in when it was sent back. */
interface Page {
  readonly asking: Asking;
  filled?: FormFields;
}

/** One command that somebody is at. */
export interface CommandSession extends Errand {
  readonly id: string;
  /** The forms so far; the last one waits to be filled in. */
  readonly pages: [Page, ...Page[]];
  usedAt: Instant;
}

export interface CommandSessionsDeps {
  readonly clock: Clock;
  readonly random: Random;
}

/** The commands under way, each between two addresses. @spec XEP-0050 §3.3 */
export class CommandSessions {
  readonly #deps: CommandSessionsDeps;
  readonly #open = new Map<string, CommandSession>();
  readonly #over = new Set<string>();

  constructor(deps: CommandSessionsDeps) {
    this.#deps = deps;
  }

  /** @throws StanzaError when the host has too many */
  open(errand: Errand, first: Asking): CommandSession {
    const own = [...this.#open.values()].filter(({ asker }) => asker.bare.equals(errand.asker.bare));
    if (own[0] && own.length >= MAX_PER_ACCOUNT) this.end(own[0]);
    if (this.#open.size >= MAX_SESSIONS)
      throw new StanzaError('resource-constraint', 'too many commands are under way');
    const id = opaqueId(this.#deps.random);
    const session: CommandSession = { ...errand, id, pages: [{ asking: first }], usedAt: this.#deps.clock.now() };
    this.#open.set(id, session);
    return session;
  }

  /** An id for what is over with its first answer. */
  passing(): string {
    const id = opaqueId(this.#deps.random);
    this.#remember(id);
    return id;
  }

  /** @throws StanzaError session-expired, bad-sessionid */
  find(id: string, { asker, responder, node }: Errand): CommandSession {
    const session = this.#open.get(id);
    if (session && this.#isExpired(session)) this.end(session);
    if (this.#over.has(id)) throw sessionExpired();
    const isTheirs = session?.asker.equals(asker) && session.responder.equals(responder) && session.node === node;
    if (!session || !isTheirs) throw badRequest('bad-sessionid', 'there is no such session of this command');
    session.usedAt = this.#deps.clock.now();
    return session;
  }

  end({ id }: CommandSession): void {
    if (this.#open.delete(id)) this.#remember(id);
  }

  /** Somebody has left. */
  endOf(asker: Jid): void {
    for (const session of this.#open.values()) if (session.asker.equals(asker)) this.end(session);
  }

  /** Ends those that nobody went on with. */
  sweep(): void {
    for (const session of this.#open.values()) if (this.#isExpired(session)) this.end(session);
  }

  #isExpired({ usedAt }: CommandSession): boolean {
    return usedAt + LIFETIME <= this.#deps.clock.now();
  }

  /** The oldest are forgotten first. */
  #remember(id: string): void {
    this.#over.add(id);
    const [oldest] = this.#over;
    if (oldest !== undefined && this.#over.size > MAX_REMEMBERED) this.#over.delete(oldest);
  }
}
