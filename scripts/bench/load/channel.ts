import type { ChatClient } from './chat-client.ts';
import type { DeliveryLog } from './delivery-log.ts';

/** Messages of one channel that may be on their way. */
export const WINDOW = 64;
const MARK = 'number:';
/** Makes a message as long as people's are. */
const SMALL_TALK = 'Art thou not Romeo, and a Montague? Neither, fair saint, if either thee dislike.';

/** Messages from one client to another, numbered: each must come once, and in order. */
export class Channel {
  readonly #from: ChatClient;
  readonly #start: string;
  readonly #log: DeliveryLog;
  readonly #sentAt = new Float64Array(WINDOW);
  #sent = 0;
  #received = 0;

  constructor(from: ChatClient, to: ChatClient, log: DeliveryLog) {
    this.#from = from;
    this.#start = `<message xmlns='jabber:client' type='chat' to='${to.jid}' id='`;
    this.#log = log;
  }

  /** Messages on their way. */
  get pending(): number {
    return this.#sent - this.#received;
  }

  /** Sends so many messages together. */
  send(count = 1): void {
    const stanzas: string[] = [];
    const now = performance.now();
    for (let index = 0; index < count; index += 1) {
      const number = this.#sent;
      this.#sentAt[number % WINDOW] = now;
      stanzas.push(`${this.#start}${number}'><body>${MARK}${number}; ${SMALL_TALK}</body></message>`);
      this.#sent += 1;
    }
    this.#from.send(stanzas);
  }

  /** Reads an answer to the receiver. Returns how many messages were in it. */
  receive(body: string): number {
    const now = performance.now();
    let count = 0;
    for (let at = body.indexOf(MARK); at >= 0; at = body.indexOf(MARK, at + MARK.length)) {
      const number = Number(body.slice(at + MARK.length, body.indexOf(';', at)));
      if (number !== this.#received) this.#log.fault(`message ${number} came where ${this.#received} was due`);
      else this.#log.deliver(now - (this.#sentAt[number % WINDOW] ?? 0));
      this.#received = number + 1;
      count += 1;
    }
    return count;
  }
}
