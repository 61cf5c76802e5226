import type { FrameSession } from '../../lib/transports/frame-session.ts';
import type { SinkKind } from '../../lib/transports/frame-sink.ts';
import type { WebSocketTransport } from '../../lib/transports/websocket-transport.ts';
import { parse } from '../../lib/xml/index.ts';
import type { HandoverClient } from './handover-client.ts';
import { call, Pipe } from './handover-network.ts';
import { ModelSink, type FrameRequest } from './handover-server.ts';

/** What the model's client sends; stanzas have a number. */
export interface Sent {
  readonly xml: string;
  readonly number?: number | undefined;
}

export interface ClaimOf {
  readonly id: string;
  readonly token: string;
  readonly h: number;
  readonly ordinal: number;
}

/** One way from the client to the server and back. */
export interface ModelLine {
  claim(claim: ClaimOf): void;
  send(frames: readonly Sent[]): void;
  /** The connection breaks: what is on its way is lost. */
  cut(): void;
  /** The client is elsewhere: what is on its way still comes. */
  leave(): void;
}

const DOMAIN = 'capulet.example';
const TRIES = 4;
/** Seconds of a poll. */
const WAIT = { poll: 0, 'long-poll': 25_000, sse: 0, 'http-stream': 0 };
const POLL_PAUSE = 40;

function claimXml({ id, token, h, ordinal }: ClaimOf): string {
  const ours = `xmlns:hf='urn:holdfast:handover:0' hf:token='${token}' hf:ordinal='${ordinal}'`;
  return `<resume xmlns='urn:xmpp:sm:3' previd='${id}' h='${h}' ${ours}/>`;
}

/** A connection each way, in order. */
export class WebSocketLine implements ModelLine {
  readonly #up: Pipe<string>;
  readonly #down: Pipe<string>;
  #transport: WebSocketTransport | undefined;

  constructor(client: HandoverClient) {
    const { network, server } = client;
    this.#down = new Pipe(network, (text) => {
      if (text === '') client.lost(this);
      else client.came(this, text);
    });
    this.#up = new Pipe(network, (text) => {
      this.#transport ??= server.connect({
        buffered: 0,
        write: (messages) => messages.forEach((message) => this.#down.put(message)),
        ping: (data) => this.#pong(data),
        pause: () => undefined,
        resume: () => undefined,
        close: () => this.#down.put(''),
        terminate: () => this.#down.put(''),
      });
      if (text.startsWith('pong')) this.#transport.pong(text.slice('pong'.length));
      else server.message(this.#transport, text);
    });
  }

  claim(claim: ClaimOf): void {
    this.#up.put(`<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='${DOMAIN}' version='1.0'/>`);
    this.#up.put(claimXml(claim));
  }

  send(frames: readonly Sent[]): void {
    for (const { xml } of frames) this.#up.put(xml);
  }

  cut(): void {
    this.#up.cut();
    this.#down.cut();
    this.#transport?.lost();
  }

  leave(): void {
    // What is on its way still comes.
  }

  #pong(data: string): void {
    this.#up.put(`pong${data}`);
  }
}

/** Requests with ids, at most two on their way, each repeated until it is answered. */
export class BoshLine implements ModelLine {
  readonly #client: HandoverClient;
  readonly #answers = new Map<number, string>();
  #rid = 1000;
  #next = 1000;
  #sid = '';
  #waiting = '';
  #isOver = false;

  constructor(client: HandoverClient) {
    this.#client = client;
  }

  claim(claim: ClaimOf): void {
    this.#waiting = claimXml(claim);
    this.#request(`to='${DOMAIN}' ver='1.11' wait='50' hold='1' xmpp:version='1.0'`);
  }

  send(frames: readonly Sent[]): void {
    this.#waiting += frames.map(({ xml }) => xml).join('');
    this.#pump();
  }

  cut(): void {
    this.#isOver = true;
  }

  leave(): void {
    this.#isOver = true;
  }

  #pump(): void {
    const onTheWay = this.#rid - this.#next;
    if (this.#isOver || this.#sid === '') return;
    if (this.#waiting === '' ? onTheWay === 0 : onTheWay < 2) this.#request(`sid='${this.#sid}'`);
  }

  #request(attributes: string): void {
    const rid = this.#rid;
    const namespaces = `xmlns='http://jabber.org/protocol/httpbind' xmlns:xmpp='urn:xmpp:xbosh'`;
    const body = `<body ${namespaces} rid='${rid}' ${attributes}>${this.#waiting}</body>`;
    this.#rid += 1;
    this.#waiting = '';
    // A claim is not repeated, but made anew: the server may have taken the first one.
    this.#post(rid, body, this.#sid === '' ? TRIES : 1);
  }

  #post(rid: number, body: string, tries: number): void {
    const { network, server } = this.#client;
    call<string>(network, {
      serve: (answer) => server.bosh(body, answer),
      answered: (text) => {
        this.#answers.set(rid, text);
        this.#takeAnswers();
      },
      failed: () => {
        if (this.#isOver) return;
        if (tries === TRIES) this.#client.lost(this);
        else this.#post(rid, body, tries + 1);
      },
    });
  }

