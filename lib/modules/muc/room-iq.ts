import type { MaybePromise } from '../../core/maybe-promise.ts';
import type { Element } from '../../xml/index.ts';
import type { Jid } from '../../xmpp/jid.ts';
import type { Stanza } from '../../xmpp/stanza.ts';
import type { Room } from './room.ts';

/** A request to a room. */
export interface RoomRequest {
  readonly stanza: Stanza;
  readonly payload: Element;
  /** Who asks. */
  readonly from: Jid;
  /** Answers; what others are told of it comes after that. */
  readonly reply: (payload?: Element) => void;
}

/** @throws StanzaError */
export type RoomHandler = (room: Room, request: RoomRequest) => MaybePromise<void>;
