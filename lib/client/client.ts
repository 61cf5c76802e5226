import { attributeNS, serialize, type Element } from '../xml/index.ts';
import { Ledger } from '../xmpp/ledger.ts';
import { NS_CLIENT, NS_HANDOVER } from '../xmpp/ns.ts';
import type { Surroundings, TransportName } from './carrier.ts';
import { PLATFORM, surroundingsOf, type ClientOptions } from './client-options.ts';
import { isStanza, management, randomId, read, WITH_HANDOVER } from './elements.ts';
import { Emitter } from './emitter.ts';
import { climbAfter, DEFAULT_LADDER, probe, routes } from './ladder.ts';
import { Line, type LineOwner } from './line.ts';
import { authenticate, bind, conditionOf, named } from './login.ts';
import { pause, within } from './waiting.ts';
import { Refused } from './refused.ts';

export type ClientState = 'offline' | 'connecting' | 'online' | 'moving';

/** One change of transport. */
export interface Move {
  readonly from: TransportName | undefined;
  readonly to: TransportName;
  /** Milliseconds in which nothing was taken: from leaving the old transport to the answer on the new one. */
  readonly stall: number;
}

/** What a client tells, with what its listeners get. */
export interface ClientEvents {
  state: [state: ClientState];
  /** It carries the session from now on. */
  transport: [move: Move];
  /** Each stanza exactly once, in order. */
  stanza: [stanza: Element];
  /** The session is over and there is a new one; these may have arrived or not. */
  reset: [unacknowledged: readonly Element[]];
  /** The client has given up. */
  ended: [reason: string];
}

/** Stanzas that the server has not acknowledged, and their UTF-16 units; more are not taken. */
const LIMITS = { stanzas: 10_000, bytes: 8 * 1024 * 1024 };
/** Stanzas after which the server is asked what it has. */
const ASK_AFTER = 20;
/** Milliseconds: between two looks at the line; silence after which the server is asked; silence after which the line is lost. */
const WATCH = { every: 5000, ask: 65_000, give: 80_000 };
/** Errors after which another try would only be in the way of somebody else, or fail as this one did. */
const FINAL: ReadonlySet<string> = new Set(['conflict', 'not-authorized', 'policy-violation']);
/** Milliseconds that an attempt may take. */
const PATIENCE = 10_000;

/** What is needed to go on with a session elsewhere. */
interface Session {
  readonly id: string;
  jid: string;
  /** Undefined where the server wants a login each time. */
  token: string | undefined;
}

/**
 * One XMPP session on whatever transport there is. Stanzas that are given to it while it moves, or has
 * no connection, are sent as soon as it has one.
 */
export class Client extends Emitter<ClientEvents> {
  readonly #options: ClientOptions;
  readonly #surroundings: Surroundings;
  readonly #ladder: readonly TransportName[];
  #state: ClientState = 'offline';
  #ledger = new Ledger();
  #session: Session | undefined;
  #line: Line | undefined;
  #ordinal = 0;
  /** Moves wait for one another. */
  #work: Promise<unknown> = Promise.resolve();
  #sealedAt: { readonly from: TransportName | undefined; readonly time: number } = { from: undefined, time: 0 };
  #isAsked = false;
  #lastHeard = 0;
  #watch: ReturnType<typeof setInterval> | undefined;
  #climbs = 0;
  #climbAt = 0;
  readonly #requests = new Map<string, (answer: Element) => void>();
  readonly #owner: LineOwner;

