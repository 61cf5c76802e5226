import type { LogFields, Logger } from '../../lib/base/log.ts';
import { Accounts } from '../../lib/core/accounts.ts';
import type { ClientSession } from '../../lib/core/client-session.ts';
import type { HostOptions } from '../../lib/core/host-options.ts';
import { Host } from '../../lib/core/host.ts';
import { Hosts } from '../../lib/core/hosts.ts';
import { defineModule, type HostContext } from '../../lib/core/module.ts';
import { SUBSCRIBERS } from '../../lib/core/subscribers.ts';
import { createMemoryStore } from '../../lib/storage/memory.ts';
import type { Store } from '../../lib/storage/store.ts';
import { parse, type Element } from '../../lib/xml/index.ts';
import { Jid } from '../../lib/xmpp/jid.ts';
import { Stanza } from '../../lib/xmpp/stanza.ts';
import type { StreamError } from '../../lib/xmpp/stream-error.ts';
import type { Payload, StreamHeader, Transport, TransportInfo } from '../../lib/xmpp/transport.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const DOMAIN = 'capulet.example';

/** A carrier that writes down what it is given, and ends when it is told to. */
export class FakeTransport implements Transport {
  readonly info: TransportInfo = { name: 'bosh', secure: true, loopback: true, address: '127.0.0.1' };
  readonly sent: Payload[] = [];
  error: StreamError | undefined;
  isClosed = false;
  session: ClientSession | undefined;

  open(_header: StreamHeader): void {}

  send(payload: Payload): void {
    if (!this.isClosed) this.sent.push(payload);
  }

  close(error?: StreamError): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.error = error;
    this.session?.closed('graceful', []);
  }
}

/** A client as a spec plays it: what it sends, and what it got since it was last looked at. */
export class FakeClient {
  readonly session: ClientSession;
  readonly transport: FakeTransport;

  constructor(session: ClientSession, transport: FakeTransport) {
    this.session = session;
    this.transport = transport;
    transport.session = session;
  }

  get jid(): string {
    return this.session.jid.toString();
  }

  sends(text: string): void {
    this.session.receive(element(text));
  }

  /** What arrived since the last time, as elements. */
  take(): Element[] {
    return this.transport.sent.splice(0).map((payload) => payload.element);
  }

  /** What arrived since the last time, as text without namespaces of stanzas. */
  got(): string[] {
    return this.take().map(brief);
  }

  /** The one stanza that arrived since the last time. */
  one(): Element {
    const [first, ...rest] = this.take();
    if (!first || rest.length > 0) throw new Error(`expected one stanza, got ${rest.length + (first ? 1 : 0)}`);
    return first;
  }

  /** Sends presence as the presence module would note it. */
  isAvailable(priority = 0): this {
    const presence = element(`<presence><priority>${priority}</priority></presence>`);
    this.session.presence = new Stanza(presence, this.session.jid, undefined);
    return this;
  }
}

/** Keeps every line, so that a spec can ask what was logged. */
export class FakeLog implements Logger {
  readonly lines: { readonly level: string; readonly event: string; readonly fields: LogFields }[] = [];

  debug(event: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'debug', event, fields });
  }

  info(event: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'info', event, fields });
  }

  warn(event: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'warn', event, fields });
  }

  error(event: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'error', event, fields });
  }

  /** Fields of the lines with this event. */
  of(event: string): LogFields[] {
    return this.lines.filter((line) => line.event === event).map((line) => line.fields);
  }
}

/** Hosts over a store in memory, in virtual time. Real parts of the core, and nothing of the network. */
export class World {
  readonly clock = new VirtualClock();
  readonly random = new SeededRandom(1);
  readonly log = new FakeLog();
  readonly store: Store;
  readonly hosts = new Hosts();
  readonly host: Host;
  /** What the observer was told. */
  readonly passed: string[] = [];
  #modules = 0;

  /** @param store the one of another world, for a server that starts again */
  constructor(options: Partial<HostOptions> = {}, store: Store = createMemoryStore()) {
    this.store = store;
    this.host = this.addHost({ domain: DOMAIN, ...options });
  }

  addHost(options: Partial<HostOptions> & Pick<HostOptions, 'domain'>): Host {
    const { clock, random, log, store, hosts } = this;
    const accounts = new Accounts({ store, random, clock, iterations: 1 });
    const observer = {
      stanza: (kind: string, direction: string) => void this.passed.push(`${kind} ${direction}`),
    };
    const host = new Host(options, { clock, random, log, store, hosts, accounts, observer });
    this.hosts.add(host);
    return host;
  }

  /** Adds an unnamed module that does what a spec wants. */
  with(setup: (host: HostContext) => void): this {
    this.#modules += 1;
    this.host.use(defineModule({ name: `spec-${this.#modules}`, implements: [], setup }));
    return this;
  }

  /** Says who is subscribed to whose presence, as the roster module would: account → contacts. */
  subscribers(lists: Readonly<Record<string, readonly string[]>>): this {
    return this.with((host) =>
      host.provide(SUBSCRIBERS, {
        has: (account, contact) => lists[account.toString()]?.includes(contact.toString()) ?? false,
      }),
    );
  }

  start(): this {
    this.host.start();
    return this;
  }

  /** An account without a password, as far as the core cares. */
  async account(local: string, domain = DOMAIN): Promise<void> {
    const keys = {
      salt: new Uint8Array(),
      iterations: 1,
      storedKey: new Uint8Array(),
      serverKey: new Uint8Array(),
    };
    const credentials = { 'sha-1': keys, 'sha-256': keys, 'sha-512': keys };
    await this.store.accounts.create({ id: `${local}@${domain}`, credentials, createdAt: 0 });
  }

  /** Binds a resource. */
  client(address: string): FakeClient {
    const wanted = jid(address);
    const host = this.hosts.find(wanted.domain);
    if (!host) throw new Error(`${wanted.domain} is not served`);
    const transport = new FakeTransport();
    return new FakeClient(host.bind(wanted.bare, wanted.resource, transport), transport);
  }
}

export function jid(text: string): Jid {
  const parsed = Jid.parse(text);
  if (!parsed) throw new Error(`not a JID: ${text}`);
  return parsed;
}

export function element(text: string): Element {
  const parsed = parse(text);
  if (!parsed.ok) throw new Error(`not XML: ${text}`);
  return parsed.value;
}

/** A stanza as text, in one line: attributes in order, what is known anyway left out. */
export function brief(stanza: Element): string {
  const { from, to, type, id } = stanza.attrs;
  const inner = stanza.getChildElements().map((child) => (child.name === 'error' ? conditionOf(child) : child.name));
  const parts = [stanza.name, type, id === undefined ? undefined : `#${id}`, `${from ?? ''}→${to ?? ''}`, ...inner];
  return parts.filter((part) => part !== undefined && part !== '').join(' ');
}

/** The type and condition of an `<error/>`: `cancel/item-not-found`. */
function conditionOf(error: Element): string {
  return `${error.attrs['type']}/${error.getChildElements()[0]?.name}`;
}

/** The condition of a stanza of type error; undefined for any other stanza. */
export function errorOf(stanza: Element): string | undefined {
  const error = stanza.getChildElements().find((child) => child.name === 'error');
  return error && conditionOf(error);
}

/** Lets every promise that can settle do so. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}
