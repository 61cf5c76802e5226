import { setTimeout as pause } from 'node:timers/promises';
import type { Plan } from '../plan.ts';
import { BoshClient } from './bosh-client.ts';
import type { ChatClient, ClientOptions } from './chat-client.ts';
import { guest, holder } from './credentials.ts';
import type { DeliveryLog } from './delivery-log.ts';
import { FrameSessionClient } from './frame-session-client.ts';
import { PollingClient } from './polling-client.ts';
import { StreamClient } from './stream-client.ts';

/**
 * Time for the first held requests to be taken, on connections that are new: the next request must not
 * overtake them, because ejabberd then answers neither.
 */
const CALM_MS = 300;

const CLIENTS: Readonly<Record<Plan['transport'], (options: ClientOptions) => ChatClient>> = {
  bosh: (options) => new BoshClient(options),
  websocket: (options) => new StreamClient(options),
  tcp: (options) => new StreamClient(options),
  sse: (options) => new FrameSessionClient(options, 'events'),
  stream: (options) => new FrameSessionClient(options, 'stream'),
  'long-poll': (options) => new FrameSessionClient(options, 'poll?wait=50'),
  poll: (options) => new FrameSessionClient(options, 'poll?wait=0'),
  'xep-0025': (options) => new PollingClient(options),
};

/** Clients that log in to one server. */
export class Crowd {
  readonly clients: ChatClient[] = [];
  /** Milliseconds each login took. */
  readonly logins: number[] = [];
  readonly #url: URL;
  readonly #create: (options: ClientOptions) => ChatClient;
  readonly #domain: string;
  readonly #secret: string | undefined;
  readonly #log: DeliveryLog;
  #begun = 0;
  #fail: (error: Error) => void = () => {};

  constructor({ transport, url, domain, secret }: Plan, log: DeliveryLog) {
    this.#url = new URL(url);
    this.#create = CLIENTS[transport];
    this.#domain = domain;
    this.#secret = secret;
    this.#log = log;
  }

  /** Logs clients in until there are so many; `atOnce` are under way at a time. @throws Error when one cannot */
  async grow(size: number, atOnce: number): Promise<void> {
    const worker = async () => {
      while (this.#begun < size) {
        this.#begun += 1;
        await this.#login(this.#begun);
      }
    };
    const refused = new Promise<never>((_resolve, reject) => (this.#fail = reject));
    await Promise.race([Promise.all(Array.from({ length: atOnce }, worker)), refused]);
    this.#fail = () => {};
  }

  /** Waits until the last request of everybody can be taken for held. */
  async calm(): Promise<void> {
    await pause(CALM_MS);
  }

  close(): void {
    for (const client of this.clients) client.close();
  }

  async #login(number: number): Promise<void> {
    const start = performance.now();
    const client = this.#create({
      url: this.#url,
      domain: this.#domain,
      auth: this.#secret === undefined ? guest() : holder(`user-${number}`, this.#secret),
      failed: (reason) => this.#failed(reason),
    });
    await client.login();
    this.logins.push(performance.now() - start);
    this.clients.push(client);
  }

  #failed(reason: string): void {
    this.#log.fault(reason);
    this.#fail(new Error(reason));
  }
}
