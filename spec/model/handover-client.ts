import { Ledger } from '../../lib/xmpp/ledger.ts';
import { element } from '../core/world.ts';
import { BoshLine, FrameLine, WebSocketLine, type ModelLine } from './handover-lines.ts';
import type { Network } from './handover-network.ts';
import { SINK, type HandoverServer, type Rules } from './handover-server.ts';

/** How the model's client may carry its session. */
export const LINES = ['websocket', 'bosh', 'sse', 'http-stream', 'long-poll', 'poll'] as const;
export type LineName = (typeof LINES)[number];

const NOTHING = element('<nothing/>');
const RETRY = { least: 5, spread: 50 };

/** A client that follows the rules, or all but one. */
export class HandoverClient {
  readonly server: HandoverServer;
  readonly network: Network;
  readonly rules: Rules;
  /** What was taken, by id. */
  readonly taken: string[] = [];
  readonly ledger = new Ledger();
  token: string;
  /** Claims that the server refused although nobody was faster. */
  isRefused = false;
  #ordinal = 0;
  #line: ModelLine | undefined;
  #isLive = false;

  constructor(server: HandoverServer, network: Network, rules: Rules) {
    this.server = server;
    this.network = network;
    this.rules = rules;
    this.token = server.token;
  }

  get isLive(): boolean {
    return this.#isLive;
  }

  send(id: string): void {
    const xml = `<message xmlns='jabber:client' to='${SINK}' id='${id}'/>`;
    const number = this.ledger.send({ xml, element: NOTHING });
    if (this.#isLive) this.#line?.send([{ xml, number }]);
  }

  /** Leaves the line for another one. @param isCut the old connection breaks first; otherwise what is on its way still comes */
  move(name: LineName, isCut: boolean): void {
    if (isCut) this.#line?.cut();
    else this.#line?.leave();
    this.#isLive = false;
    this.#ordinal += 1;
    const line = this.#open(name);
    this.#line = line;
    line.claim({ id: this.server.id, token: this.token, h: this.ledger.handled, ordinal: this.#ordinal });
    const { timeline } = this.network;
    // A claim without an answer is repeated, over this or another line.
    timeline.after(this.network.patience() * 2, () => {
      if (this.#line === line && !this.#isLive) this.lost(line);
    });
  }

  cut(): void {
    const line = this.#line;
    line?.cut();
    if (line) this.lost(line);
  }

  /** Asks until everything is acknowledged. */
  ask(): void {
    if (this.#isLive) this.#line?.send([{ xml: `<r xmlns='urn:xmpp:sm:3'/>` }]);
  }

  // ---- from the lines

  came(line: ModelLine, text: string): void {
    if (this.rules.seal && line !== this.#line) return;
    if (text.startsWith('<message')) this.#take(text);
    else if (text.startsWith('<resumed')) this.#resumed(line, text);
    else if (text.startsWith('<failed')) this.refused(line);
    else if (text.startsWith('<r ')) line.send([{ xml: `<a xmlns='urn:xmpp:sm:3' h='${this.ledger.handled}'/>` }]);
    else if (text.startsWith('<a ')) this.acknowledged(line, numberIn(text, 'h'));
    else if (text.startsWith('<stream:error') || text.startsWith('<close')) this.lost(line);
  }

  acknowledged(line: ModelLine, h: number): void {
    if (line === this.#line) this.ledger.acknowledge(h);
  }

  /** The server says no to who has just claimed. */
  refused(line: ModelLine): void {
    if (line === this.#line) this.isRefused = true;
  }

  lost(line: ModelLine): void {
    if (line !== this.#line || this.isRefused) return;
    line.leave();
    this.#line = undefined;
    this.#isLive = false;
    const { timeline, random } = this.network;
    timeline.after(RETRY.least + random.below(RETRY.spread), () => {
      if (!this.#line) this.move(random.pick(LINES), false);
    });
  }

  #take(text: string): void {
    this.ledger.receive();
    this.taken.push(/ id="(\w+)"/.exec(text)?.[1] ?? '');
  }

  #resumed(line: ModelLine, text: string): void {
    if (line !== this.#line) return;
    this.#isLive = true;
    this.token = /hf:token="(\w+)"/.exec(text)?.[1] ?? '';
    this.ledger.acknowledge(numberIn(text, 'h'));
    line.send(Array.from(this.ledger.missing(), ({ xml, counted }) => ({ xml, number: counted })));
  }

  #open(name: LineName): ModelLine {
    if (name === 'websocket') return new WebSocketLine(this);
    return name === 'bosh' ? new BoshLine(this) : new FrameLine(name, this);
  }
}

function numberIn(text: string, attribute: string): number {
  return Number(new RegExp(` ${attribute}="(\\d+)"`).exec(text)?.[1]);
}
