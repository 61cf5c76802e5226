import { createHash } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { opaqueId, type Random } from '../base/random.ts';
import type { Duration, EpochMillis } from '../base/time.ts';
import type { AccountId, Store } from '../storage/store.ts';

/** More than the 80 that XEP-0379 §5.1 asks for. */
const TOKEN_BITS = 130;
const KIND = 'invitation';
const RESERVED = 'reserved-name';
/** Invitations of one domain that wait to be used. */
const MAX_INVITATIONS = 10_000;
/** Those of one account. */
const MAX_PER_INVITER = 100;

/** What an invitation is good for. */
export interface Terms {
  /** Who becomes a contact of those who use it. */
  readonly inviter?: AccountId | undefined;
  /** The one name that it is for; nobody else gets it meanwhile. */
  readonly username?: string | undefined;
  /** Accounts, or contacts, that may come of it. */
  readonly uses: number;
  /** Whether an account may be registered with it. */
  readonly registers: boolean;
}

export interface Invitation extends Terms {
  /** The hash of its token: the token itself is not kept. */
  readonly id: string;
  readonly expiresAt: EpochMillis;
}

export interface InvitationsOptions {
  readonly store: Store;
  readonly random: Random;
  readonly clock: Clock;
  readonly domain: string;
}

/** Nothing more can be promised at present. */
export class InvitationRefused extends Error {
  override readonly name = 'InvitationRefused';
  readonly kind: 'conflict' | 'failure';

  constructor(message: string, kind: 'conflict' | 'failure' = 'failure') {
    super(message);
    this.kind = kind;
  }
}

/**
 * The invitations of one domain: tokens that let somebody register an account, or become a contact.
 * They end with their uses, their time, and the account that gave them.
 *
 * @spec XEP-0445 @spec XEP-0401 §5 @spec XEP-0379 §5
 */
export class Invitations {
  readonly #options: InvitationsOptions;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: InvitationsOptions) {
    this.#options = options;
  }

  /** @throws InvitationRefused when there are too many, or the name is taken */
  async create(terms: Terms, lifetime: Duration): Promise<{ readonly token: string; readonly invitation: Invitation }> {
    return this.#serially(async () => {
      const { random, clock } = this.#options;
      await this.#sweep();
      await this.#checkRoom(terms);
      const token = opaqueId(random, TOKEN_BITS);
      const invitation = { ...terms, id: idOf(token), expiresAt: clock.date() + lifetime };
      await this.#write(invitation);
      return { token, invitation };
    });
  }

  /** What a token is good for at present; undefined when it is unknown, expired or used up. */
  async find(token: string): Promise<Invitation | undefined> {
    const invitation = await this.#read(idOf(token));
    if (!invitation || invitation.expiresAt <= this.#options.clock.date()) return undefined;
    if (invitation.inviter !== undefined && !(await this.#options.store.accounts.find(invitation.inviter))) {
      return undefined;
    }
    return invitation;
  }

  /**
   * Counts a use if `work` says that it has succeeded; nobody else can use an invitation meanwhile. Its
   * time is not looked at: that is for `find`.
   *
   * @returns false when it was used up meanwhile, or `work` said so
   * @spec XEP-0445 §4
   */
  async use(id: string, work: () => Promise<boolean>): Promise<boolean> {
    return this.#serially(async () => {
      const invitation = await this.#read(id);
      if (!invitation || !(await work())) return false;
      await this.#write({ ...invitation, uses: invitation.uses - 1 });
      return true;
    });
  }

  /** Whether a name is promised to somebody, but for the holder of one invitation. @spec XEP-0445 §5 */
  async isReserved(username: string, but?: string): Promise<boolean> {
    const { store, domain, clock } = this.#options;
    const id = await store.documents.get(domain, RESERVED, username);
    const invitation = id === undefined || id === but ? undefined : await this.#read(id);
    return invitation !== undefined && invitation.expiresAt > clock.date();
  }

  /** An account is no more: whoever has its name later has invited nobody. */
  async forget(inviter: AccountId): Promise<void> {
    await this.#serially(async () => {
      for (const invitation of await this.#all()) if (invitation.inviter === inviter) await this.#remove(invitation);
    });
  }

  /** Forgets what has expired. */
  async sweep(): Promise<void> {
    await this.#serially(() => this.#sweep());
  }

  async #sweep(): Promise<void> {
    const now = this.#options.clock.date();
    for (const invitation of await this.#all()) {
      if (invitation.expiresAt <= now) await this.#remove(invitation);
    }
  }

  async #checkRoom({ inviter, username }: Terms): Promise<void> {
    const { store, domain } = this.#options;
    if (username !== undefined) {
      const isTaken = await store.accounts.find(`${username}@${domain}`);
      if (isTaken || (await this.isReserved(username))) throw new InvitationRefused(`${username} is taken`, 'conflict');
    }
    const own = inviter === undefined ? [] : (await this.#all()).filter((other) => other.inviter === inviter);
    if (own.length >= MAX_PER_INVITER) throw new InvitationRefused(`at most ${MAX_PER_INVITER} invitations at a time`);
  }

  async #all(): Promise<Invitation[]> {
    const { store, domain } = this.#options;
    return (await store.documents.list(domain, KIND)).map(({ text }) => read(text));
  }

  async #read(id: string): Promise<Invitation | undefined> {
    const { store, domain } = this.#options;
    const text = await store.documents.get(domain, KIND, id);
    return text === undefined ? undefined : read(text);
  }

  /** One that is used up is gone. */
  async #write(invitation: Invitation): Promise<void> {
    if (invitation.uses <= 0) return this.#remove(invitation);
    const { store, domain } = this.#options;
    const { id, username } = invitation;
    const document = { key: id, text: JSON.stringify(invitation) };
    if (!(await store.documents.put(domain, KIND, document, MAX_INVITATIONS))) {
      throw new InvitationRefused(`at most ${MAX_INVITATIONS} invitations at a time`);
    }
    if (username !== undefined) {
      await store.documents.put(domain, RESERVED, { key: username, text: id }, MAX_INVITATIONS);
    }
  }

  async #remove({ id, username }: Invitation): Promise<void> {
    const { documents } = this.#options.store;
    await documents.remove(this.#options.domain, KIND, id);
    if (username !== undefined) await documents.remove(this.#options.domain, RESERVED, username);
  }

  #serially<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}

function idOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function read(text: string): Invitation {
  return JSON.parse(text) as Invitation; // what `write` wrote
}
