import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Clock } from '../../base/clock.ts';
import type { Duration } from '../../base/time.ts';
import { systemClock } from '../../runtime/system-clock.ts';
import { Chance } from '../chance.ts';
import { Relay } from './relay.ts';
import type { Weather } from './weather.ts';

/** Bytes and connections, as TCP carries them. */
export interface Traffic {
  /** From clients to the server. */
  readonly up: number;
  readonly down: number;
  /** Connections since the beginning. */
  readonly opened: number;
  /** Connections that are open now. */
  readonly open: number;
}

export interface WeatherProxyOptions {
  /** Where the server is. */
  readonly port: number;
  readonly host?: string;
  readonly weather: Weather;
  /** The same seed makes the same weather for the same bytes at the same times (1). */
  readonly seed?: number;
  readonly clock?: Clock;
  /** Sees everything that goes in, both ways. */
  readonly tap?: (way: 'up' | 'down', bytes: Uint8Array) => void;
}

/** A network with weather in front of a server on this machine: clients connect here instead. */
export class WeatherProxy {
  readonly #listener: Server;
  readonly #options: WeatherProxyOptions;
  readonly #clock: Clock;
  readonly #chance: Chance;
  readonly #relays = new Set<Relay>();
  #weather: Weather;
  #opened = 0;
  #goneUp = 0;
  #goneDown = 0;
  #holeUntil = -Infinity;

  private constructor(listener: Server, options: WeatherProxyOptions) {
    this.#listener = listener;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#chance = new Chance(options.seed ?? 1);
    this.#weather = options.weather;
    listener.on('connection', (socket) => this.#join(socket));
  }

  /** Listens on a free port of 127.0.0.1. */
  static async open(options: WeatherProxyOptions): Promise<WeatherProxy> {
    const listener = createServer({ noDelay: true, allowHalfOpen: true });
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return new WeatherProxy(listener, options);
  }

  get port(): number {
    return (this.#listener.address() as AddressInfo).port; // of a TCP server
  }

  /** The same URL, through this proxy. */
  urlOf(url: string): string {
    const through = new URL(url);
    through.hostname = '127.0.0.1';
    through.port = String(this.port);
    return through.href;
  }

  get traffic(): Traffic {
    let [up, down] = [this.#goneUp, this.#goneDown];
    for (const relay of this.#relays) {
      up += relay.up;
      down += relay.down;
    }
    return { up, down, opened: this.#opened, open: this.#relays.size };
  }

  /** Changes the weather for what is sent from now on, on connections that are open, too. */
  set weather(weather: Weather) {
    this.#weather = weather;
    for (const relay of this.#relays) relay.weather = weather;
  }

  /** Ends every connection with RST; new ones work. */
  reset(): void {
    for (const relay of this.#relays) relay.reset();
  }

  /** For so long nothing gets through, and nobody is told. Afterwards what was sent is sent again, as TCP does. */
  blackHole(duration: Duration): void {
    this.#holeUntil = this.#clock.now() + duration;
    for (const relay of this.#relays) relay.blackHole(this.#holeUntil);
  }

  /** Ends every connection, and takes no more. */
  async close(): Promise<void> {
    const closed = once(this.#listener, 'close');
    this.#listener.close();
    this.reset();
    await closed;
  }

  #join(near: Socket): void {
    this.#opened += 1;
    const { port, host = '127.0.0.1' } = this.#options;
    const far = connect({ port, host, noDelay: true, allowHalfOpen: true });
    const relay = new Relay({
      near,
      far,
      weather: this.#weather,
      clock: this.#clock,
      chance: this.#chance.branch(this.#opened),
      holeUntil: this.#holeUntil,
      tap: this.#options.tap ?? (() => {}),
      ended: () => this.#forget(relay),
    });
    this.#relays.add(relay);
  }

  #forget(relay: Relay): void {
    this.#relays.delete(relay);
    this.#goneUp += relay.up;
    this.#goneDown += relay.down;
  }
}
