import { standAlone, XmlFramer, type Element } from '../../lib/xml/index.ts';
import { FrameClient, OPEN } from './frame-client.ts';
import { FrameSessionClient } from './frame-session-client.ts';
import { Http2Client, type Fetch, type Http2WebSocket } from './http2-client.ts';
import { PollingClient, START } from './polling-client.ts';
import { RawSession } from './raw-session.ts';
import { read } from './read-xml.ts';
import { START as STREAM_START, TcpClient } from './tcp-client.ts';

/** Milliseconds between two polls. */
const POLL_PAUSE = 2;
const SM = 'urn:xmpp:sm:3';

/** A client that speaks XMPP over one transport or another, in the same words. */
export interface Talker {
  /** Opens the stream; again after login. */
  open(): Promise<void>;
  /** Sends elements, each with its namespaces. */
  say(...elements: string[]): void;
  /** The next element. @throws Error when there will be none */
  next(): Promise<Element>;
  /** Leaves it to who calls `next` to say how many stanzas are taken, where the transport acknowledges by itself. */
  counted?(taken: () => number): void;
  /** Vanishes without a word. */
  cut(): void;
  /** The element before the end, or the condition with which the carrier ended. */
  readonly ended: Promise<string>;
}

/** Where a server is: itself, or what is on the way to it. */
export interface Reachable {
  readonly urls: readonly string[];
  readonly tcp: { readonly urls: readonly string[] };
}

/** How a client gets to a server. */
interface Way {
  readonly base: string;
  readonly fetch?: Fetch;
  readonly webSocket: (path: string) => Promise<FrameClient | Http2WebSocket>;
}

const BY_TRANSPORT: Readonly<Record<string, (way: Way) => Promise<Talker>>> = {
  BOSH: (way) => Promise.resolve(new BoshTalker(way)),
  WebSocket: async ({ webSocket }) => new FrameTalker(await webSocket('/xmpp-websocket')),
  'Server-Sent Events': (way) => SessionTalker.open(way, 'events'),
  'HTTP streaming': (way) => SessionTalker.open(way, 'stream'),
  'long-polling': (way) => SessionTalker.open(way, 'poll?wait=25'),
  polling: (way) => SessionTalker.open(way, 'poll?wait=0'),
  'XEP-0025': (way) => Promise.resolve(new PollingTalker(way)),
};

type Connect = (server: Reachable) => Promise<Talker>;

/** By transport, without TLS, with a server that listens for TCP, too. */
export const TALKERS: Readonly<Record<string, Connect>> = {
  ...eachTransport((server) => {
    const base = server.urls[0] ?? '';
    return Promise.resolve({ base, webSocket: (path) => FrameClient.connect(`${base.replace(/^http/, 'ws')}${path}`) });
  }),
  TCP: async (server) => new TcpTalker(await TcpClient.connect(server.tcp.urls[0] ?? '')),
};

/** The same over HTTP/2, each on a connection of its own, with a server whose second listener has TLS. */
export const HTTP2_TALKERS: Readonly<Record<string, Connect>> = eachTransport(async (server) => {
  const base = server.urls[1] ?? '';
  const client = await Http2Client.connect(base);
  return { base, fetch: client.fetch, webSocket: (path) => client.webSocket(path) };
});

function eachTransport(wayTo: (server: Reachable) => Promise<Way>): Record<string, Connect> {
  const talkers = Object.entries(BY_TRANSPORT).map(
    ([name, talk]) => [name, async (server: Reachable) => talk(await wayTo(server))] as const,
  );
  return Object.fromEntries(talkers);
}

/** The next element of this name. */
export async function named(talker: Talker, name: string): Promise<Element> {
  for (;;) {
    const element = await talker.next();
    if (element.name === name) return element;
  }
}

/** Logs in with PLAIN, binds, and becomes available. */
export async function login(talker: Talker, name: string, resource = 'spec'): Promise<void> {
  await bind(talker, name, resource);
  talker.say(`<presence xmlns='jabber:client'/>`);
  await named(talker, 'presence');
}

