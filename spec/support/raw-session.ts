import { Agent, request } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import type { Fetch } from './http2-client.ts';
import { read } from './read-xml.ts';
import type { Element } from '../../lib/xml/index.ts';

const NS = "xmlns='http://jabber.org/protocol/httpbind' xmlns:xmpp='urn:xmpp:xbosh'";

/** A BOSH session by hand: one POST at a time says exactly what the spec wrote. */
export class RawSession {
  sid = '';
  readonly url: string;
  readonly #to: string;
  readonly #agent: Agent;
  readonly #fetch: Fetch | undefined;
  #rid = 1000;
  #last = '';

  /** @param fetcher carries the requests, where they do not go over a connection of their own */
  constructor(url: string, to = 'localhost', fetcher?: Fetch) {
    this.url = url;
    this.#fetch = fetcher;
    this.#to = to;
    // Self-made certificates are what specs have.
    this.#agent = url.startsWith('https:') ? new SecureAgent({ rejectUnauthorized: false }) : new Agent();
  }

  /** Creates the session; the answer has the stream features. */
  async open(attributes = "hold='1' wait='50'"): Promise<Element> {
    const from = `to='${this.#to}' ver='1.11' xml:lang='en' xmpp:version='1.0' ${attributes}`;
    const answer = await this.#send(`<body ${NS} rid='${this.#rid}' ${from}/>`);
    this.sid = answer.attrs['sid'] ?? '';
    return answer;
  }

  /** The next request of the session. */
  post(inner = '', attributes = ''): Promise<Element> {
    this.#rid += 1;
    return this.#send(`<body ${NS} rid='${this.#rid}' sid='${this.sid}' ${attributes}>${inner}</body>`);
  }

  /** The last request once more, byte for byte. */
  again(): Promise<Element> {
    return this.#send(this.#last);
  }

  get nextRid(): number {
    return this.#rid + 1;
  }

  /** Leaves request ids out. */
  skip(count: number): void {
    this.#rid += count;
  }

  /** Logs in with a password in the clear, and binds. */
  async login(name: string, password: string): Promise<void> {
    const payload = Buffer.from(`\0${name}\0${password}`).toString('base64');
    const answer = await this.post(
      `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${payload}</auth>`,
    );
    if (!answer.getChildElements().some(({ name }) => name === 'success'))
      throw new Error(`${name} cannot log in: ${answer.toString()}`);
    await this.post('', "xmpp:restart='true'");
    await this.post("<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>");
  }

  close(): void {
    this.#agent.destroy();
  }

  #send(body: string): Promise<Element> {
    this.#last = body;
    if (this.#fetch)
      return this.#fetch(this.url, { method: 'POST', body }).then(async (answer) => read(await answer.text()));
    const post = this.url.startsWith('https:') ? secureRequest : request;
    return new Promise((resolve, reject) => {
      const sent = post(this.url, { method: 'POST', agent: this.#agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => resolve(read(Buffer.concat(chunks).toString('utf8'))));
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }
}
