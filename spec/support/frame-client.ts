import { once } from 'node:events';
import WebSocket, { type ClientOptions } from 'ws';
import type { Element } from '../../lib/xml/index.ts';
import { DOMAIN } from './running-server.ts';
import { read as readXml } from './read-xml.ts';

export const OPEN = `<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='${DOMAIN}' version='1.0'/>`;
export const CLOSE = `<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>`;
/** As Strophe.js compares it. */
export const SERVER_CLOSE = '<close xmlns="urn:ietf:params:xml:ns:xmpp-framing" />';

/** A WebSocket client that sends what it is told, message by message, and remembers what it gets. */
export class FrameClient {
  readonly socket: WebSocket;
  /** Messages that nobody has asked for. */
  readonly messages: string[] = [];
  readonly #ended: Promise<number>;
  #waiting: (() => void) | undefined;
  #isOver = false;

  private constructor(url: string, protocols: string | string[], options: ClientOptions) {
    this.socket = new WebSocket(url, protocols, options);
    this.socket.on('message', (data: Buffer, isBinary) => {
      this.messages.push(isBinary ? '(binary)' : data.toString('utf8'));
      this.#waiting?.();
    });
    this.#ended = new Promise((resolve) => {
      this.socket.on('close', (code) => {
        this.#isOver = true;
        this.#waiting?.();
        resolve(code);
      });
    });
  }

  /** @throws Error when the handshake is refused */
  static async connect(
    url: string,
    { protocols = 'xmpp', ...options }: ClientOptions & { protocols?: string | string[] } = {},
  ): Promise<FrameClient> {
    const client = new FrameClient(url, protocols, options);
    await once(client.socket, 'open');
    return client;
  }

  send(...messages: (string | Uint8Array)[]): void {
    for (const message of messages) this.socket.send(message);
  }

  /** The next message. @throws Error when the connection ends before it */
  async next(): Promise<string> {
    while (this.messages.length === 0) {
      if (this.#isOver) throw new Error('the connection has ended');
      await new Promise<void>((resolve) => (this.#waiting = resolve));
    }
    return this.messages.shift() ?? '';
  }

  async element(): Promise<Element> {
    return readXml(await this.next());
  }

  /** The next message that is an element of this name. */
  async named(name: string): Promise<Element> {
    for (;;) {
      const element = await this.element();
      if (element.name === name) return element;
    }
  }

  /** The messages until the connection ends. */
  async rest(): Promise<string[]> {
    await this.#ended;
    return this.messages.splice(0);
  }

  /** The code with which the connection ended. */
  get closed(): Promise<number> {
    return this.#ended;
  }

  /** Opens the stream, logs in with PLAIN (the password is the name), binds, and becomes available. */
  async login(name: string, resource = 'spec'): Promise<this> {
    await this.authenticate(name);
    this.send(
      `<iq xmlns='jabber:client' type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>${resource}</resource></bind></iq>`,
    );
    await this.named('iq');
    return this;
  }

  /** The same without a resource. */
  async authenticate(name: string): Promise<void> {
    this.send(OPEN);
    await this.named('stream:features');
    const credentials = Buffer.from(`\0${name}\0${name}`).toString('base64');
    this.send(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${credentials}</auth>`);
    await this.named('success');
    this.send(OPEN);
    await this.named('stream:features');
  }

  /** Becomes available, and waits until that is through. */
  async available(): Promise<this> {
    this.send(`<presence xmlns='jabber:client'/>`);
    await this.named('presence');
    return this;
  }

  /** Breaks the connection. */
  cut(): void {
    this.socket.terminate();
  }

  /** Ends the stream and the connection. */
  async leave(): Promise<void> {
    if (this.#isOver) return;
    this.send(CLOSE);
    this.socket.close(1000);
    await this.#ended;
  }
}