/** The same with stream management, which counts from resource binding on. @returns the SM-ID */
export async function loginManaged(talker: Talker, name: string, resource = 'spec'): Promise<string> {
  await bind(talker, name, resource);
  talker.say(`<enable xmlns='${SM}' resume='true'/>`);
  const { id = '' } = (await named(talker, 'enabled')).attrs;
  talker.say(`<presence xmlns='jabber:client'/>`);
  await named(talker, 'presence');
  return id;
}

async function bind(talker: Talker, name: string, resource: string): Promise<void> {
  await authenticate(talker, name);
  talker.say(
    `<iq xmlns='jabber:client' type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>${resource}</resource></bind></iq>`,
  );
  await named(talker, 'iq');
}

/** Logs in with PLAIN, and no more. */
export async function authenticate(talker: Talker, name: string): Promise<void> {
  await talker.open();
  const credentials = Buffer.from(`\0${name}\0${name}`).toString('base64');
  talker.say(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${credentials}</auth>`);
  await named(talker, 'success');
  await talker.open();
}

class FrameTalker implements Talker {
  readonly #client: FrameClient | Http2WebSocket;
  #last = '';

  constructor(client: FrameClient | Http2WebSocket) {
    this.#client = client;
  }

  get ended(): Promise<string> {
    return this.#client.rest().then((messages) => messages.at(-2) ?? this.#last);
  }

  async open(): Promise<void> {
    this.say(OPEN);
    await named(this, 'stream:features');
  }

  say(...elements: string[]): void {
    this.#client.send(...elements);
  }

  async next(): Promise<Element> {
    const element = await this.#client.element();
    this.#last = element.toString();
    return element;
  }

  cut(): void {
    this.#client.cut();
  }
}

/** Keeps one request open, as browsers do. */
class BoshTalker implements Talker {
  readonly #session: RawSession;
  readonly #elements: Element[] = [];
  #isOpen = false;
  #isOver = false;
  #held = 0;
  #wake: (() => void) | undefined;
  #end: (why: string) => void = () => undefined;
  readonly ended = new Promise<string>((resolve) => (this.#end = resolve));

  constructor({ base, fetch }: Way) {
    this.#session = new RawSession(`${base}/http-bind`, 'localhost', fetch);
  }

  async open(): Promise<void> {
    if (this.#isOpen) void this.#post('', "xmpp:restart='true'");
    else this.#take(await this.#session.open());
    this.#isOpen = true;
    await named(this, 'stream:features');
    this.#hold();
  }

  say(...elements: string[]): void {
    void this.#post(elements.join(''));
  }

  async next(): Promise<Element> {
    for (let element = this.#elements.shift(); ; element = this.#elements.shift()) {
      if (element) return element;
      if (this.#isOver) throw new Error('the session has ended');
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  cut(): void {
    this.#isOver = true;
    this.#session.close();
  }

  async #post(inner: string, attributes = ''): Promise<void> {
    this.#held += 1;
    const answer = await this.#session.post(inner, attributes).catch(() => undefined);
    this.#held -= 1;
    if (answer) this.#take(answer);
    this.#hold();
  }

  #hold(): void {
    if (this.#held === 0 && !this.#isOver) void this.#post('');
  }

  #take(body: Element): void {
    this.#elements.push(...body.getChildElements().map((child) => standAlone(child)));
    const { type, condition } = body.attrs;
    if (type === 'terminate') this.#isOver = true;
    // The request that broke the rule is told what it was.
    if (type === 'terminate' && condition !== 'other-request') {
      this.#end(this.#elements.at(-1)?.toString() ?? condition ?? '');
    }
    this.#wake?.();
  }
}

/** Asks again and again, as fast as a spec wants it. */
class PollingTalker implements Talker {
  readonly #client: PollingClient;
  #isOver = false;
  #end: (why: string) => void = () => undefined;
  readonly ended = new Promise<string>((resolve) => (this.#end = resolve));

  constructor({ base, fetch }: Way) {
    this.#client = new PollingClient(`${base}/http-poll`, { fetch });
    this.#poll();
  }

  async open(): Promise<void> {
    this.say(START);
    await named(this, 'stream:features');
  }

  say(...elements: string[]): void {
    void this.#post(elements.join(''));
  }

  async next(): Promise<Element> {
    for (let element = this.#client.elements.shift(); ; element = this.#client.elements.shift()) {
      if (element) return element;
      if (this.#isOver) throw new Error('the session has ended');
      await new Promise((resolve) => setTimeout(resolve, POLL_PAUSE));
    }
  }

  cut(): void {
    this.#isOver = true;
  }

  async #post(xml: string): Promise<void> {
    try {
      const { identifier, body } = await this.#client.post(xml);
      if (!identifier.endsWith(':0')) return;
      this.#isOver = true;
      this.#end(body);
    } catch {
      this.#isOver = true;
      this.#end('unreachable');
    }
  }

  #poll(): void {
    setTimeout(() => {
      if (this.#isOver) return;
      if (this.#client.identifier === '0') return this.#poll();
      void this.#post('').then(() => this.#poll());
    }, POLL_PAUSE);
  }
}

class SessionTalker implements Talker {
  readonly #client: FrameSessionClient;
  #last = '';
  #end: (why: string) => void = () => undefined;
  readonly ended = new Promise<string>((resolve) => (this.#end = resolve));

  private constructor(client: FrameSessionClient) {
    this.#client = client;
    client.onEnd = (why) => this.#end(why);
    client.onFrame = (text) => {
      if (text.startsWith('<close ')) this.#end(this.#last);
      this.#last = text;
    };
  }

  static async open({ base, fetch }: Way, path: string): Promise<SessionTalker> {
    const client = await FrameSessionClient.create(base, {}, fetch);
    const talker = new SessionTalker(client);
    client.read(path);
    return talker;
  }

  async open(): Promise<void> {
    this.say(OPEN);
    await named(this, 'stream:features');
  }

  say(...elements: string[]): void {
    void this.#client.send(...elements).catch(() => undefined);
  }

  async next(): Promise<Element> {
    return read(await this.#client.next());
  }

  counted(taken: () => number): void {
    this.#client.taken = taken;
  }

  cut(): void {
    this.#client.cut();
  }
}

/** Answers pings, as clients do, whether anybody reads or not. */
class TcpTalker implements Talker {
  readonly #client: TcpClient;
  readonly #framer = new XmlFramer();
  readonly #elements: Element[] = [];
  #last = '';
  #wake: (() => void) | undefined;
  readonly ended: Promise<string>;

  constructor(client: TcpClient) {
    this.#client = client;
    this.ended = this.#listen();
  }

  async open(): Promise<void> {
    this.say(STREAM_START);
    await named(this, 'stream:features');
  }

  say(...elements: string[]): void {
    this.#client.say(elements.join(''));
  }

  async next(): Promise<Element> {
    for (let element = this.#elements.shift(); ; element = this.#elements.shift()) {
      if (element) return element;
      if (this.#client.isClosed) throw new Error('the stream has ended');
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  cut(): void {
    this.#client.close();
  }

  /** @returns the last element, once the connection has ended */
  async #listen(): Promise<string> {
    for (;;) {
      const text = await this.#client.some().catch(() => undefined);
      if (text !== undefined) this.#read(text);
      this.#wake?.();
      if (text === undefined) return this.#last;
    }
  }

  #read(text: string): void {
    const events = this.#framer.push(text);
    if (!events.ok) throw new Error(events.error.reason);
    for (const event of events.value) if (event.is === 'element') this.#take(event.element);
  }

  #take(element: Element): void {
    const { id = '', from = '' } = element.attrs;
    this.#last = element.toString();
    if (element.child('ping', 'urn:xmpp:ping')) this.say(`<iq type='result' id='${id}' to='${from}'/>`);
    else this.#elements.push(element);
  }
}
