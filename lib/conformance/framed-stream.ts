import { parse, type Element } from '../xml/index.ts';
import { NS_BIND, NS_CLIENT, NS_SASL, NS_SESSION, NS_STREAM, NS_STREAM_ERRORS } from '../xmpp/ns.ts';
import { NotObservable, Violation } from './check.ts';
import { mechanismsOf } from './login.ts';
import { saslClient, type Credentials } from './sasl-client.ts';
import type { Incoming, WebSocketConnection } from './websocket-connection.ts';

export const NS_FRAMING = 'urn:ietf:params:xml:ns:xmpp-framing';
export const CLOSE = `<close xmlns="${NS_FRAMING}"/>`;

export function open(domain: string): string {
  return `<open xmlns="${NS_FRAMING}" to="${domain}" version="1.0"/>`;
}

/** An XMPP stream of RFC 7395 as a client drives it: each message is one element. */
export class FramedStream {
  readonly connection: WebSocketConnection;
  readonly domain: string;
  readonly #patience: number;
  /** Every text message so far. */
  readonly messages: string[] = [];
  /** The `<open/>` and the features of the stream as it is now. */
  opened: Element | undefined;
  features: Element | undefined;

  constructor(connection: WebSocketConnection, domain: string, patience: number) {
    this.connection = connection;
    this.domain = domain;
    this.#patience = patience;
  }

  send(text: string): void {
    this.connection.send(text);
  }

  /** What comes next, of whatever kind. @throws Violation when nothing does */
  async incoming(timeout = this.#patience): Promise<Incoming> {
    const incoming = await this.connection.next(timeout);
    if (!incoming) throw new Violation(`a message within ${timeout} ms`, 'nothing');
    if (incoming.is === 'text') this.messages.push(incoming.text);
    return incoming;
  }

  /** The next element. @throws Violation when something else comes, or a message that does not stand alone */
  async element(): Promise<Element> {
    const incoming = await this.incoming();
    if (incoming.is !== 'text') throw new Violation('a text message', nameOf(incoming));
    const parsed = parse(incoming.text);
    if (!parsed.ok) throw new Violation('a message that is one XML document', incoming.text);
    return parsed.value;
  }

  /** The next element that fits; others are passed over. */
  async until(fits: (element: Element) => boolean): Promise<Element> {
    for (let n = 0; n < 50; n += 1) {
      const element = await this.element();
      if (fits(element)) return element;
    }
    throw new Violation('an element that fits', 'others');
  }

  /** Opens the stream, or restarts it. */
  async start(): Promise<void> {
    this.send(open(this.domain));
    this.opened = await this.element();
    if (!isFraming(this.opened, 'open')) throw new Violation('<open/>', this.opened.toString());
    this.features = await this.element();
    const isRight = this.features.getName() === 'features' && this.features.getNS() === NS_STREAM;
    if (!isRight) throw new Violation('the stream features', this.features.toString());
  }

  /** SASL, from the features to success. @throws NotObservable when it cannot be */
  async authenticate(credentials: Credentials): Promise<void> {
    const offered = this.features ? mechanismsOf(this.features) : [];
    const sasl = saslClient(offered, credentials);
    if (!sasl) throw new NotObservable(`no way to log in: the server offers ${offered.join(', ') || 'nothing'}`);
    const initial = sasl.initial === '' ? '' : toBase64(sasl.initial);
    this.send(`<auth xmlns="${NS_SASL}" mechanism="${sasl.mechanism}">${initial}</auth>`);
    for (;;) {
      const answer = await this.until((element) => element.getNS() === NS_SASL);
      if (answer.getName() === 'success') return;
      if (answer.getName() !== 'challenge')
        throw new NotObservable(`the server refuses the login: ${answer.toString()}`);
      const challenge = Buffer.from(answer.text, 'base64').toString('utf8');
      this.send(`<response xmlns="${NS_SASL}">${toBase64(sasl.respond(challenge))}</response>`);
    }
  }

  /** From nothing to a bound resource; returns the full JID. */
  async logIn(credentials: Credentials): Promise<string> {
    await this.start();
    await this.authenticate(credentials);
    await this.start();
    const result = await this.iq('bind', 'set', `<bind xmlns="${NS_BIND}"/>`);
    const session = this.features?.child('session', NS_SESSION);
    if (session && !session.child('optional', NS_SESSION)) {
      await this.iq('session', 'set', `<session xmlns="${NS_SESSION}"/>`);
    }
    const jid = result.child('bind', NS_BIND)?.child('jid', NS_BIND)?.text;
    if (jid === undefined) throw new NotObservable(`no resource was bound: ${result.toString()}`);
    return jid;
  }

  async iq(id: string, type: 'get' | 'set', inner: string): Promise<Element> {
    this.send(`<iq xmlns="${NS_CLIENT}" type="${type}" id="${id}">${inner}</iq>`);
    return this.until((element) => element.getName() === 'iq' && element.attrs['id'] === id);
  }

  /** Reads to the end of the connection: what was sent before, and how it ended. */
  async end(): Promise<{ readonly elements: Element[]; readonly last: Incoming }> {
    const elements: Element[] = [];
    for (;;) {
      const incoming = await this.incoming();
      if (incoming.is === 'close' || incoming.is === 'lost') return { elements, last: incoming };
      if (incoming.is === 'text') {
        const parsed = parse(incoming.text);
        if (!parsed.ok) throw new Violation('a message that is one XML document', incoming.text);
        elements.push(parsed.value);
      }
    }
  }
}

export function isFraming(element: Element, name: 'open' | 'close'): boolean {
  return element.getName() === name && element.getNS() === NS_FRAMING;
}

/** The condition of a stream error; undefined when the element is none. */
export function streamErrorOf(element: Element | undefined): string | undefined {
  if (element?.getName() !== 'error' || element.getNS() !== NS_STREAM) return undefined;
  return element
    .getChildElements()
    .find((child) => child.getNS() === NS_STREAM_ERRORS)
    ?.getName();
}

export function nameOf(incoming: Incoming): string {
  if (incoming.is === 'text') return incoming.text;
  return incoming.is === 'close' ? `close ${incoming.code ?? 'without code'}` : incoming.is;
}

function toBase64(text: string): string {
  return Buffer.from(text).toString('base64');
}
