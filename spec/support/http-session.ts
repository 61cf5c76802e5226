import { HttpConnection, type RequestLine } from '../../lib/conformance/http-connection.ts';
import { headerOf, type HttpResponse } from '../../lib/conformance/http-response.ts';
import { targetOf } from '../../lib/conformance/target.ts';
import type { Element } from '../../lib/xml/index.ts';
import { wrapper } from './bosh-world.ts';
import { read } from './read-xml.ts';

type Attributes = Readonly<Record<string, string | number | undefined>>;

/** A BOSH session over raw connections, one for each request, with every byte at hand. */
export class HttpSession {
  readonly url: string;
  readonly #to: string;
  sid = '';
  /** The rid of the last request. */
  rid = 1000;

  constructor(url: string, to = 'anon.localhost') {
    this.url = url;
    this.#to = to;
  }

  /** Any request. @throws Error when the connection closes without an answer */
  async request(body: string | Buffer, line: RequestLine = {}): Promise<HttpResponse> {
    const connection = await HttpConnection.open(targetOf(this.url));
    try {
      const isHead = line.method === 'HEAD';
      const outcome = await connection.send(connection.format(line, Buffer.from(body)), isHead);
      if (outcome.is === 'closed') throw new Error(`closed: ${outcome.reason ?? 'no reason'}`);
      return outcome.response;
    } finally {
      connection.destroy();
    }
  }

  /** Creates the session. */
  async open(attributes: Attributes = {}, line: RequestLine = {}): Promise<HttpResponse> {
    const response = await this.request(this.creation(attributes), line);
    this.sid = / sid='(\w+)'/.exec(response.body.toString())?.[1] ?? '';
    return response;
  }

  /** The text of a creation request. */
  creation(attributes: Attributes = {}): string {
    const usual = { rid: this.rid, to: this.#to, wait: 5, hold: 1, ver: '1.11', 'xml:lang': 'en' };
    return wrapper({ ...usual, 'xmpp:version': '1.0', ...attributes });
  }

  /** The text of the next request. */
  next(inner = '', attributes: Attributes = {}): string {
    this.rid += 1;
    return wrapper({ rid: this.rid, sid: this.sid, ...attributes }, inner);
  }

  post(inner = '', attributes: Attributes = {}, line: RequestLine = {}): Promise<HttpResponse> {
    return this.request(this.next(inner, attributes), line);
  }

  /** Creates the session and logs in as a guest. @returns the full address */
  async login(attributes: Attributes = {}): Promise<string> {
    await this.open(attributes);
    await this.post("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='ANONYMOUS'/>");
    await this.post('', { 'xmpp:restart': 'true', to: this.#to });
    const bound = await this.post(
      "<iq xmlns='jabber:client' type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>",
    );
    return /<jid>([^<]+)<\/jid>/.exec(bound.body.toString())?.[1] ?? '';
  }
}

/** The body as XML. */
export function xmlOf(response: HttpResponse): Element {
  return read(response.body.toString('utf8'));
}

export { headerOf };
