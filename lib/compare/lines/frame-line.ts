import type { HttpClient } from '../wire/http.ts';
import { backoff, openFrame, type Line, type LineOwner } from './line.ts';

export interface FrameOptions {
  readonly http: HttpClient;
  /** Where sessions are opened. */
  readonly path: string;
  readonly domain: string;
  readonly reading: 'events' | 'stream' | 'poll';
}

/** An acknowledgement goes with what is sent anyway; when nothing is, it goes alone so often, in milliseconds. */
export const ACKNOWLEDGES_EVERY = 20_000;
const LONGEST_POLL = 'poll?wait=50';
const EVENT = 'data: ';
const STANZA = /^<(?:message|presence|iq)[\s/>]/;
/** Numbers begin when a resource is bound, or a session is resumed. */
const BEGINNING = /^<iq [^>]*><bind |^<resumed /;
const RESUMED = /^<resumed [^>]*\bh=["'](\d+)/;
const RESUME = /^<resume [^>]*\bh=["'](\d+)/;
const HEADERS = { 'content-type': 'text/plain; charset=utf-8' };

/** XMPP over Server-Sent Events, a response without an end, or long polls; POST the other way. */
export class FrameLine implements Line {
  readonly #options: FrameOptions;
  readonly #owner: LineOwner;
  readonly #queue: string[] = [];
  #location = '';
  #token = '';
  /** Stanzas are counted from resource binding on, other frames never. */
  #isCounting = false;
  /** The number of the last stanza that was taken, that was acknowledged, that is before what comes next, that was sent. */
  #received = 0;
  #acknowledged = 0;
  #passed = 0;
  #sent = 0;
  #isPosting = false;
  #isOver = false;
  #timer: NodeJS.Timeout | undefined;
  #abandon = (): void => {};

  constructor(options: FrameOptions, owner: LineOwner) {
    this.#options = options;
    this.#owner = owner;
    this.#create(0);
  }

  get requests(): number {
    return this.#options.http.requests;
  }

  get bodyUp(): number {
    return this.#options.http.bodyUp;
  }

  get bodyDown(): number {
    return this.#options.http.bodyDown;
  }

  openStream(): void {
    this.send([openFrame(this.#options.domain)]);
  }

  send(elements: readonly string[]): void {
    this.#queue.push(...elements);
    this.#pump();
  }

  listen(): void {
    this.#timer = setInterval(() => {
      if (this.#received > this.#acknowledged && !this.#isPosting) this.#post([]);
    }, ACKNOWLEDGES_EVERY);
  }

  close(): void {
    this.#isOver = true;
    clearInterval(this.#timer);
    this.#abandon();
    this.#options.http.close();
  }

  #create(tries: number): void {
    const { http, path } = this.#options;
    http.send(
      { method: 'POST', path, headers: HEADERS, body: '' },
      {
        head: (_status, header) => {
          this.#location = header('location') ?? '';
          this.#token = header('holdfast-token') ?? '';
        },
        data: () => {},
        end: () => {
          if (this.#token === '') return this.#finish('no session was opened');
          this.#read(0);
          return this.#pump();
        },
        failed: () => this.#again(tries, () => this.#create(tries + 1)),
      },
    );
  }

  #headers(more: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
    this.#acknowledged = this.#received;
    const position = this.#isCounting ? { 'holdfast-ack': String(this.#received) } : {};
    return { authorization: `Bearer ${this.#token}`, ...position, ...more };
  }

  /** Reads, and when that has ended reads on. */
  #read(tries: number): void {
    if (this.#isOver) return;
    const { http, reading } = this.#options;
    let rest = '';
    let isOver = false;
    this.#abandon = http.send(
      {
        method: 'GET',
        path: `${this.#location}/${reading === 'poll' ? LONGEST_POLL : reading}`,
        headers: this.#headers(),
      },
      {
        head: (status, header) => {
          isOver = status !== 200;
          this.#passed = Number(header('holdfast-first') ?? 1) - 1;
        },
        data: (text) => {
          const lines = (rest + text).split('\n');
          rest = lines.pop() ?? '';
          const fresh = isOver ? '' : lines.map((line) => this.#take(line)).join('');
          if (fresh !== '') this.#owner.heard(fresh);
        },
        end: () => (isOver ? this.#finish('the server ended the session') : this.#read(0)),
        failed: () => this.#again(tries, () => this.#read(tries + 1)),
      },
    );
  }

  /** The frame in a line of a stream or of an event, unless it came before; else nothing. */
  #take(line: string): string {
    const frame = line.startsWith(EVENT) ? line.slice(EVENT.length) : line;
    if (!frame.startsWith('<')) return '';
    if (this.#isCounting && STANZA.test(frame)) {
      this.#passed += 1;
      if (this.#passed <= this.#received) return '';
      this.#received = this.#passed;
    } else if (BEGINNING.test(frame)) {
      this.#isCounting = true;
      this.#passed = this.#received;
      this.#sent = Number(RESUMED.exec(frame)?.[1] ?? 0);
    }
    return frame;
  }

  #pump(): void {
    if (this.#isPosting || this.#token === '' || this.#queue.length === 0) return;
    this.#post(this.#queue.splice(0));
  }

  #post(frames: readonly string[]): void {
    this.#isPosting = true;
    for (const frame of frames) this.#received = Number(RESUME.exec(frame)?.[1] ?? this.#received);
    const count = this.#isCounting ? frames.filter((frame) => STANZA.test(frame)).length : 0;
    const first = count === 0 ? undefined : this.#sent + 1;
    this.#sent += count;
    this.#deliver(first, frames.join('\n'), 0);
  }

  #deliver(first: number | undefined, body: string, tries: number): void {
    if (this.#isOver) return;
    let isTaken = false;
    const number = first === undefined ? {} : { 'holdfast-first': String(first) };
    this.#options.http.send(
      {
        method: 'POST',
        path: `${this.#location}/frames`,
        headers: this.#headers({ ...HEADERS, ...number }),
        body,
      },
      {
        head: (status) => (isTaken = status === 200),
        data: () => {},
        end: () => {
          this.#isPosting = false;
          if (isTaken) this.#pump();
          else this.#finish('frames were refused');
        },
        failed: () => this.#again(tries, () => this.#deliver(first, body, tries + 1)),
      },
    );
  }

  #again(tries: number, task: () => void): void {
    if (!this.#isOver) setTimeout(task, backoff(tries));
  }

  #finish(reason: string): void {
    if (this.#isOver) return;
    this.close();
    this.#owner.broken(reason);
  }
}
