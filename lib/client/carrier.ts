import type { Element } from '../xml/index.ts';

/** Ways of carrying a session, as this library names them. */
export const TRANSPORTS = ['websocket', 'sse', 'stream', 'long-poll', 'bosh', 'poll'] as const;
export type TransportName = (typeof TRANSPORTS)[number];

/** Where each transport is found: absolute URLs. */
export interface Endpoints {
  readonly bosh: string;
  readonly websocket: string;
  /** Frame sessions. */
  readonly sessions: string;
  /** Where a path is tried out. */
  readonly probe: string;
}

/** What a carrier takes from its surroundings. */
export interface Surroundings {
  readonly fetch: typeof fetch;
  /** Undefined where there is none: then there is no WebSocket. */
  readonly WebSocket: typeof WebSocket | undefined;
  readonly endpoints: Endpoints;
  readonly domain: string;
  /** Milliseconds between two polls. */
  readonly pollInterval: number;
}

/** What takes a session over without a login. */
export interface Claim {
  readonly id: string;
  readonly token: string;
  /** The number of the last stanza that was taken. */
  readonly h: number;
  readonly ordinal: number;
}

/** A frame to send; stanzas have a number, once they are counted. */
export interface Frame {
  readonly xml: string;
  readonly number?: number | undefined;
}

/** What a carrier tells its client. Nothing of it is heard once the client has left the carrier. */
export interface CarrierEvents {
  /** An element that stands alone. */
  frame(element: Element): void;
  /** The server has the stanzas up to this number. */
  acknowledged(h: number): void;
  /** Nothing comes any more. @param isRefusal the server has answered, and will not answer otherwise */
  lost(reason: string, isRefusal?: boolean): void;
  /** Something came, be it nothing but a sign of life. */
  heard(): void;
  /** The number of the last stanza that was taken; undefined while they are not counted. */
  readonly taken: number | undefined;
}

/** One way of carrying a stream, from its opening to its end. None of these throws. */
export interface Carrier {
  readonly name: TransportName;
  /** Resolves as soon as `open` costs no more than one round trip. Rejects when there is no connection. */
  prepare(): Promise<void>;
  /** Opens the stream, or takes a session over; the answer comes as frames. */
  open(claim?: Claim): void;
  /** Opens it again, after login. */
  restart(): void;
  send(frames: readonly Frame[]): void;
  /** Says what was taken, where that is not said by an element. */
  acknowledge?(): void;
  /** Ends the stream in peace, and the connection. */
  close(): void;
  /** Ends the connection, and says nothing. */
  drop(): void;
}
