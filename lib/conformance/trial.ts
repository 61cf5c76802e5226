import { performance } from 'node:perf_hooks';
import type { Element } from '../xml/index.ts';
import { escapeText } from '../xml/index.ts';
import { NS_CLIENT, NS_PING } from '../xmpp/ns.ts';
import { Caller, payloadsOf, type Attributes, type Wiring } from './caller.ts';
import { NotObservable, Violation } from './check.ts';
import { Claims } from './claims.ts';
import { FramedStream } from './framed-stream.ts';
import { HttpConnection, type HttpOutcome, type RequestLine } from './http-connection.ts';
import { authenticate, firstFeatures, logIn, restart } from './login.ts';
import { read, type Answer, type Request } from './request.ts';
import type { Credentials } from './sasl-client.ts';
import type { Target } from './target.ts';
import { WebSocketConnection, type HandshakeOptions } from './websocket-connection.ts';

/** What is known about the server under test. */
export interface Subject {
  readonly target: Target;
  readonly websocket?: Target | undefined;
  readonly domain: string;
  /** Two ways to log in; both may be anonymous. */
  readonly credentials: readonly [Credentials, Credentials];
  readonly wiring: Wiring;
  /** Milliseconds to wait for an answer that should come at once. */
  readonly patience: number;
  /** How long nothing must come to count as held, milliseconds. */
  readonly silence: number;
  /** The server judges overactivity to the letter. */
  readonly strict: boolean;
}

/** A session that is logged in. */
export interface LoggedIn {
  readonly caller: Caller;
  readonly jid: string;
}

/** One run of one check: makes the sessions, states the claims, keeps the transcript. */
export class Trial extends Claims {
  readonly subject: Subject;
  readonly #callers: Caller[] = [];
  readonly #connections: HttpConnection[] = [];
  readonly #sockets: WebSocketConnection[] = [];

  constructor(subject: Subject) {
    super(() => performance.now());
    this.subject = subject;
  }

  // ---- sessions

  /** A session that does not exist yet. */
  caller(first?: number, wiring: Wiring = this.subject.wiring): Caller {
    const { target, domain, patience } = this.subject;
    const name = `session ${this.#callers.length + 1}`;
    const caller = new Caller({ name, target, domain, patience, wiring, transcript: this.transcript }, first);
    this.#callers.push(caller);
    return caller;
  }

  /** A session that was just created. @throws Violation when it was refused */
  async open(attributes: Attributes = {}, inner = ''): Promise<Caller> {
    const caller = this.caller();
    const answer = await caller.create(attributes, inner);
    this.alive(answer, 'the creation request');
    if (caller.sid === undefined) throw new Violation('a sid in the creation response', answer.text);
    return caller;
  }

  /** A session with a bound resource and no request open. */
  async login(attributes: Attributes = {}, who: 0 | 1 = 0): Promise<LoggedIn> {
    const caller = this.caller();
    const jid = await logIn(caller, this.subject.credentials[who], attributes);
    return { caller, jid };
  }

  /** A session that is logged in, and has no resource yet. */
  async unbound(attributes: Attributes = {}, who: 0 | 1 = 0): Promise<Caller> {
    const caller = await this.open(attributes);
    await this.authenticate(caller, undefined, who);
    await restart(caller);
    return caller;
  }

  async authenticate(caller: Caller, features?: Element, who: 0 | 1 = 0): Promise<void> {
    await authenticate(caller, features ?? (await firstFeatures(caller)), this.subject.credentials[who]);
  }

  /** Two of them, for two people. */
  pair(attributes: Attributes = {}): Promise<[LoggedIn, LoggedIn]> {
    return Promise.all([this.login(attributes, 0), this.login({}, 1)]);
  }

  /** The next messages that come to somebody, or those that came until nothing did for long: their texts. */
  async messages(caller: Caller, count: number): Promise<string[]> {
    const seen: string[] = [];
    const end = Date.now() + 2 * caller.longest;
    while (seen.length < count && Date.now() < end) {
      const answer = await caller.ask();
      this.alive(answer);
      seen.push(...payloadsOf(answer).flatMap((payload) => bodyOf(payload) ?? []));
    }
    return seen;
  }

