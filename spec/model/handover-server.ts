import { ConnectionManager } from '../../lib/bosh/connection-manager.ts';
import type { Exchange } from '../../lib/bosh/exchange.ts';
import { DEFAULT_POLICY } from '../../lib/bosh/policy.ts';
import { silent } from '../../lib/base/log.ts';
import { Accounts } from '../../lib/core/accounts.ts';
import { AuthLimiter } from '../../lib/core/auth-limiter.ts';
import { ClientStream } from '../../lib/core/client-stream.ts';
import type { ClientSession } from '../../lib/core/client-session.ts';
import { Host } from '../../lib/core/host.ts';
import { Hosts } from '../../lib/core/hosts.ts';
import { DEFAULT_MANAGEMENT_LIMITS, Resumptions } from '../../lib/core/resumptions.ts';
import { createMemoryStore } from '../../lib/storage/memory.ts';
import { DEFAULT_FRAME_POLICY, type FrameSession } from '../../lib/transports/frame-session.ts';
import { FrameSessions } from '../../lib/transports/frame-sessions.ts';
import type { FrameSink } from '../../lib/transports/frame-sink.ts';
import type { FrameSocket } from '../../lib/transports/frame-socket.ts';
import { WebSocketEndpoint } from '../../lib/transports/websocket-endpoint.ts';
import { DEFAULT_WEBSOCKET_LIMITS } from '../../lib/transports/websocket-policy.ts';
import type { WebSocketTransport } from '../../lib/transports/websocket-transport.ts';
import { attributeNS } from '../../lib/xml/index.ts';
import { StreamError } from '../../lib/xmpp/stream-error.ts';
import { Stanza } from '../../lib/xmpp/stanza.ts';
import type { Payload, Transport } from '../../lib/xmpp/transport.ts';
import { element, jid } from '../core/world.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { Timeline } from './timeline.ts';

/** The rules by which nothing is lost, repeated or reordered; without any of them something is. */
export interface Rules {
  /** Nothing is executed that comes on a transport which has lost the session. */
  readonly fence: boolean;
  /** The client takes nothing from a transport that it has left. */
  readonly seal: boolean;
  /** POSTs have numbers, and what was taken is not taken again. */
  readonly numbers: boolean;
  /** A claim that a later one has overtaken is refused. */
  readonly ordinals: boolean;
}

const DOMAIN = 'capulet.example';
const ORIGIN = { address: '192.0.2.1', secure: true, loopback: false };
const HF = 'urn:holdfast:handover:0';
const HOUR = 3_600_000;
/** Whom the client writes to. */
export const SINK = `sink@${DOMAIN}/x`;

/** What a request for a frame session says. */
export interface FrameRequest {
  readonly token: string;
  readonly generation: number;
  readonly h: number;
}

/** What all schedules may share: a domain, and whom clients write to. */
export class Domain {
  readonly clock = new Timeline();
  readonly hosts = new Hosts();
  readonly limiter = new AuthLimiter(this.clock, undefined);
  #executed: (id: string) => void = () => undefined;

  constructor() {
    const random = new SeededRandom(1);
    const store = createMemoryStore();
    const accounts = new Accounts({ store, random, clock: this.clock, iterations: 1 });
    const host = new Host(
      { domain: DOMAIN },
      { clock: this.clock, random, log: silent, store, hosts: this.hosts, accounts },
    );
    this.hosts.add(host);
    host.start();
    host.bind(jid(`sink@${DOMAIN}`), 'x', new Collector((id) => this.#executed(id)));
  }

  /** A new schedule begins. */
  begin(executed: (id: string) => void): void {
    this.clock.clear();
    this.#executed = executed;
  }
}

/** All machines of a server that carry sessions, and one session. */
export class HandoverServer {
  /** What came of the client's stanzas, by id. */
  readonly executed: string[] = [];
  readonly id: string;
  /** With which the client goes on first. */
  readonly token: string;
  readonly #rules: Rules;
  readonly #session: ClientSession;
  readonly #manager: ConnectionManager;
  readonly #webSockets: WebSocketEndpoint;
  readonly #frames: FrameSessions;
  /** Every carrier that ever was, for a server without fence. */
  readonly #carriers = new Map<string, FrameSession>();
  #claims = 0;

  constructor({ clock, hosts, limiter }: Domain, random: SeededRandom, rules: Rules) {
    this.#rules = rules;
    const parts = { clock, random, log: silent };
    const resumptions = new Resumptions(clock, random, {
      window: HOUR,
      sessions: 10,
      remembered: 1,
      handover: true,
      limits: DEFAULT_MANAGEMENT_LIMITS,
    });
    const openStream = (transport: Transport): ClientStream => {
      const stream = new ClientStream(transport, {
        ...parts,
        hosts,
        resumptions,
        limiter,
        mechanisms: [],
        allowsPlainAnywhere: false,
        authenticationTimeout: HOUR,
        announcesManagement: () => false,
        transports: [],
      });
      if (!rules.fence) stream.release = () => undefined;
      return stream;
    };
    const carriers = { clock, log: silent, random, openStream, refuse: () => undefined };
    this.#manager = new ConnectionManager({
      ...carriers,
      policy: POLICIES.bosh,
      domainStatus: () => 'served',
    });
    this.#webSockets = new WebSocketEndpoint({ ...carriers, policy: POLICIES.webSocket, observer: BLIND });
    this.#frames = new FrameSessions({ ...carriers, policy: POLICIES.frames });
    const beginning = new Collector(() => undefined);
    const enabled = begin(openStream(beginning), beginning);
    this.id = enabled.id;
    this.token = enabled.token;
    this.#session = enabled.session;
  }

