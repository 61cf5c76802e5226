import type { EpochMillis } from '../../base/time.ts';
import type { Element } from '../../xml/index.ts';
import type { Jid } from '../../xmpp/jid.ts';
import { parseDateTime } from '../../xmpp/payloads/date-time.ts';
import { delay } from '../../xmpp/payloads/delay.ts';
import { shallowCopy, Stanza } from '../../xmpp/stanza.ts';

export interface Remembered {
  /** The id that the room gave to it. */
  readonly id: string;
  readonly at: EpochMillis;
  /** As it is told later: without `to`, and with the time it was sent. */
  readonly stanza: Stanza;
}

/** What somebody who enters wants to be told. @spec XEP-0045 §7.2.14 */
interface Wish {
  readonly stanzas: number;
  readonly chars: number;
  readonly since: EpochMillis;
}

/** The last messages of a room. */
export class History {
  readonly #limit: number;
  #messages: Remembered[] = [];

  /** @param limit most messages */
  constructor(limit: number) {
    this.#limit = limit;
  }

  add(message: Remembered): void {
    this.#messages.push(message);
    // Not one at a time: to shift an array costs as much as the array is long.
    if (this.#messages.length > this.#limit * 2) this.#messages = this.#latest(this.#limit);
  }

  /** Takes a message out. False when it is not there. */
  remove(id: string): boolean {
    const before = this.#messages.length;
    this.#messages = this.#messages.filter((message) => message.id !== id);
    return this.#messages.length < before;
  }

  find(id: string): Remembered | undefined {
    return this.#messages.find((message) => message.id === id);
  }

  /**
   * The messages for somebody who enters: the newest that fit in with all that was asked for.
   *
   * @param asked the `<history/>`, if there is one
   * @param most what the room allows
   * @spec XEP-0045 §7.2.14
   */
  for(asked: Element | undefined, most: number, now: EpochMillis): Remembered[] {
    const wish = readWish(asked, now);
    const chosen: Remembered[] = [];
    let chars = 0;
    for (const message of this.#latest(Math.min(most, wish.stanzas, this.#limit)).reverse()) {
      chars += message.stanza.xml.length;
      if (chars > wish.chars || message.at < wish.since) break;
      chosen.push(message);
    }
    return chosen.reverse();
  }

  #latest(count: number): Remembered[] {
    return count === 0 ? [] : this.#messages.slice(-count);
  }
}

/** As a message is told to those who come later. @spec XEP-0045 §7.2.13 */
export function told(message: Stanza, room: Jid, at: EpochMillis): Stanza {
  const copy = shallowCopy(message.element);
  copy.children = [...message.element.children, delay(room, at)];
  return new Stanza(copy, message.from, undefined, at);
}

function readWish(asked: Element | undefined, now: EpochMillis): Wish {
  const seconds = countOf(asked?.attrs['seconds']);
  const since = parseDateTime(asked?.attrs['since'] ?? '') ?? Number.NEGATIVE_INFINITY;
  return {
    stanzas: countOf(asked?.attrs['maxstanzas']),
    chars: countOf(asked?.attrs['maxchars']),
    since: Math.max(since, now - seconds * 1000),
  };
}

/** What is no count is no limit. */
function countOf(text: string | undefined): number {
  return text !== undefined && /^\d{1,9}$/.test(text.trim()) ? Number(text) : Number.POSITIVE_INFINITY;
}
