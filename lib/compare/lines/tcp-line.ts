import type { Socket } from 'node:net';
import { addressOf, connectTo } from '../wire/address.ts';
import { ElementSplitter } from '../wire/element-splitter.ts';
import type { Line, LineOwner } from './line.ts';

/** XMPP over TCP. @spec RFC 6120 */
export class TcpLine implements Line {
  readonly requests = 0;
  bodyUp = 0;
  bodyDown = 0;
  readonly #socket: Socket;
  readonly #header: string;
  #splitter = new ElementSplitter();
  #isOver = false;

  /** @param url `tcp://host:port` */
  constructor({ url, domain }: { readonly url: string; readonly domain: string }, owner: LineOwner) {
    this.#header = streamHeader(domain);
    this.#socket = connectTo(addressOf(url)).setEncoding('latin1');
    this.#socket.on('data', (text: string) => {
      this.bodyDown += text.length;
      const whole = this.#splitter.push(text);
      if (whole !== '') owner.heard(whole);
    });
    const end = (reason: string): void => {
      if (this.#isOver) return;
      this.close();
      owner.broken(reason);
    };
    this.#socket.on('error', (error) => end(error.message));
    this.#socket.on('end', () => end('the server closed the stream'));
    this.#socket.on('close', () => end('the connection ended'));
  }

  openStream(): void {
    this.#splitter = new ElementSplitter();
    this.send([this.#header]);
  }

  send(elements: readonly string[]): void {
    const text = elements.join('');
    this.bodyUp += text.length;
    this.#socket.write(text, 'latin1');
  }

  listen(): void {}

  close(): void {
    this.#isOver = true;
    this.#socket.destroy();
  }
}

export function streamHeader(domain: string): string {
  return (
    `<?xml version='1.0'?><stream:stream to='${domain}' version='1.0' xml:lang='en' ` +
    `xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`
  );
}
