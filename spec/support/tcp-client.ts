import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';

export const START =
  "<?xml version='1.0'?><stream:stream to='localhost' version='1.0' xmlns='jabber:client'" +
  " xmlns:stream='http://etherx.jabber.org/streams'>";
export const START_TLS = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";

function bind(resource: string): string {
  const wish = resource === '' ? '' : `<resource>${resource}</resource>`;
  return `<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>${wish}</bind></iq>`;
}

/** A TCP client that sends what it is told, and remembers what it gets. */
export class TcpClient {
  /** What has come and was not taken. */
  text = '';
  isClosed = false;
  #socket: Socket;
  #waiting: (() => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#listen();
  }

  /** @param url as the server tells it; `xmpps:` begins with TLS */
  static async connect(url: string, options: ConnectionOptions = {}): Promise<TcpClient> {
    const { protocol, hostname: host, port } = new URL(url);
    if (protocol === 'xmpp:') {
      const socket = connect({ host, port: Number(port) });
      await once(socket, 'connect');
      return new TcpClient(socket);
    }
    const socket = connectTls({ host, port: Number(port), rejectUnauthorized: false, ...options });
    await once(socket, 'secureConnect');
    return new TcpClient(socket);
  }

  get socket(): Socket {
    return this.#socket;
  }

  say(text: string): void {
    this.#socket.write(text);
  }

  /** Takes what has come, up to and with the first match. @throws Error when the connection ends before it */
  async until(pattern: RegExp): Promise<string> {
    for (;;) {
      const match = pattern.exec(this.text);
      if (match) {
        const taken = this.text.slice(0, match.index + match[0].length);
        this.text = this.text.slice(taken.length);
        return taken;
      }
      if (this.isClosed) throw new Error(`closed after ${JSON.stringify(this.text)}`);
      await this.#news();
    }
  }

  /** Takes what has come, as soon as something has. @throws Error when the connection ends before it */
  some(): Promise<string> {
    return this.until(/^[^]+/);
  }

  /** Opens or restarts the stream. @param more attributes of the header @returns header and features */
  opens(more = ''): Promise<string> {
    this.say(START.replace('to=', `${more} to=`));
    return this.until(/<\/stream:features>/);
  }

  /** Everything until the connection ends. */
  async rest(): Promise<string> {
    while (!this.isClosed) await this.#news();
    return this.text;
  }

  /** Asks for TLS, and does the handshake. */
  async startTls(options: ConnectionOptions = {}): Promise<TLSSocket> {
    this.say(START_TLS);
    await this.until(/<proceed [^>]*\/>/);
    this.#socket.removeAllListeners();
    const secure = connectTls({ socket: this.#socket, rejectUnauthorized: false, ...options });
    await once(secure, 'secureConnect');
    this.#socket = secure;
    this.#listen();
    return secure;
  }

  /** Logs in (the password is the name) and binds a resource. @returns the full address */
  async login(name: string, resource = ''): Promise<string> {
    await this.opens();
    const credentials = Buffer.from(`\0${name}\0${name}`).toString('base64');
    this.say(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${credentials}</auth>`);
    await this.until(/<success [^>]*\/>/);
    await this.opens();
    this.say(bind(resource));
    const bound = await this.until(/<\/iq>/);
    return /<jid>([^<]*)/.exec(bound)?.[1] ?? '';
  }

  close(): void {
    this.#socket.destroy();
  }

  #listen(): void {
    this.#socket.on('data', (chunk: Buffer) => {
      this.text += chunk.toString();
      this.#waiting?.();
    });
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => {
      this.isClosed = true;
      this.#waiting?.();
    });
  }

  #news(): Promise<void> {
    return new Promise((resolve) => (this.#waiting = resolve));
  }
}
