import { expect } from 'chai';
import type { Duration } from '../../lib/base/time.ts';
import { seconds } from '../../lib/base/time.ts';
import { parseBody, type Body } from '../../lib/bosh/body.ts';
import type { Effect } from '../../lib/bosh/effects.ts';
import { negotiate } from '../../lib/bosh/negotiation.ts';
import { DEFAULT_LIMITS, DEFAULT_POLICY, type BoshLimits, type BoshPolicy } from '../../lib/bosh/policy.ts';
import { Session } from '../../lib/bosh/session.ts';
import { parse, type Element } from '../../lib/xml/index.ts';
import type { Payload } from '../../lib/xmpp/transport.ts';

/** The profile of the requirement catalogue: short and exact. */
export const PROFILE: BoshPolicy = {
  ...DEFAULT_POLICY,
  maxWait: 5,
  maxHold: 5,
  polling: 2,
  inactivity: 3,
  pollingInactivity: 8,
  maxPause: 10,
  strict: true,
};

/** The rid of the creation request; scripts count from it. */
export const R = 1000;

const FEATURES = "<stream:features xmlns:stream='http://etherx.jabber.org/streams'/>";

export interface Play {
  readonly policy?: Partial<BoshPolicy>;
  readonly limits?: Partial<BoshLimits>;
  /** Attributes of the creation request beside the usual ones; undefined leaves one out. */
  readonly open?: Readonly<Record<string, string | undefined>>;
  /** Leaves the creation request unanswered until the script says otherwise. */
  readonly silent?: boolean;
}

/**
 * A script over the pure session in virtual time. Requests are numbered from the creation request:
 * `post(1)` has the next rid. Each request is one exchange, named `#1`, and `#1'` when it is repeated.
 * `expect` compares the whole transcript since the last `expect`; a failure prints the dialogue.
 */
export class Playbook {
  readonly session: Session<string>;
  readonly dialogue: string[] = [];
  readonly answers = new Map<string, string>();
  undelivered: readonly Payload[] | undefined;
  #seen: string[] = [];
  #now = 0;
  #streams = 1;

  constructor({ policy = {}, limits = {}, open = {}, silent = false }: Play = {}) {
    const rules = { ...PROFILE, ...policy, limits: { ...DEFAULT_LIMITS, stray: 0, ...limits } };
    const defaults = { to: 'example.com', wait: '5', hold: '1', ver: '1.11', 'xml:lang': 'en' };
    const request = bodyOf(R, { ...defaults, ...open });
    this.#say(`#0 >> ${JSON.stringify(open)}`);
    this.session = new Session({
      request,
      exchange: '#0',
      terms: negotiate(request, rules),
      policy: rules,
      facts: { sid: 'some-sid', stream: 's1', secure: request.secure },
      now: this.#now,
    });
    this.session.header({ from: 'example.com', id: 'stream-id', version: '1.0', lang: 'en' });
    if (silent) return;
    this.send(FEATURES);
    this.#settle();
    this.#seen = [];
  }

  /** A request with rid `R + n`; `inner` are its payloads. */
  post(n: number, attributes: Readonly<Record<string, string | number>> = {}, inner = ''): this {
    return this.postOn(this.#nameOf(n), n, attributes, inner);
  }

  /** The same on an exchange with a name of its own. */
  postOn(exchange: string, n: number, attributes: Readonly<Record<string, string | number>> = {}, inner = ''): this {
    this.#say(`${exchange} >> ${JSON.stringify(attributes)} ${inner}`);
    const now = this.#now;
    this.#run(this.session.receive(exchange, bodyOf(R + n, { sid: 'some-sid', ...attributes }, inner), now));
    for (let more = this.session.receiveNext(now); more; more = this.session.receiveNext(now)) this.#run(more);
    this.#settle();
    return this;
  }

  /** Several things in one turn: `settle` runs after all of them. */
  together(things: (session: Session<string>, now: number) => readonly Effect<string>[]): this {
    this.#run(things(this.session, this.#now));
    this.#settle();
    return this;
  }

  /** The server has a payload for the client. */
  send(...texts: string[]): this {
    return this.sendOn('s1', ...texts);
  }

  /** The same on another stream than the first; added streams are called `s2`, `s3`, …. */
  sendOn(stream: string, ...texts: string[]): this {
    for (const text of texts) {
      this.#say(`   server, ${stream}: ${text}`);
      this.session.send({ xml: text, element: elementOf(text) }, stream);
    }
    this.#settle();
    return this;
  }

  /** The connection of an exchange breaks. */
  cut(exchange: string): this {
    this.#say(`${exchange} is cut`);
    this.session.lost(exchange, this.#now);
    this.#settle();
    return this;
  }

  close(cause?: Parameters<Session<string>['close']>[0]): this {
    this.#say('   server closes');
    this.#run(this.session.close(cause, this.#now));
    this.#settle();
    return this;
  }

  /** The server ends one stream. */
  closeStream(stream: string, cause?: Parameters<Session<string>['close']>[0]): this {
    this.#say(`   server closes ${stream}`);
    this.#run(this.session.closeStream(stream, cause, this.#now));
    this.#settle();
    return this;
  }

  /** Lets seconds pass, stopping at each deadline on the way. */
  after(count: number): this {
    const end = this.#now + seconds(count);
    this.#say(`   ${count} s pass`);
    for (let at = this.session.deadline; at !== undefined && at <= end; at = this.session.deadline) {
      this.#now = Math.max(this.#now, at);
      this.#settle();
    }
    this.#now = end;
    this.#settle();
    return this;
  }

  get now(): Duration {
    return this.#now;
  }

  /** What the session did since the last time, line by line. */
  expect(...lines: string[]): this {
    const seen = this.#seen;
    this.#seen = [];
    expect(seen, `\n${this.dialogue.join('\n')}\n`).to.deep.equal(lines);
    return this;
  }

  #settle(): void {
    for (;;) {
      const effects = this.session.settle(this.#now);
      if (effects.length === 0) return;
      this.#run(effects);
    }
  }

  #run(effects: readonly Effect<string>[]): void {
    for (const effect of effects) {
      if (effect.do === 'respond') {
        this.answers.set(effect.exchange, effect.body);
        this.session.flushed(effect.exchange);
      }
      if (effect.do === 'end') this.undelivered = this.session.takeUndelivered();
      this.#note(lineOf(effect));
      if (effect.do === 'add stream') this.#addStream(effect.to);
    }
  }

  /** The part of the shell: opens the stream, unless it is to nowhere. */
  #addStream(to: string): void {
    this.#streams += 1;
    const stream = `s${this.#streams}`;
    this.session.addStream(stream);
    if (to === 'nowhere') return this.#run(this.session.closeStream(stream, 'host-unknown', this.#now));
    this.session.header({ from: to, id: `${stream}-id`, version: '1.0', lang: 'en' }, stream);
    this.session.send({ xml: FEATURES, element: elementOf(FEATURES) }, stream);
  }

