import { BIND, boundJid, type ChatClient, type ClientOptions } from './chat-client.ts';
import { HttpConnection, type HttpOwner } from './http-connection.ts';

const NAMESPACES = "xmlns='http://jabber.org/protocol/httpbind' xmlns:xmpp='urn:xmpp:xbosh'";
const FIRST_RID = 1_000_000;
/** Every server grants its own maximum. */
const WAIT_SECONDS = 60;
/** The wrapper of an answer is in its first characters. */
const WRAPPER = 400;

/** Somebody over BOSH, as browsers are: two connections, one request held. */
export class BoshClient implements ChatClient, HttpOwner {
  jid = '';
  onAnswer: (body: string) => void = () => {};
  readonly #options: ClientOptions;
  readonly #connections: readonly [HttpConnection, HttpConnection];
  readonly #waiting: string[] = [];
  #rid = FIRST_RID;
  #start = '';
  #isHolding = false;
  #resolve: ((body: string) => void) | undefined;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#connections = [new HttpConnection(options.url, this), new HttpConnection(options.url, this)];
  }

  /** Keeps a request open from then on. */
  async login(): Promise<void> {
    const created = await this.#ask(
      `<body ${NAMESPACES} rid='${this.#rid}' to='${this.#options.domain}' xml:lang='en' ver='1.6' ` +
        `wait='${WAIT_SECONDS}' hold='1' xmpp:version='1.0'/>`,
    );
    this.#start = `<body ${NAMESPACES} sid='${attribute(created, 'sid')}' rid='`;
    if (!created.includes('features>')) await this.#expect('features>', '');
    await this.#expect('<success', this.#options.auth);
    await this.#expect('features>', '', " xmpp:restart='true'");
    const bound = await this.#expect('</jid>', BIND);
    this.jid = boundJid(bound);
    this.#isHolding = true;
    // On the second connection: what browsers do as soon as there is something to say.
    this.#connections[1].post(this.#next(''));
  }

  /** Sends stanzas in one request, at once or as soon as a connection is free. */
  send(payloads: readonly string[]): void {
    const stanzas = payloads.join('');
    const [first, second] = this.#connections;
    if (!first.isBusy) first.post(this.#next(stanzas));
    else if (!second.isBusy) second.post(this.#next(stanzas));
    else this.#waiting.push(stanzas);
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }

  answered(connection: HttpConnection, body: string): void {
    if (isEnd(body)) return this.failed(`a session ended: ${body.slice(0, WRAPPER)}`);
    if (this.#resolve) return this.#resolve(body);
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) connection.post(this.#next(waiting));
    this.onAnswer(body);
    if (this.#isHolding && !this.#isOpen) connection.post(this.#next(''));
  }

  failed(reason: string): void {
    this.#isHolding = false;
    this.#options.failed(reason);
  }

  get #isOpen(): boolean {
    const [first, second] = this.#connections;
    return first.isBusy || second.isBusy;
  }

  #next(stanzas: string, attributes = ''): string {
    this.#rid += 1;
    const start = `${this.#start}${this.#rid}'${attributes}`;
    return stanzas === '' ? `${start}/>` : `${start}>${stanzas}</body>`;
  }

  /** One request of the login and its answer. */
  #ask(body: string): Promise<string> {
    return new Promise((resolve) => {
      this.#resolve = (answer) => {
        this.#resolve = undefined;
        resolve(answer);
      };
      this.#connections[0].post(body);
    });
  }

  /** Asks until this is in an answer: some servers answer first and say it then. */
  async #expect(text: string, stanzas: string, attributes = ''): Promise<string> {
    let answer = await this.#ask(this.#next(stanzas, attributes));
    while (!answer.includes(text)) answer = await this.#ask(this.#next(''));
    return answer;
  }
}

function isEnd(body: string): boolean {
  const wrapper = body.slice(0, WRAPPER);
  return wrapper.includes("type='terminate'") || wrapper.includes('type="terminate"');
}

function attribute(body: string, name: string): string {
  return new RegExp(`\\s${name}=["']([^"']+)["']`).exec(body)?.[1] ?? '';
}