  /** In the order of the requests. */
  #takeAnswers(): void {
    for (let text = this.#answers.get(this.#next); text !== undefined; text = this.#answers.get(this.#next)) {
      this.#next += 1;
      const parsed = parse(text);
      if (!parsed.ok) throw new Error(`the server wrote bad XML: ${text}`);
      this.#sid = parsed.value.attrs['sid'] ?? this.#sid;
      for (const child of parsed.value.getChildElements()) this.#client.came(this, child.toString());
      if (parsed.value.attrs['type'] === 'terminate') return this.#client.lost(this);
    }
    this.#pump();
  }
}

/** A response to read from, and POSTs. */
export class FrameLine implements ModelLine {
  readonly #client: HandoverClient;
  readonly #kind: SinkKind;
  #token = '';
  #generation = 0;
  #waiting: Sent[] = [];
  #isPosting = false;
  #isOver = false;
  #cutReading: () => void = () => undefined;

  constructor(kind: SinkKind, client: HandoverClient) {
    this.#kind = kind;
    this.#client = client;
  }

  claim({ token, h, ordinal }: ClaimOf): void {
    const { server } = this.#client;
    this.#read(
      () => {
        const taken = server.claim({ token, generation: 0, h }, ordinal);
        if (taken) {
          this.#token = taken.token;
          this.#generation = taken.session.generation;
        }
        return taken?.session;
      },
      () => this.#client.refused(this),
    );
  }

  send(frames: readonly Sent[]): void {
    this.#waiting.push(...frames);
    this.#post();
  }

  cut(): void {
    this.#isOver = true;
    this.#cutReading();
  }

  leave(): void {
    this.#isOver = true;
  }

  get #request(): FrameRequest {
    return { token: this.#token, generation: this.#generation, h: this.#client.ledger.handled };
  }

  // ---- reading

  #readOn(): void {
    const request = this.#request;
    if (!this.#isOver)
      this.#read(
        () => this.#client.server.readOn(request),
        () => this.#client.lost(this),
      );
  }

  #read(find: () => FrameSession | undefined, refused: () => void): void {
    if (this.#kind === 'sse' || this.#kind === 'http-stream') this.#stream(find, refused);
    else this.#poll(find, refused);
  }

  /** What is written comes piece by piece; the response ends, or breaks. */
  #stream(find: () => FrameSession | undefined, refused: () => void): void {
    const { network } = this.#client;
    const { timeline } = network;
    const pipe = new Pipe<() => void>(network, (work) => work());
    const fate = network.fate();
    const broken = (): void => {
      pipe.cut();
      if (!this.#isOver) this.#client.lost(this);
    };
    this.#cutReading = () => pipe.cut();
    if (fate === 'request lost') return timeline.after(network.patience(), broken);
    timeline.after(fate === 'late' ? network.late() : network.way(), () => {
      const session = find();
      if (!session) return pipe.put(refused);
      const wrote = (number: number | undefined, xml: string): void => pipe.put(() => this.#came(number, xml));
      const sink = new ModelSink(this.#kind, wrote, () => pipe.put(() => this.#readOn()));
      session.attach(sink, 0);
      if (fate !== 'arrives') timeline.after(network.late(), () => session.lost(sink));
    });
    if (fate !== 'arrives') timeline.after(network.patience(), broken);
  }

  #poll(find: () => FrameSession | undefined, refused: () => void): void {
    const { network } = this.#client;
    let isGone = false;
    this.#cutReading = () => (isGone = true);
    call<readonly [number | undefined, string][] | undefined>(network, {
      serve: (answer) => {
        const session = find();
        if (!session) return answer(undefined);
        const frames: [number | undefined, string][] = [];
        const sink = new ModelSink(
          this.#kind,
          (number, xml) => frames.push([number, xml]),
          () => answer(frames),
        );
        session.attach(sink, WAIT[this.#kind]);
      },
      answered: (frames) => {
        if (isGone) return;
        if (!frames) return refused();
        for (const [number, xml] of frames) this.#came(number, xml);
        if (this.#kind === 'poll') network.timeline.after(POLL_PAUSE, () => this.#readOn());
        else this.#readOn();
      },
      failed: () => {
        if (!this.#isOver) this.#client.lost(this);
      },
    });
  }

  #came(number: number | undefined, xml: string): void {
    const { rules, ledger } = this.#client;
    if (number !== undefined && rules.seal && number <= ledger.handled) return;
    this.#client.came(this, xml);
  }

  // ---- sending

  #post(): void {
    if (this.#isPosting || this.#isOver || this.#waiting.length === 0) return;
    this.#isPosting = true;
    const frames = this.#waiting.splice(0);
    this.#try(frames, 1);
  }

  #try(frames: readonly Sent[], tries: number): void {
    const { network, server } = this.#client;
    const request = this.#request;
    const first = frames.find(({ number }) => number !== undefined)?.number;
    call<number | undefined>(network, {
      serve: (answer) =>
        answer(
          server.post(
            request,
            first,
            frames.map(({ xml }) => xml),
          ),
        ),
      answered: (h) => {
        if (this.#isOver) return;
        if (h === undefined) return this.#client.lost(this);
        this.#client.acknowledged(this, h);
        this.#isPosting = false;
        this.#post();
      },
      failed: () => {
        if (this.#isOver) return;
        if (tries === TRIES) this.#client.lost(this);
        else this.#try(frames, tries + 1);
      },
    });
  }
}