  /** Nobody needs it any more. */
  close(): void {
    this.#session.end(new StreamError('system-shutdown'));
  }

  /** The session sends something to its client. */
  send(id: string): void {
    const message = element(`<message xmlns='jabber:client' from='${SINK}' id='${id}'/>`);
    this.#session.send(new Stanza(message, jid(SINK), this.#session.jid));
  }

  /** What came over HTTP to the BOSH endpoint. */
  bosh(body: string, answer: (body: string) => void): void {
    const exchange: Exchange = {
      origin: ORIGIN,
      holder: undefined,
      respond: (answered) => {
        answer(answered.body);
        exchange.holder?.flushed(exchange);
      },
      destroy: () => undefined,
    };
    this.#manager.receive(exchange, this.#overtaken(body));
  }

  connect(socket: FrameSocket): WebSocketTransport {
    return this.#webSockets.accept(socket, ORIGIN);
  }

  /** A message over a WebSocket. */
  message(transport: WebSocketTransport, text: string): void {
    transport.message(this.#overtaken(text));
  }

  /** A GET that claims the session. */
  claim(
    { token, h }: FrameRequest,
    ordinal: number,
  ): { readonly session: FrameSession; readonly token: string } | undefined {
    const taken = this.#frames.takeOver(this.id, { token, h, ordinal: this.#ordinal(ordinal) }, ORIGIN);
    if (typeof taken === 'string') return undefined;
    this.#carriers.set(taken.token, taken.session);
    return taken;
  }

  /** A GET of who has the session. @returns the number of the first stanza, and undefined when it is refused */
  readOn(request: FrameRequest): FrameSession | undefined {
    const session = this.#find(request);
    return session?.readOn(request.h) ? session : undefined;
  }

  /** @returns the number of the last stanza that was taken, and undefined when it is refused */
  post(request: FrameRequest, first: number | undefined, frames: readonly string[]): number | undefined {
    const session = this.#find(request);
    if (!session?.acknowledge(request.h)) return undefined;
    const numbered = this.#rules.numbers || first === undefined ? first : session.handled + 1;
    return session.receive(numbered, frames) === 'taken' ? session.handled : undefined;
  }

  #find({ token, generation }: FrameRequest): FrameSession | undefined {
    if (!this.#rules.fence) return this.#carriers.get(token);
    const found = this.#frames.find(this.id, { token, generation }, ORIGIN);
    return typeof found === 'string' ? undefined : found;
  }

  /** Without the rule no claim is late. */
  #ordinal(ordinal: number): number {
    if (this.#rules.ordinals) return ordinal;
    this.#claims += 1;
    return this.#claims;
  }

  #overtaken(text: string): string {
    if (this.#rules.ordinals) return text;
    return text.replace(/hf:ordinal='(\d+)'/, (_, ordinal) => `hf:ordinal='${this.#ordinal(Number(ordinal))}'`);
  }
}

const BLIND = { opened: (): void => undefined, ended: (): void => undefined, ignored: (): void => undefined };
const POLICIES = {
  bosh: { ...DEFAULT_POLICY },
  frames: DEFAULT_FRAME_POLICY,
  webSocket: {
    maxMessage: 65_536,
    maxMessageUnauthenticated: 65_536,
    ping: HOUR,
    strict: true,
    limits: DEFAULT_WEBSOCKET_LIMITS,
  },
};

/** A transport that says by id what it is given. */
class Collector implements Transport {
  readonly info = { name: 'tcp', ...ORIGIN, account: jid(`bob@${DOMAIN}`) } as const;
  readonly sent: Payload[] = [];
  readonly #note: (id: string) => void;

  constructor(note: (id: string) => void) {
    this.#note = note;
  }

  open(): void {}

  send(payload: Payload): void {
    this.sent.push(payload);
    this.#note(payload.element.attrs['id'] ?? '');
  }

  close(): void {}
}

/** Binds a resource whose session may be claimed. */
function begin(stream: ClientStream, { sent }: Collector): { id: string; token: string; session: ClientSession } {
  stream.open({ to: DOMAIN, version: '1.0' });
  stream.receive(
    element(`<iq xmlns='jabber:client' type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>`),
  );
  stream.receive(element(`<enable xmlns='urn:xmpp:sm:3' resume='1' xmlns:hf='${HF}' hf:handover='1'/>`));
  const enabled = sent.at(-1)?.element;
  const { session } = stream;
  if (!enabled || !session) throw new Error('no session');
  return { id: enabled.attrs['id'] ?? '', token: attributeNS(enabled, HF, 'token') ?? '', session };
}

/** Gives what is written to who reads it. */
export class ModelSink implements FrameSink {
  readonly kind: FrameSink['kind'];
  readonly buffered = 0;
  readonly #wrote: (number: number | undefined, xml: string) => void;
  readonly #ended: () => void;

  constructor(kind: FrameSink['kind'], wrote: (number: number | undefined, xml: string) => void, ended: () => void) {
    this.kind = kind;
    this.#wrote = wrote;
    this.#ended = ended;
  }

  write({ number, xml }: { number: number | undefined; xml: string }): void {
    this.#wrote(number, xml);
  }

  beat(): void {}

  end(): void {
    this.#ended();
  }
}
