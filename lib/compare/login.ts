import type { Line, LineOwner } from './lines/line.ts';

export type Credentials =
  { readonly is: 'anonymous' } | { readonly is: 'account'; readonly name: string; readonly password: string };

/** Where a managed session goes on. */
interface Resumption {
  readonly id: string;
  /** Stanzas taken so far, asked for at the last moment: from then on nothing is taken from the old line. */
  readonly taken: () => number;
}

export interface LoginOptions {
  readonly line: (owner: LineOwner) => Line;
  readonly credentials: Credentials;
  /** Asks for stream management (XEP-0198). */
  readonly managed?: boolean | undefined;
  readonly resumption?: Resumption | undefined;
}

/** A line that is logged in. */
export interface LoggedIn {
  readonly line: Line;
  /** Empty when a session was resumed. */
  readonly jid: string;
  /** Of a session that may be resumed. */
  readonly id: string;
  /** When it was resumed: how many of our stanzas have arrived. */
  readonly handled: number;
  /** From now on everything goes there, beginning with what came behind the end of the login. */
  readonly attach: (owner: LineOwner) => void;
}

interface Step {
  readonly begin: (line: Line) => void;
  /** What the answer has in it when it is the right one. */
  readonly until: string;
}

const BIND = "<iq xmlns='jabber:client' type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>";
const ENABLE = "<enable xmlns='urn:xmpp:sm:3' resume='true'/>";
const REFUSALS = ['<failure', '<failed', 'type="error"', "type='error'", '<stream:error'];

/** Logs in over a new line. @throws Error when it is refused, or the line breaks */
export function login(options: LoginOptions): Promise<LoggedIn> {
  return new Promise((resolve, reject) => new Login(options, resolve, reject));
}

/** The steps of a login, one after the other. What comes behind the last of them is not lost. */
class Login implements LineOwner {
  readonly #line: Line;
  readonly #steps: Step[];
  readonly #resolve: (value: LoggedIn) => void;
  readonly #reject: (error: Error) => void;
  readonly #answers: string[] = [];
  #step: Step | undefined;
  #said = '';
  #owner: LineOwner | undefined;
  #early: (() => void)[] = [];

  constructor(options: LoginOptions, resolve: (value: LoggedIn) => void, reject: (error: Error) => void) {
    this.#resolve = resolve;
    this.#reject = reject;
    this.#line = options.line(this);
    this.#steps = stepsOf(options);
    this.#next();
  }

  heard(text: string): void {
    if (!this.#step) return this.#pass((owner) => owner.heard(text));
    this.#said += text;
    if (REFUSALS.some((refusal) => this.#said.includes(refusal))) return this.#fail(this.#said);
    const at = this.#said.indexOf(this.#step.until);
    const end = at < 0 ? -1 : this.#said.indexOf('>', at + this.#step.until.length - 1);
    if (end < 0) return undefined;
    this.#answers.push(this.#said.slice(0, end + 1));
    const rest = this.#said.slice(end + 1);
    this.#said = '';
    this.#next();
    if (!this.#step && rest !== '') this.heard(rest);
    return undefined;
  }

  broken(reason: string): void {
    if (this.#step) this.#fail(reason);
    else this.#pass((owner) => owner.broken(reason));
  }

  #next(): void {
    this.#step = this.#steps.shift();
    if (this.#step) return this.#step.begin(this.#line);
    this.#line.listen();
    const all = this.#answers.join('');
    return this.#resolve({
      line: this.#line,
      jid: /<jid>([^<]+)/.exec(all)?.[1] ?? '',
      id: /<enabled [^>]*\bid=["']([^"']+)/.exec(all)?.[1] ?? '',
      handled: Number(/<resumed [^>]*\bh=["'](\d+)/.exec(all)?.[1] ?? 0),
      attach: (owner) => this.#attach(owner),
    });
  }

  #pass(tell: (owner: LineOwner) => void): void {
    const owner = this.#owner;
    if (owner) tell(owner);
    else this.#early.push(() => this.#owner && tell(this.#owner));
  }

  #attach(owner: LineOwner): void {
    this.#owner = owner;
    for (const task of this.#early.splice(0)) task();
  }

  #fail(reason: string): void {
    this.#step = undefined;
    this.#line.close();
    this.#reject(new Error(`no login: ${reason.slice(0, 300)}`));
  }
}

function stepsOf({ credentials, managed = false, resumption }: LoginOptions): Step[] {
  const says = (text: string, until: string): Step => ({ begin: (line) => line.send([text]), until });
  const open: Step = { begin: (line) => line.openStream(), until: 'features>' };
  const authenticated = [open, says(authOf(credentials), '<success'), open];
  if (resumption) {
    const { id, taken } = resumption;
    const resume = (): string => `<resume xmlns='urn:xmpp:sm:3' previd='${id}' h='${taken()}'/>`;
    return [...authenticated, { begin: (line) => line.send([resume()]), until: '<resumed' }];
  }
  return [...authenticated, says(BIND, '</jid>'), ...(managed ? [says(ENABLE, '<enabled')] : [])];
}

function authOf(credentials: Credentials): string {
  const start = "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism=";
  if (credentials.is === 'anonymous') return `${start}'ANONYMOUS'/>`;
  const { name, password } = credentials;
  return `${start}'PLAIN'>${Buffer.from(`\0${name}\0${password}`).toString('base64')}</auth>`;
}
