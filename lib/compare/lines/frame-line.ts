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
const HEADERS = { 'content-type': 'text/plain; charset=utf-8' };

/** XMPP over Server-Sent Events, a response without an end, or long polls; POST the other way. */
export class FrameLine implements Line {
  readonly #options: FrameOptions;
  readonly #owner: LineOwner;
  readonly #queue: string[] = [];
  #location = '';
  #token = '';
  #received = 0;
  #acknowledged = 0;
  #sent = 0;
  #reads = 0;
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

  #headers(more: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    this.#acknowledged = this.#received;
    return { authorization: `Bearer ${this.#token}`, 'holdfast-ack': String(this.#received), ...more };
  }

  /** Reads, and when that has ended reads on. */
  #read(tries: number): void {
    if (this.#isOver) return;
    const { http, reading } = this.#options;
    this.#reads += 1;
    const reader = reading === 'events' ? new EventReader() : new LineReader();
    let isOver = false;
    this.#abandon = http.send(
      {
        method: 'GET',
        path: `${this.#location}/${reading === 'poll' ? LONGEST_POLL : reading}`,
        headers: this.#headers({ 'holdfast-attach': String(this.#reads) }),
      },
      {
        head: (status, header) => {
          isOver = status !== 200;
          reader.number = Number(header('holdfast-first') ?? 1) - 1;
        },
        data: (text) => {
          const fresh = isOver ? '' : this.#take(reader.push(text));
          if (fresh !== '') this.#owner.heard(fresh);
        },
        end: () => (isOver ? this.#finish('the server ended the session') : this.#read(0)),
        failed: () => this.#again(tries, () => this.#read(tries + 1)),
      },
    );
  }

  /** Those frames that did not come before, as one text. */
  #take(frames: readonly Numbered[]): string {
    let text = '';
    for (const { number, frame } of frames) {
      if (number <= this.#received) continue;
      this.#received = number;
      text += frame;
    }
    return text;
  }

  #pump(): void {
    if (this.#isPosting || this.#token === '' || this.#queue.length === 0) return;
    this.#post(this.#queue.splice(0));
  }

  #post(frames: readonly string[]): void {
    this.#isPosting = true;
    const first = this.#sent + 1;
    this.#sent += frames.length;
    this.#deliver(first, frames.join('\n'), 0);
  }

  #deliver(first: number, body: string, tries: number): void {
    if (this.#isOver) return;
    let isTaken = false;
    const path = `${this.#location}/frames`;
    this.#options.http.send(
      { method: 'POST', path, headers: this.#headers({ ...HEADERS, 'holdfast-first': String(first) }), body },
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

interface Numbered {
  readonly number: number;
  readonly frame: string;
}

/** One frame in each line, numbered upwards. */
class LineReader {
  /** Of the last frame. */
  number = 0;
  #rest = '';

  push(text: string): readonly Numbered[] {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines.flatMap((line) => this.line(line));
  }

  protected line(line: string): readonly Numbered[] {
    if (line === '') return [];
    this.number += 1;
    return [{ number: this.number, frame: line }];
  }
}

/** Server-Sent Events: the number comes before the frame. */
class EventReader extends LineReader {
  protected override line(line: string): readonly Numbered[] {
    if (line.startsWith('id: ')) this.number = Number(line.slice('id: '.length));
    if (!line.startsWith('data: ')) return [];
    return [{ number: this.number, frame: line.slice('data: '.length) }];
  }
}
