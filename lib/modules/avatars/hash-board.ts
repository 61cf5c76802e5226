import type { MaybePromise } from '../../core/maybe-promise.ts';
import type { Jid } from '../../xmpp/jid.ts';
import type { Avatars } from './avatars.ts';

/** The hashes of the avatars of connected accounts, at hand so that presence need not wait. */
export class HashBoard {
  readonly #avatars: Avatars;
  readonly #hashes = new Map<string, MaybePromise<string>>();

  constructor(avatars: Avatars) {
    this.#avatars = avatars;
  }

  /** Empty when there is no avatar. */
  of(account: Jid): MaybePromise<string> {
    return this.#hashes.get(account.toString()) ?? this.#load(account);
  }

  /** Reads the hash again. Undefined when it is what it was. */
  async renew(account: Jid): Promise<string | undefined> {
    const before = await this.of(account);
    const hash = await this.#load(account);
    return hash === before ? undefined : hash;
  }

  forget(account: Jid): void {
    this.#hashes.delete(account.toString());
  }

  #load(account: Jid): Promise<string> {
    const key = account.toString();
    const loading = this.#avatars.current(account).then(
      (avatar) => {
        const hash = avatar?.id ?? '';
        if (this.#hashes.get(key) === loading) this.#hashes.set(key, hash);
        return hash;
      },
      (error: unknown) => {
        this.#hashes.delete(key);
        throw error;
      },
    );
    this.#hashes.set(key, loading);
    return loading;
  }
}