  constructor(options: ClientOptions) {
    super();
    this.#options = options;
    this.#ladder = options.transports ?? DEFAULT_LADDER;
    this.#surroundings = surroundingsOf(options);
    const taken = (): number => this.#ledger.handled;
    this.#owner = {
      get taken() {
        return taken();
      },
      began: (line, news) => this.#began(line, news),
      came: (element) => this.#came(element),
      acknowledged: (h) => this.#acknowledged(h),
      heard: () => this.#heard(),
      lost: (line) => this.#lost(line),
    };
  }

  get state(): ClientState {
    return this.#state;
  }

  /** Which transport carries the session now. */
  get transport(): TransportName | undefined {
    return this.#line?.carrier.name;
  }

  /** The full address, once there is one. */
  get jid(): string | undefined {
    return this.#session?.jid;
  }

  /** Stanzas that the server has not acknowledged. */
  get unacknowledged(): number {
    return this.#ledger.unacknowledged.length;
  }

  /** How many stanzas of the server have been taken. */
  get taken(): number {
    return this.#ledger.handled;
  }

  /**
   * Opens a session. The first presence is the caller's.
   *
   * @param transport where to begin; the best one that answers unless told
   * @throws Refused when the server does not let it in
   * @throws Error when it cannot be reached
   */
  async start(transport?: TransportName): Promise<void> {
    if (this.#state !== 'offline') throw new Error('the client has been started');
    this.#enter('connecting');
    const names = transport === undefined ? this.#ladder : [transport];
    let last: unknown = new Error('no transport to try');
    for (const name of names) {
      try {
        await this.#logIn(name);
        this.#watch = setInterval(() => this.#look(), WATCH.every);
        PLATFORM.addEventListener?.('online', this.#onNetwork);
        return;
      } catch (error) {
        last = error;
        if (error instanceof Refused) break;
      }
    }
    this.#enter('offline');
    throw last;
  }

  /**
   * Sends a stanza, now or as soon as there is a connection.
   *
   * @throws RangeError when too many are not acknowledged
   * @throws Error when there is no session, or this is no XML
   */
  send(stanza: Element | string): void {
    if (!this.#session) throw new Error('there is no session');
    const element = typeof stanza === 'string' ? read(stanza) : stanza;
    element.attrs['xmlns'] ??= NS_CLIENT;
    const xml = serialize(element).replaceAll('\n', '&#10;');
    if (!isStanza(element)) return this.#line?.carrier.send([{ xml }]);
    if (this.#ledger.exceeds(LIMITS)) throw new RangeError('too many stanzas are not acknowledged');
    const number = this.#ledger.send({ xml, element });
    this.#line?.carrier.send([{ xml, number }]);
    if (this.unacknowledged >= ASK_AFTER) this.#ask();
  }

  /** Sends an IQ. @returns its answer, be it a result or an error */
  request(iq: Element): Promise<Element> {
    const id = (iq.attrs['id'] ??= randomId());
    const answer = new Promise<Element>((resolve) => this.#requests.set(id, resolve));
    this.send(iq);
    return answer;
  }

  /**
   * Takes the session to another transport, or anew to the same. When that fails it goes on where it can.
   *
   * @throws Error when it did not come there
   */
  moveTo(transport: TransportName): Promise<Move> {
    return this.#next(async () => {
      const from = this.#line?.carrier.name ?? transport;
      try {
        return await this.#move(transport);
      } catch (error) {
        if (!this.#line && this.#session) await this.#recover(from);
        throw error;
      }
    });
  }

  /** Tries a transport out beside the one that carries the session. @returns milliseconds until the first sign of life @throws Error */
  probe(transport: TransportName): Promise<number> {
    return within(this.#patience, probe(transport, this.#surroundings));
  }

  /** Breaks the connection without a word, as a network does that fails. */
  cut(): void {
    const line = this.#line;
    line?.carrier.drop();
    if (line) this.#lost(line);
  }

  /** Ends the session in peace. */
  stop(): void {
    const line = this.#line;
    this.#seal();
    line?.carrier.close();
    this.#end();
  }

  // ---- from the line

  #began(line: Line, news: Element): void {
    this.#line = line;
    this.#isAsked = false;
    this.#heard();
    if (news.name === 'enabled') this.#begin(news);
    if (this.#session) this.#session.token = attributeNS(news, NS_HANDOVER, 'token');
    if (news.name === 'enabled') return;
    this.#ledger.acknowledge(Number(news.attrs['h']));
    line.carrier.send(Array.from(this.#ledger.missing(), ({ xml, counted }) => ({ xml, number: counted })));
  }

  #came(element: Element): void {
    if (isStanza(element)) {
      this.#ledger.receive();
      this.#line?.carrier.acknowledge?.();
      this.#deliver(element);
    } else if (element.name === 'r') this.#line?.send(management('a', { h: String(this.#ledger.handled) }));
    else if (element.name === 'a') this.#acknowledged(Number(element.attrs['h']));
    else if (element.name === 'stream:error' && FINAL.has(conditionOf(element))) this.#giveUp(conditionOf(element));
  }

  #acknowledged(h: number): void {
    this.#isAsked = false;
    this.#ledger.acknowledge(h);
  }

  #heard(): void {
    this.#lastHeard = performance.now();
  }

  #lost(line: Line): void {
    if (line !== this.#line) return;
    const from = line.carrier.name;
    this.#seal();
    line.carrier.drop();
    this.#enter('moving');
    void this.#next(() => this.#recover(from)).catch(() => undefined);
  }

  // ---- moving

  get #patience(): number {
    return this.#options.patience ?? PATIENCE;
  }

  #next<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#work.then(work);
    this.#work = done.catch(() => undefined);
    return done;
  }

  /** The connection is there before the old line is left, so that the move costs one round trip. */
  async #move(name: TransportName): Promise<Move> {
    const session = this.#session;
    if (!session) throw new Error('there is no session');
    const line = new Line(name, this.#surroundings, this.#owner);
    let old: Line | undefined;
    try {
      await within(this.#patience, line.carrier.prepare());
      old = this.#line;
      this.#seal();
      this.#enter('moving');
      await within(
        this.#patience,
        session.token === undefined ? this.#resume(line, session) : this.#claim(line, session, session.token),
      );
    } catch (error) {
      line.seal();
      line.carrier.drop();
      throw error;
    } finally {
      old?.carrier.drop();
    }
    return this.#arrived(name);
  }

  async #claim(line: Line, { id }: Session, token: string): Promise<void> {
    this.#ordinal += 1;
    line.carrier.open({ id, token, h: this.#ledger.handled, ordinal: this.#ordinal });
    await named(line, 'resumed');
  }

  /** @spec XEP-0198 §5 */
  async #resume(line: Line, { id }: Session): Promise<void> {
    line.carrier.open();
    await authenticate(line, this.#options);
    line.send(management('resume', { previd: id, h: String(this.#ledger.handled), ...WITH_HANDOVER }));
    await named(line, 'resumed');
  }

  #arrived(to: TransportName): Move {
    const move = { from: this.#sealedAt.from, to, stall: performance.now() - this.#sealedAt.time };
    this.#climbAt = performance.now() + climbAfter(this.#climbs);
    this.#enter('online');
    this.emit('transport', move);
    return move;
  }

  /** From now on nothing is taken. */
  #seal(): void {
    if (!this.#line) return;
    this.#sealedAt = { from: this.#line.carrier.name, time: performance.now() };
    this.#line.seal();
    this.#line = undefined;
  }

  /** Tries to go on with the session until that works, or the server says that there is none. */
  async #recover(from: TransportName): Promise<void> {
    for (const [name, wait] of routes(this.#options.automatic === false ? [] : this.#ladder, from)) {
      if (wait > 0) await pause(wait);
      if (this.#line || !this.#session) return;
      try {
        await this.#move(name);
        return;
      } catch (error) {
        if (error instanceof Refused && !(await this.#afterRefusal(name))) return;
      }
    }
  }

  /** A token that is no good leaves the login; a session that is no more leaves a new one. @returns whether to try on */
  async #afterRefusal(name: TransportName): Promise<boolean> {
    if (this.#session?.token !== undefined) {
      this.#session.token = undefined;
      return true;
    }
    const left = this.#ledger.unacknowledged.map(({ element }) => element);
    try {
      await this.#logIn(name);
    } catch (error) {
      if (!(error instanceof Refused)) return true;
      this.#giveUp(error.message);
      return false;
    }
    this.emit('reset', left);
    return false;
  }

  async #logIn(name: TransportName): Promise<void> {
    const line = new Line(name, this.#surroundings, this.#owner);
    try {
      await within(this.#patience, line.carrier.prepare());
      line.carrier.open();
      const jid = await within(
        this.#patience,
        authenticate(line, this.#options).then(() => bind(line, this.#options)),
      );
      if (this.#session) this.#session.jid = jid;
    } catch (error) {
      line.seal();
      line.carrier.drop();
      throw error;
    }
    this.#sealedAt = { from: undefined, time: performance.now() };
    this.#arrived(name);
  }

  /** A session of which nothing is counted yet. */
  #begin(enabled: Element): void {
    this.#ledger = new Ledger();
    this.#ordinal = 0;
    this.#session = { id: enabled.attrs['id'] ?? '', jid: '', token: undefined };
  }

  // ---- what goes on

  #deliver(stanza: Element): void {
    const { id = '', type = '' } = stanza.attrs;
    const answer = stanza.name === 'iq' && /^(?:result|error)$/.test(type) ? this.#requests.get(id) : undefined;
    this.#requests.delete(id);
    if (answer) answer(stanza);
    else this.emit('stanza', stanza);
  }

  #ask(): void {
    if (this.#isAsked || !this.#line || this.#line.carrier.acknowledge) return;
    this.#isAsked = true;
    this.#line.send(management('r'));
  }

  /** Now and then: is the line alive, and is there a better one? */
  #look(): void {
    const line = this.#line;
    if (!line) return;
    const now = performance.now();
    const silence = now - this.#lastHeard;
    if (silence > WATCH.give) return this.#lost(line);
    if (silence > WATCH.ask || this.unacknowledged > 0) this.#ask();
    if (now >= this.#climbAt) void this.#climb(line.carrier.name);
  }

  async #climb(from: TransportName): Promise<void> {
    this.#climbs += 1;
    this.#climbAt = performance.now() + climbAfter(this.#climbs);
    if (this.#options.automatic === false) return;
    const better = this.#ladder.slice(0, Math.max(0, this.#ladder.indexOf(from)));
    for (const name of better) {
      try {
        await this.probe(name);
        if (this.transport === from) await this.moveTo(name);
        this.#climbs = 0;
        return;
      } catch {
        // Then the next one.
      }
    }
  }

  /** The network is another one: what is there may be dead, and what did not work may work. */
  readonly #onNetwork = (): void => {
    const line = this.#line;
    this.#climbs = 0;
    if (line) void this.moveTo(line.carrier.name).catch(() => undefined);
  };

  #end(): void {
    clearInterval(this.#watch);
    PLATFORM.removeEventListener?.('online', this.#onNetwork);
    this.#session = undefined;
    this.#enter('offline');
  }

  #giveUp(reason: string): void {
    const line = this.#line;
    this.#seal();
    line?.carrier.drop();
    this.#end();
    this.emit('ended', reason);
  }

  #enter(state: ClientState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.emit('state', state);
  }
}