  /** Somebody logged in sends a message to the full JID; resolves when the server has taken it. */
  async message(from: LoggedIn, to: LoggedIn, text: string): Promise<void> {
    const request = await from.caller.post(messageTo(to.jid, text), {}, { apart: true });
    const previous = request.outcome(this.subject.silence / 10);
    await previous;
  }

  /** A bare connection. */
  async connect(): Promise<HttpConnection> {
    const name = `connection ${this.#connections.length + 1}`;
    const log = (way: 'sent' | 'came' | 'closed', text: string): void => this.transcript.add(way, name, text);
    const connection = await HttpConnection.open(this.subject.target, log);
    this.#connections.push(connection);
    return connection;
  }

  /** One plain HTTP request of any kind. */
  async http(line: RequestLine, body = ''): Promise<Answer> {
    const connection = await this.connect();
    const bytes = connection.format(line, Buffer.from(body));
    const outcome = await this.within(connection.send(bytes, line.method === 'HEAD'), this.subject.patience);
    return this.answerOf(outcome);
  }

  answerOf(outcome: HttpOutcome | undefined, sentAt = 0): Answer {
    if (!outcome) throw new Violation(`an answer within ${this.subject.patience} ms`, 'nothing');
    if (outcome.is === 'closed') throw new Violation('an answer', 'a closed connection');
    return read(outcome.response, sentAt);
  }

  /** A WebSocket, whatever became of the handshake. */
  async socket(options: HandshakeOptions = {}): Promise<WebSocketConnection> {
    const { websocket } = this.subject;
    if (!websocket) throw new NotObservable('no WebSocket endpoint was given');
    const name = `socket ${this.#sockets.length + 1}`;
    const opening = WebSocketConnection.open(websocket, this.transcript, name, options);
    const socket = await this.within(opening, this.subject.patience);
    if (!socket) throw new Violation('an answer to the handshake', 'nothing');
    this.#sockets.push(socket);
    return socket;
  }

  /** A WebSocket that speaks XMPP; its stream is not opened yet. */
  async framed(): Promise<FramedStream> {
    const socket = await this.socket();
    this.claim(socket.isUpgraded, 'HTTP 101', String(socket.handshake.status));
    return new FramedStream(socket, this.subject.domain, this.subject.patience);
  }

  within<T>(promise: Promise<T>, milliseconds: number): Promise<T | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), milliseconds);
    });
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
  }

  pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      setTimeout(resolve, milliseconds);
    });
  }

  /** Ends what the check began. */
  async finish(): Promise<void> {
    await Promise.all(this.#callers.map((caller) => caller.leave()));
    for (const connection of [...this.#connections, ...this.#sockets]) connection.destroy();
  }

  /** The session does not exist any more. */
  async dead(caller: Caller): Promise<void> {
    const answer = await caller.answer(await caller.post('', {}, { apart: true }), caller.longest);
    this.ended(answer, 'item-not-found', 'the request after the end');
  }

  /** Nothing comes for a while. */
  async held(request: Request, what = 'the request'): Promise<void> {
    const outcome = await request.outcome(this.subject.silence);
    this.claim(
      outcome === undefined,
      `${what} held`,
      outcome?.is === 'response' ? read(outcome.response, 0).text : 'a closed connection',
    );
  }
}

/** A stanza that nobody answers. */
export const HARMLESS = `<iq xmlns="${NS_CLIENT}" type="result" id="nobody-asked"/>`;

export function messageTo(jid: string, text: string): string {
  return `<message xmlns="${NS_CLIENT}" to="${escapeText(jid)}" type="chat"><body>${escapeText(text)}</body></message>`;
}

/** The text of a message with a body. */
export function bodyOf(payload: Element): string | undefined {
  return payload.getName() === 'message' ? payload.child('body', NS_CLIENT)?.text : undefined;
}

export function isMessage(text: string): (payload: Element) => boolean {
  return (payload) => bodyOf(payload) === text;
}

export function iqPing(id: string): string {
  return `<iq xmlns="${NS_CLIENT}" type="get" id="${id}"><ping xmlns="${NS_PING}"/></iq>`;
}
