/**
 * A small XMPP client for browsers and Node.js, whose session may be moved between transports at any time.
 * See docs/how-to/client-library.md.
 */
export { Client, type ClientEvents, type ClientState, type Move } from './client.ts';
export type { ClientOptions } from './client-options.ts';
export type { Endpoints, TransportName } from './carrier.ts';
export { TRANSPORTS } from './carrier.ts';
export { Refused } from './refused.ts';
export { Element, parse, serialize, xml } from '../xml/index.ts';
