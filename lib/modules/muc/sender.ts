import type { MaybePromise } from '../../core/maybe-promise.ts';
import type { Stanza } from '../../xmpp/stanza.ts';

/** Sends stanzas so that those to one address arrive in order, also when the way of one has to wait. */
export class Sender {
  readonly #route: (stanza: Stanza) => MaybePromise<void>;
  /** The last stanza on its way to an address, by address; none for ways that do not wait. */
  readonly #underway = new Map<string, Promise<void>>();

  /** @param route never throws or rejects */
  constructor(route: (stanza: Stanza) => MaybePromise<void>) {
    this.#route = route;
  }

  send(stanza: Stanza): void {
    const to = stanza.to?.toString() ?? '';
    const before = this.#underway.get(to);
    const sent = before ? before.then(() => this.#route(stanza)) : this.#route(stanza);
    if (!(sent instanceof Promise)) return;
    this.#underway.set(to, sent);
    void sent.then(() => {
      if (this.#underway.get(to) === sent) this.#underway.delete(to);
    });
  }
}
