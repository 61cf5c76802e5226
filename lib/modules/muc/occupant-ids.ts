import { createHmac } from 'node:crypto';
import type { Jid } from '../../xmpp/jid.ts';

/**
 * Ids that tell the occupants of a room apart, whatever their nicknames: always the same for an
 * account in a room, different in every room, and nobody can tell the account from one.
 *
 * @spec XEP-0421 §4.1
 */
export class OccupantIds {
  readonly #secret: Uint8Array;

  constructor(secret: Uint8Array) {
    this.#secret = secret;
  }

  of(room: Jid, account: Jid): string {
    const hmac = createHmac('sha256', this.#secret);
    return hmac.update(`${room.bare.toString()}\0${account.bare.toString()}`).digest('base64url');
  }
}