  #note(line: string): void {
    this.#seen.push(line);
    this.#say(line);
  }

  #say(line: string): void {
    this.dialogue.push(`${(this.#now / 1000).toFixed(2).padStart(7)}  ${line}`);
  }

  readonly #copies = new Map<number, number>();

  #nameOf(n: number): string {
    const copies = this.#copies.get(n) ?? 0;
    this.#copies.set(n, copies + 1);
    return `#${n}${"'".repeat(copies)}`;
  }
}

/** `#1 <- [E]`, `#1 <- [P:m] ack=1002`, `#1 <- [T:item-not-found]`, `#1 <- [R]`, `forward m`, `end lost`. */
function lineOf(effect: Effect<string>): string {
  if (effect.do === 'forward') return `forward ${nicks(effect.payloads)}${to(effect.stream)}`;
  if (effect.do === 'restart') return `restart${effect.stream === 's1' ? '' : to(effect.stream)}`;
  if (effect.do === 'confirm') return `arrived ${nicks(effect.payloads.map(({ element }) => element))}`;
  if (effect.do === 'add stream') return `add ${effect.to}`;
  if (effect.do === 'close stream') {
    const left = effect.undelivered.map(({ element }) => element);
    return `close ${effect.stream} ${effect.how}${left.length > 0 ? `, undelivered ${nicks(left)}` : ''}`;
  }
  if (effect.do === 'end') return `end ${effect.how}`;
  return `${effect.exchange} <- ${describeBody(effect.body)}`;
}

function to(stream: string | undefined): string {
  return stream === undefined ? '' : ` to ${stream}`;
}

function nicks(elements: readonly Element[]): string {
  return elements.map(nick).join(' ');
}

/** The catalogue's signs for an answer, and the attributes that it has beside. */
export function describeBody(text: string): string {
  const parsed = parse(text);
  if (!parsed.ok) throw new Error(`the server wrote bad XML: ${parsed.error.reason}: ${text}`);
  const { type, condition, ...others } = parsed.value.attrs;
  const content = parsed.value.getChildElements().map(nick).join(' ');
  const shown = others['sid'] ? ['ack'] : ['stream', 'ack', 'report', 'time'];
  const extra = shown.flatMap((name) => (others[name] ? [`${name}=${others[name]}`] : []));
  const kind =
    type === 'terminate'
      ? `[T${condition ? `:${condition}` : ''}${content ? ` ${content}` : ''}]`
      : type === 'error'
        ? '[R]'
        : content
          ? `[P:${content}]`
          : '[E]';
  return [kind, ...extra].join(' ');
}

/** A stanza is called by its id, anything else by its name. */
function nick(element: Element): string {
  return element.attrs['id'] ?? element.name;
}

function elementOf(text: string): Element {
  const parsed = parse(text);
  if (!parsed.ok) throw new Error(parsed.error.reason);
  return parsed.value;
}

/** A message with this id, as text. */
export function message(id: string, body = id): string {
  return `<message xmlns='jabber:client' id='${id}'><body>${body}</body></message>`;
}

/** A request body as the client would write it, read as the server would. */
export function bodyOf(
  rid: number,
  attributes: Readonly<Record<string, string | number | undefined>>,
  inner = '',
): Body {
  let text = `<body xmlns='http://jabber.org/protocol/httpbind' xmlns:xmpp='urn:xmpp:xbosh' rid='${rid}'`;
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) text += ` ${name}='${value}'`;
  const parsed = parseBody(`${text}>${inner}</body>`);
  if (!parsed.ok) throw new Error(`${parsed.error.reason}: ${text}`);
  return parsed.value;
}
