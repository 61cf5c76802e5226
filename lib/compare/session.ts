import { backoff, type Line, type LineOwner } from './lines/line.ts';
import { login, type Credentials, type LoggedIn } from './login.ts';

export type LineFactory = (owner: LineOwner) => Line;

export interface SessionOptions {
  readonly credentials: Credentials;
  /** Uses stream management, so that it survives the loss of its line and can move to another. */
  readonly managed: boolean;
  /** Gets whole elements. */
  readonly heard: (text: string) => void;
  /** Told what must not happen; the session is over then. */
  readonly failed: (reason: string) => void;
}

/** Counters of all lines that a session has had. */
export interface Usage {
  readonly requests: number;
  readonly bodyUp: number;
  readonly bodyDown: number;
}

const MOST_TRIES = 8;
const STANZA = /<(?:message|iq|presence)[\s>/]/g;

/** A client of the comparison: one XMPP session, over whatever line it has at the moment. */
export class Session {
  jid = '';
  readonly #options: SessionOptions;
  readonly #past: Line[] = [];
  #factory: LineFactory;
  #line: Line | undefined;
  #id = '';
  #taken = 0;
  #acknowledged = 0;
  /** Stanzas that may have to be sent again. */
  #unacknowledged: string[] = [];
  #isOver = false;
  #isMoving = false;

  constructor(factory: LineFactory, options: SessionOptions) {
    this.#factory = factory;
    this.#options = options;
  }

  async login(): Promise<void> {
    const { credentials, managed } = this.#options;
    const done = await login({ line: this.#factory, credentials, managed });
    this.jid = done.jid;
    this.#id = done.id;
    this.#use(done);
  }

  send(stanzas: readonly string[]): void {
    if (this.#options.managed) this.#unacknowledged.push(...stanzas);
    // While there is no line, or a new one is on its way, they wait.
    if (this.#line && !this.#isMoving) this.#line.send(stanzas);
  }

  /** Goes on over another line; the old one is used until the new one is ready. */
  async move(factory: LineFactory): Promise<void> {
    this.#factory = factory;
    await this.#resume();
  }

  get usage(): Usage {
    const lines = this.#line ? [...this.#past, this.#line] : this.#past;
    const sum = (of: (line: Line) => number): number => lines.reduce((total, line) => total + of(line), 0);
    return {
      requests: sum((line) => line.requests),
      bodyUp: sum((line) => line.bodyUp),
      bodyDown: sum((line) => line.bodyDown),
    };
  }

  close(): void {
    this.#isOver = true;
    this.#line?.close();
  }

  #use({ line, attach }: LoggedIn): void {
    const old = this.#line;
    this.#line = line;
    if (old) this.#past.push(old);
    old?.close();
    attach({
      heard: (text) => {
        if (line === this.#line) this.#heard(text);
      },
      broken: (reason) => {
        if (line === this.#line) void this.#lost(reason);
      },
    });
  }

  #heard(text: string): void {
    if (this.#options.managed) this.#count(text);
    this.#options.heard(text);
  }

  /** @spec XEP-0198 §4 */
  #count(text: string): void {
    this.#taken += text.match(STANZA)?.length ?? 0;
    const handled = /<a [^>]*\bh=["'](\d+)/.exec(text)?.[1];
    if (handled !== undefined) this.#handled(Number(handled));
    if (/<r[\s/]/.test(text) && !this.#isMoving) this.#line?.send([`<a xmlns='urn:xmpp:sm:3' h='${this.#taken}'/>`]);
  }

  #handled(count: number): void {
    this.#unacknowledged = this.#unacknowledged.slice(count - this.#acknowledged);
    this.#acknowledged = count;
  }

  async #lost(reason: string): Promise<void> {
    if (this.#isOver) return;
    if (!this.#options.managed) return this.#fail(reason);
    if (this.#line) this.#past.push(this.#line);
    this.#line = undefined;
    for (let tries = 0; tries < MOST_TRIES && !this.#isOver; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, backoff(tries)));
      try {
        return await this.#resume();
      } catch (error) {
        reason = String(error);
      }
    }
    this.#fail(reason);
  }

  /** @spec XEP-0198 §5 */
  async #resume(): Promise<void> {
    const taken = (): number => {
      // Sealed: what the old line still says is not heard, and comes again.
      if (this.#line) this.#past.push(this.#line);
      this.#line?.close();
      this.#line = undefined;
      this.#isMoving = true;
      return this.#taken;
    };
    const { credentials } = this.#options;
    try {
      const done = await login({ line: this.#factory, credentials, resumption: { id: this.#id, taken } });
      this.#handled(done.handled);
      this.#isMoving = false;
      this.#use(done);
      this.#line?.send(this.#unacknowledged);
    } finally {
      this.#isMoving = false;
    }
  }

  #fail(reason: string): void {
    if (this.#isOver) return;
    this.close();
    this.#options.failed(reason);
  }
}
