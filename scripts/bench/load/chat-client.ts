/** Somebody who uses a server, over any transport. */
export interface ChatClient {
  /** Empty before login. */
  readonly jid: string;
  /** Gets everything that comes once the client is logged in. */
  onAnswer: (text: string) => void;
  /** Logs in, and binds a resource. */
  login(): Promise<void>;
  /** Sends stanzas (ASCII), as close together as the transport can. */
  send(stanzas: readonly string[]): void;
  close(): void;
}

export interface ClientOptions {
  readonly url: URL;
  readonly domain: string;
  /** How to log in: an `<auth/>` that needs no challenge. */
  readonly auth: string;
  /** Told what must not happen; the client is of no more use then. */
  readonly failed: (reason: string) => void;
}

export const BIND =
  "<iq xmlns='jabber:client' type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>";

/** The address in the answer to `BIND`. */
export function boundJid(answer: string): string {
  return /<jid>([^<]+)</.exec(answer)?.[1] ?? '';
}
