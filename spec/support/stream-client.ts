import { AuthLimiter, type AuthLimits } from '../../lib/core/auth-limiter.ts';
import { DEFAULT_MANAGEMENT_LIMITS, Resumptions } from '../../lib/core/resumptions.ts';
import { ClientStream } from '../../lib/core/client-stream.ts';
import type { Element } from '../../lib/xml/index.ts';
import { MECHANISMS, type MechanismName } from '../../lib/xmpp/sasl/mechanisms.ts';
import type { StreamError } from '../../lib/xmpp/stream-error.ts';
import type { Payload, StartTls, StreamHeader, Transport, TransportInfo } from '../../lib/xmpp/transport.ts';
import { element, type World } from '../core/world.ts';

const SASL = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'";
const SASL2 = "xmlns='urn:xmpp:sasl:2'";

export interface StreamClientOptions {
  readonly startTls?: StartTls;
  readonly info?: Partial<TransportInfo>;
  readonly mechanisms?: readonly MechanismName[];
  readonly allowsPlainAnywhere?: boolean;
  readonly authenticationTimeout?: number;
  readonly limiter?: AuthLimiter;
  /** Those of another client; stream management is announced then. */
  readonly resumptions?: Resumptions;
}

/** One client of a world, from its stream header on: says elements, and reads what comes in order. */
export class StreamClient implements Transport {
  readonly info: TransportInfo;
  readonly startTls: StartTls | undefined;
  readonly headers: StreamHeader[] = [];
  /** What ended the stream: an error, or null for none. */
  end: StreamError | null | undefined;
  readonly stream: ClientStream;
  readonly #sent: Element[] = [];
  #waiting: ((element: Element) => void) | undefined;

  constructor(
    { hosts, clock, random, log }: Pick<World, 'hosts' | 'clock' | 'random' | 'log'>,
    options: StreamClientOptions = {},
  ) {
    this.info = { name: 'bosh', secure: true, loopback: false, address: '192.0.2.1', ...options.info };
    this.startTls = options.startTls;
    this.stream = new ClientStream(this, {
      hosts,
      clock,
      random,
      log,
      limiter: options.limiter ?? new AuthLimiter(clock, undefined),
      mechanisms: options.mechanisms ?? MECHANISMS,
      allowsPlainAnywhere: options.allowsPlainAnywhere ?? false,
      authenticationTimeout: options.authenticationTimeout ?? 60_000,
      resumptions: options.resumptions ?? resumptionsOf({ clock, random }),
      transports: [],
      announcesManagement: () => options.resumptions !== undefined,
    });
  }

  // ---- the client's side

  /** Opens or restarts the stream; undefined leaves an attribute out. */
  opens(header: StreamHeader = {}): this {
    this.stream.open({ to: 'capulet.example', version: '1.0', lang: 'en', ...header });
    return this;
  }

  says(text: string): this {
    this.stream.receive(element(text));
    return this;
  }

  auth(mechanism: string, data?: string): this {
    return this.says(`<auth ${SASL} mechanism='${mechanism}'>${data === undefined ? '' : base64(data)}</auth>`);
  }

  /** Begins SASL2. @param inside what else is asked for */
  authenticates(mechanism: string, data?: string, inside = ''): this {
    const initial = data === undefined ? '' : `<initial-response>${encoded(data)}</initial-response>`;
    return this.says(`<authenticate ${SASL2} mechanism='${mechanism}'>${initial}${inside}</authenticate>`);
  }

  /** Answers a challenge of SASL2. */
  responds2(data: string): this {
    return this.says(`<response ${SASL2}>${encoded(data)}</response>`);
  }

  responds(data: string): this {
    return this.says(`<response ${SASL}>${base64(data)}</response>`);
  }

  /** The next element of the stream, as soon as it is there. */
  async next(): Promise<Element> {
    const first = this.#sent.shift();
    return first ?? new Promise((resolve) => (this.#waiting = resolve));
  }

  /** What has come and was not read, by name. */
  get unread(): string[] {
    return this.#sent.splice(0).map(({ name }) => name);
  }

  /** Logs in with a password in the clear and restarts the stream. */
  async login(name: string, password = 'secret'): Promise<this> {
    this.opens();
    await this.next();
    this.auth('PLAIN', `\0${name}\0${password}`);
    const { name: answer } = await this.next();
    if (answer !== 'success') throw new Error(`${name} cannot log in: ${answer}`);
    this.opens();
    await this.next();
    return this;
  }

  /** Asks for a resource, or for any: the answer. */
  async bind(resource?: string): Promise<Element> {
    const wish = resource === undefined ? '' : `<resource>${resource}</resource>`;
    this.says(
      `<iq xmlns='jabber:client' type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>${wish}</bind></iq>`,
    );
    return this.next();
  }

  // ---- the carrier

  open(header: StreamHeader): void {
    this.headers.push(header);
  }

  send({ element: sent }: Payload): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting) waiting(sent);
    else this.#sent.push(sent);
  }

  close(error?: StreamError): void {
    if (this.end !== undefined) return;
    this.end = error ?? null;
    this.stream.closed('graceful', []);
  }
}

export function resumptionsOf({ clock, random }: Pick<World, 'clock' | 'random'>): Resumptions {
  return new Resumptions(clock, random, {
    window: 60_000,
    sessions: 1,
    remembered: 1,
    handover: true,
    limits: DEFAULT_MANAGEMENT_LIMITS,
  });
}

export function limiter({ clock }: World, limits: Partial<AuthLimits> = {}): AuthLimiter {
  const { POSITIVE_INFINITY } = Number;
  return new AuthLimiter(clock, {
    perAccount: POSITIVE_INFINITY,
    perAddress: POSITIVE_INFINITY,
    window: 1000,
    ...limits,
  });
}

/** The condition of a SASL failure: the name of its first child. */
export function conditionOf({ name, children }: Element): string {
  const [first] = children;
  return `${name} ${typeof first === 'object' ? first.name : (first ?? '')}`.trim();
}

export function base64(text: string): string {
  return text === '' ? '=' : Buffer.from(text).toString('base64');
}

function encoded(text: string): string {
  return Buffer.from(text).toString('base64');
}
