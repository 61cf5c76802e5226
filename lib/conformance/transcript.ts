/** One thing that went over the wire during a check. */
export interface Exchanged {
  /** Milliseconds since the check began. */
  readonly at: number;
  readonly way: 'sent' | 'came' | 'cut' | 'closed';
  /** Which of the check's sessions. */
  readonly session: string;
  readonly text: string;
}

const MAX_TEXT = 1500;
const MAX_LINES = 200;
const SECRET = /<(auth|response|challenge|success)\b[^>]*>[^<]*<\/\1>/g;

/** What went over the wire, without passwords. */
export class Transcript {
  readonly #lines: Exchanged[] = [];
  readonly #now: () => number;
  readonly #start: number;

  constructor(now: () => number) {
    this.#now = now;
    this.#start = now();
  }

  get lines(): readonly Exchanged[] {
    return this.#lines;
  }

  add(way: Exchanged['way'], session: string, text: string): void {
    if (this.#lines.length >= MAX_LINES) return;
    const shown = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}… (${text.length} characters)` : text;
    this.#lines.push({
      at: Math.round(this.#now() - this.#start),
      way,
      session,
      text: shown.replace(SECRET, '<$1>…</$1>'),
    });
  }
}
