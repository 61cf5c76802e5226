/** Whoever uses a line. */
export interface LineOwner {
  /** One or more whole elements of the stream. */
  heard(text: string): void;
  /** It is of no more use. Lines over HTTP try again themselves, and only say this when the server has ended them. */
  broken(reason: string): void;
}

/** One transport under one XMPP stream. Text is ASCII. */
export interface Line {
  /** Requests so far; 0 for ever where there are none. */
  readonly requests: number;
  /** Bytes of what was carried: bodies, messages of a WebSocket, the stream of TCP. */
  readonly bodyUp: number;
  readonly bodyDown: number;
  /** Opens the stream, and again after login. */
  openStream(): void;
  /** Sends elements, as close together as the transport can. */
  send(elements: readonly string[]): void;
  /** Login is over: listens all the time from now on. */
  listen(): void;
  close(): void;
}

/** How long to wait before the same thing is tried for the n-th time again: at once, then longer and longer. */
export function backoff(tries: number): number {
  return tries === 0 ? 0 : Math.min(2000, 125 * 2 ** tries);
}

/** `<open/>` of RFC 7395. */
export function openFrame(domain: string): string {
  return `<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='${domain}' version='1.0' xml:lang='en'/>`;
}
