import { setTimeout as pause } from 'node:timers/promises';
import type { Plan } from '../plan.ts';
import { BoshClient } from './bosh-client.ts';
import type { DeliveryLog } from './delivery-log.ts';

/**
 * Time for the first held requests to be taken, on connections that are new: the next request must not
 * overtake them, because ejabberd then answers neither.
 */
const CALM_MS = 300;

/** Clients that log in to one server. */
export class Crowd {
  readonly clients: BoshClient[] = [];
  /** Milliseconds each login took. */
  readonly logins: number[] = [];
  readonly #url: URL;
  readonly #domain: string;
  readonly #log: DeliveryLog;
  #fail: (error: Error) => void = () => {};

  constructor({ boshUrl, domain }: Plan, log: DeliveryLog) {
    this.#url = new URL(boshUrl);
    this.#domain = domain;
    this.#log = log;
  }

  /** Logs clients in until there are so many; `atOnce` are under way at a time. @throws Error when one cannot */
  async grow(size: number, atOnce: number): Promise<void> {
    let begun = this.clients.length;
    const worker = async () => {
      while (begun < size) {
        begun += 1;
        await this.#login();
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

  async #login(): Promise<void> {
    const client = new BoshClient({ url: this.#url, domain: this.#domain, failed: (reason) => this.#failed(reason) });
    const start = performance.now();
    await client.login();
    this.logins.push(performance.now() - start);
    this.clients.push(client);
  }

  #failed(reason: string): void {
    this.#log.fault(reason);
    this.#fail(new Error(reason));
  }
}
