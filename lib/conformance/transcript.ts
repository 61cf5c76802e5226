/** One thing that went over the wire during a check, or that was judged. */
export interface Exchanged {
  /** Milliseconds since the check began. */
  readonly at: number;
  readonly way: 'sent' | 'came' | 'cut' | 'closed' | 'judged';
  /** Which of the check's sessions; empty for what was judged. */
  readonly session: string;
  /** Without passwords; long ones are shortened, and control characters are written as `\u0001`. */
  readonly text: string;
  /** Of the whole text. */
  readonly bytes: number;
}

const MAX_TEXT = 1000;
const MAX_LINES = 100;
const SECRET = /<(auth|response|challenge|success)\b([^>]*)>[^<]*<\/\1>/g;
// oxlint-disable-next-line no-control-regex -- these are what is to be made visible
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]/g;

/** What went over the wire. */
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
    const at = Math.round(this.#now() - this.#start);
    this.#lines.push({ at, way, session, text: legible(text), bytes: Buffer.byteLength(text) });
  }
}

/** A text that may be shown: short, without secrets, without characters that XML or a terminal would not take. */
export function legible(text: string): string {
  const shown = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}… (${text.length} characters)` : text;
  return shown
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(SECRET, '<$1$2>…</$1>')
    .replace(CONTROL, (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`);
}
