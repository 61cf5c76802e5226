import { Agent, request, type ClientRequest } from 'node:http';
import { DOMParser } from '@xmldom/xmldom';

/** The networks by the number in their URLs: Strophe knows one global XMLHttpRequest for all clients. */
const networks = new Map<string, Network>();

/**
 * The way of one client to the server: its own connections, and a cable that can be cut.
 */
export class Network {
  readonly agent = new Agent({ keepAlive: true, maxSockets: 2 });
  readonly open = new Set<ClientRequest>();
  readonly #id = String(networks.size + 1);
  /** Asked for each request; true lets its connection break as soon as it has been sent. */
  drops: () => boolean = () => false;

  constructor() {
    networks.set(this.#id, this);
  }

  /** The URL under which requests take this way. */
  urlOf(url: string): string {
    return `${url}?network=${this.#id}`;
  }

  /** Requests that wait for an answer. */
  get waiting(): number {
    return this.open.size;
  }

  /** Breaks every connection that waits for an answer. */
  cut(): void {
    for (const sent of this.open) sent.destroy();
  }

  close(): void {
    this.cut();
    this.agent.destroy();
    networks.delete(this.#id);
  }
}

/** As much of the browser's XMLHttpRequest as Strophe uses, over `node:http`. */
class XMLHttpRequest {
  readyState = 0;
  status = 0;
  responseText = '';
  responseXML: unknown = null;
  onreadystatechange: (() => void) | null = null;
  #method = 'POST';
  #url = '';
  #network: Network | undefined;
  #sent: ClientRequest | undefined;
  readonly #headers: Record<string, string> = {};

  open(method: string, url: string): void {
    this.#method = method;
    this.#url = url;
    this.#network = networks.get(new URL(url).searchParams.get('network') ?? '');
    this.#become(1);
  }

  setRequestHeader(name: string, value: string): void {
    this.#headers[name] = value;
  }

  overrideMimeType(): void {
    // The answer is XML whatever it says.
  }

  getAllResponseHeaders(): string {
    return '';
  }

  getResponseHeader(): null {
    return null;
  }

  abort(): void {
    this.#sent?.destroy();
    this.#sent = undefined;
  }

  send(body: string): void {
    const network = this.#network;
    if (!network) {
      setImmediate(() => this.#finish(undefined, 0, ''));
      return;
    }
    const headers = { ...this.#headers, 'Content-Length': String(Buffer.byteLength(body)) };
    const sent = request(this.#url, { method: this.#method, headers, agent: network.agent });
    this.#sent = sent;
    network.open.add(sent);
    sent.on('close', () => void network.open.delete(sent));
    sent.on('error', () => this.#finish(sent, 0, ''));
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', () => this.#finish(sent, 0, ''));
      response.on('end', () => {
        network.open.delete(sent);
        this.#finish(sent, response.statusCode ?? 0, Buffer.concat(chunks).toString('utf8'));
      });
    });
    const isDropped = network.drops();
    sent.end(body, () => {
      if (isDropped) sent.destroy();
    });
  }

  #finish(sent: ClientRequest | undefined, status: number, text: string): void {
    if (this.#sent !== sent) return;
    this.#sent = undefined;
    this.status = status;
    this.responseText = text;
    this.responseXML = text === '' ? null : new DOMParser().parseFromString(text, 'text/xml');
    this.#become(4);
  }

  #become(state: number): void {
    this.readyState = state;
    this.onreadystatechange?.();
  }
}

Object.assign(globalThis, { XMLHttpRequest });
