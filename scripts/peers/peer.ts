/** Another XMPP server beside ours: in a process, a temporary folder and on a port of its own, on loopback. */
export interface Peer {
  /** With the version: `Prosody 0.12.3`. */
  readonly name: string;
  readonly pid: number;
  readonly boshUrl: string;
  readonly webSocketUrl: string;
  readonly tcpUrl: string;
  /** Where the accounts are. */
  readonly domain: string;
  /** Where everybody logs in by SASL ANONYMOUS. */
  readonly guestDomain: string;
  /** Ends the process, and removes its folder. */
  stop(): Promise<void>;
}

export interface PeerOptions {
  /** Accounts; the password of each is its name. */
  readonly accounts?: readonly string[];
  /** The one processor core that it may use; any by default. */
  readonly core?: number;
  /** Seconds that a BOSH client may be silent; the server's own default when absent. */
  readonly inactivity?: number;
}

export const DOMAIN = 'localhost';
export const GUEST_DOMAIN = 'anon.localhost';
/** The rooms of guests. */
export const ROOMS = `rooms.${GUEST_DOMAIN}`;
export const BOSH_PATH = '/http-bind';
export const WEBSOCKET_PATH = '/xmpp-websocket';
/** Connections that may wait to be accepted: all of a login storm. */
export const BACKLOG = 4096;
export const ACCOUNTS: readonly string[] = ['alice', 'bob'];
