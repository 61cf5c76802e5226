import type { HoldfastServer } from '../../lib/server.ts';
import { authenticate, loginManaged, named, TALKERS, type Talker } from './talker.ts';

const SM = 'urn:xmpp:sm:3';
const STANZAS: ReadonlySet<string> = new Set(['message', 'presence', 'iq']);

export type TransportName = keyof typeof TALKERS;

/**
 * A client with stream management that goes from one transport to another: it counts what it gets, keeps
 * what the server has not acknowledged, and reads nothing any more from a transport that it leaves.
 */
export class Mover {
  /** The numbers in the bodies of the messages that came. */
  readonly inbox: number[] = [];
  /** Milliseconds from leaving a transport to the answer on the next. */
  readonly stalls: number[] = [];
  readonly #server: HoldfastServer;
  readonly #name: string;
  #talker: Talker | undefined;
  #id: string | undefined;
  /** Stanzas that were taken, since stream management was enabled. */
  #taken = 0;
  /** Stanzas that the server acknowledged, and those that it has not. */
  #acknowledged = 0;
  readonly #kept: string[] = [];
  #wake: (() => void) | undefined;

  constructor(server: HoldfastServer, name: string) {
    this.#server = server;
    this.#name = name;
  }

  async start(transport: TransportName): Promise<void> {
    const talker = await this.#connect(transport);
    this.#id = await loginManaged(talker, this.#name);
    this.#taken = 1;
    this.#acknowledged = 1;
    this.#carryOn(talker);
  }

  /** @param isCut the connection breaks first; otherwise the old transport is still there when the new one takes over */
  async move(transport: TransportName, isCut: boolean): Promise<void> {
    const old = this.#talker;
    this.#talker = undefined;
    if (isCut) old?.cut();
    const talker = await this.#connect(transport);
    await authenticate(talker, this.#name);
    const since = performance.now();
    talker.say(`<resume xmlns='${SM}' previd='${this.#id}' h='${this.#taken}'/>`);
    const resumed = await named(talker, 'resumed');
    this.stalls.push(performance.now() - since);
    this.#acknowledge(Number(resumed.attrs['h']));
    if (this.#kept.length > 0) talker.say(...this.#kept);
    this.#carryOn(talker);
    old?.cut();
  }

  send(to: string, number: number): void {
    const stanza = `<message xmlns='jabber:client' type='chat' to='${to}'><body>${number}</body></message>`;
    this.#kept.push(stanza);
    this.#talker?.say(stanza);
  }

  async until(isThere: () => boolean): Promise<void> {
    while (!isThere()) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  stop(): void {
    const talker = this.#talker;
    this.#talker = undefined;
    talker?.cut();
  }

  #connect(transport: TransportName): Promise<Talker> {
    const talk = TALKERS[transport];
    if (!talk) throw new Error(`no such transport: ${transport}`);
    return talk(this.#server);
  }

  #carryOn(talker: Talker): void {
    this.#talker = talker;
    talker.counted?.(() => this.#taken);
    void this.#read(talker).catch(() => undefined);
  }

  async #read(talker: Talker): Promise<void> {
    for (;;) {
      const element = await talker.next();
      if (this.#talker !== talker) return;
      if (STANZAS.has(element.name)) this.#taken += 1;
      if (element.name === 'r') talker.say(`<a xmlns='${SM}' h='${this.#taken}'/>`);
      if (element.name === 'a') this.#acknowledge(Number(element.attrs['h']));
      if (element.name === 'message') this.inbox.push(Number(element.child('body', 'jabber:client')?.text));
      this.#wake?.();
    }
  }

  #acknowledge(h: number): void {
    this.#kept.splice(0, h - this.#acknowledged);
    this.#acknowledged = h;
  }
}
