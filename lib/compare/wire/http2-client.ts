import { connect, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2';
import { addressOf, connectTo, type Address } from './address.ts';
import { BROWSER_HEADERS, type HttpClient, type HttpListener, type HttpRequest } from './http.ts';

/** HTTP/2 as browsers speak it: over TLS, all requests on one connection. */
export class Http2Client implements HttpClient {
  requests = 0;
  bodyUp = 0;
  bodyDown = 0;
  readonly #origin: string;
  readonly #address: Address;
  #session: ClientHttp2Session | undefined;

  /** @param url `https://host:port` */
  constructor(url: string) {
    this.#address = addressOf(url);
    this.#origin = `https://${this.#address.authority}`;
  }

  send({ method, path, headers = {}, body }: HttpRequest, listener: HttpListener): () => void {
    this.requests += 1;
    this.bodyUp += body?.length ?? 0;
    const common = { ...BROWSER_HEADERS, origin: this.#origin, referer: `${this.#origin}/` };
    const head = { ':method': method, ':path': path, ...common, ...headers };
    const stream = this.#connected().request(head, { endStream: body === undefined });
    let isOver = false;
    const fail = (reason: string): void => {
      if (!isOver) listener.failed(reason);
      isOver = true;
    };
    stream.setEncoding('latin1');
    stream.on('response', (fields) => {
      if (!isOver) listener.head?.(Number(fields[':status']), (name) => fieldOf(fields, name));
    });
    stream.on('data', (text: string) => {
      this.bodyDown += text.length;
      if (!isOver) listener.data(text);
    });
    stream.on('end', () => {
      if (stream.aborted || stream.destroyed) return fail('aborted');
      if (!isOver) listener.end();
      isOver = true;
    });
    stream.on('error', (error) => fail(error.message));
    stream.on('close', () => fail('closed'));
    if (body !== undefined) stream.end(body, 'latin1');
    return () => {
      isOver = true;
      stream.close();
    };
  }

  close(): void {
    this.#session?.destroy();
  }

  #connected(): ClientHttp2Session {
    if (this.#session && !this.#session.closed && !this.#session.destroyed) return this.#session;
    const session = connect(this.#origin, { createConnection: () => connectTo(this.#address, ['h2']) });
    // Every request on it is told of its own.
    session.on('error', () => session.destroy());
    this.#session = session;
    return session;
  }
}

function fieldOf(fields: IncomingHttpHeaders, name: string): string | undefined {
  const value = fields[name];
  return Array.isArray(value) ? value.join('; ') : value;
}
