import { parse } from '../xml/index.ts';
import type { Carrier, CarrierEvents, Claim, Frame, Surroundings } from './carrier.ts';
import { claiming, CLOSING, opening } from './elements.ts';

/** @spec RFC 7395 §3 */
export class WebSocketCarrier implements Carrier {
  readonly name = 'websocket';
  readonly #surroundings: Surroundings;
  readonly #events: CarrierEvents;
  #socket: WebSocket | undefined;

  constructor(surroundings: Surroundings, events: CarrierEvents) {
    this.#surroundings = surroundings;
    this.#events = events;
  }

  prepare(): Promise<void> {
    const { WebSocket, endpoints } = this.#surroundings;
    return new Promise((resolve, reject) => {
      if (!WebSocket) return reject(new Error('there is no WebSocket here'));
      const socket = new WebSocket(endpoints.websocket, 'xmpp');
      this.#socket = socket;
      socket.onopen = () => resolve();
      socket.onmessage = ({ data }: { data: unknown }) => this.#take(String(data));
      socket.onerror = () => reject(new Error('no connection'));
      socket.onclose = () => {
        reject(new Error('no connection'));
        this.#events.lost('the connection is closed');
      };
    });
  }

  open(claim?: Claim): void {
    this.#write(opening(this.#surroundings.domain));
    if (claim) this.#write(claiming(claim));
  }

  restart(): void {
    this.open();
  }

  send(frames: readonly Frame[]): void {
    for (const { xml } of frames) this.#write(xml);
  }

  close(): void {
    this.#write(CLOSING);
    this.drop();
  }

  drop(): void {
    this.#socket?.close();
  }

  #write(text: string): void {
    if (this.#socket?.readyState === 1) this.#socket.send(text);
  }

  #take(text: string): void {
    this.#events.heard();
    const parsed = parse(text);
    if (!parsed.ok) return this.#events.lost(parsed.error.reason);
    if (parsed.value.name === 'close') return this.#events.lost('the stream is closed');
    this.#events.frame(parsed.value);
  }
}
