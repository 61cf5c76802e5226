import { createHash, timingSafeEqual } from 'node:crypto';
import type { Cancel, Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { Mailbox } from '../base/mailbox.ts';
import { opaqueId, type Random } from '../base/random.ts';
import type { Duration } from '../base/time.ts';
import { serialize, xml, type Element } from '../xml/index.ts';
import { withContentNamespace } from '../xmpp/content-namespace.ts';
import { prepareDomain } from '../xmpp/jid.ts';
import { NS_CLIENT, NS_COMPONENT } from '../xmpp/ns.ts';
import { StanzaError } from '../xmpp/stanza-error.ts';
import type { Stanza } from '../xmpp/stanza.ts';
import { StreamError, type StreamCondition } from '../xmpp/stream-error.ts';
import type { Closing, Payload, StreamHeader, StreamInput, Transport } from '../xmpp/transport.ts';
import type { AuthLimiter } from './auth-limiter.ts';
import type { ComponentPort } from './component-port.ts';
import { checkFromComponent, type Checked } from './inbound.ts';

export interface ComponentStreamOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly limiter: AuthLimiter;
  /** The component that is configured for a prepared domain. */
  readonly findPort: (domain: string) => ComponentPort | undefined;
  /** A component that has not shown its secret by then is sent away. */
  readonly timeout: Duration;
  /** Stanzas that may wait for an earlier one. */
  readonly maxPending: number;
}

const STREAM_ID_BITS = 128;

/** Runs the stream of one external component: asks for its secret, then takes stanzas from it. @spec XEP-0114 §3 */
export class ComponentStream implements StreamInput {
  readonly #options: ComponentStreamOptions;
  readonly #transport: Transport;
  readonly #cancelTimeout: Cancel;
  readonly #mailbox: Mailbox<Stanza>;
  #port: ComponentPort | undefined;
  #id = '';
  #phase: 'opening' | 'handshake' | 'ready' | 'closed' = 'opening';

  constructor(transport: Transport, options: ComponentStreamOptions) {
    const { clock, timeout, maxPending } = options;
    this.#transport = transport;
    this.#options = options;
    this.#cancelTimeout = clock.at(clock.now() + timeout, () => this.#end('connection-timeout'));
    this.#mailbox = new Mailbox<Stanza>(
      maxPending,
      (stanza) => this.#port?.sent(stanza),
      (error) => this.#failed(error),
    );
  }

  get isAuthenticated(): boolean {
    return this.#phase === 'ready';
  }

  open(header: StreamHeader): void {
    this.#guard(() => this.#open(header));
  }

  receive(element: Element): void {
    this.#guard(() => {
      if (this.#phase === 'handshake' && this.#port) this.#greet(element, this.#port);
      else if (this.#phase === 'ready' && this.#port) this.#take(element, this.#port);
    });
  }

  /** An error while the stream is being opened comes after a header. @spec RFC 6120 §4.9.1.2 */
  fail(error: StreamError): void {
    if (this.#phase === 'closed') return;
    if (this.#phase === 'opening') this.#answerHeader(undefined);
    this.#transport.close(error);
  }

  closed(_how: Closing, undelivered: readonly Payload[]): void {
    this.#cancelTimeout();
    if (this.#phase === 'ready') this.#port?.disconnected(undelivered);
    this.#phase = 'closed';
  }

  #open({ to }: StreamHeader): void {
    if (this.#phase !== 'opening') return this.#end('policy-violation', 'no restart here');
    const domain = to === undefined ? undefined : prepareDomain(to);
    this.#port = domain === undefined ? undefined : this.#options.findPort(domain);
    this.#answerHeader(domain);
    if (!this.#port) this.#end('host-unknown');
    else if (this.#port.isConnected) this.#end('conflict');
  }

  #answerHeader(from: string | undefined): void {
    this.#id = opaqueId(this.#options.random, STREAM_ID_BITS);
    this.#phase = 'handshake';
    this.#transport.open({ from, id: this.#id });
  }

  #greet(element: Element, port: ComponentPort): void {
    const { limiter, log } = this.#options;
    const { address } = this.#transport.info;
    if (element.name !== 'handshake' || element.getNS() !== NS_COMPONENT) return this.#end('not-authorized');
    if (limiter.isBlocked(port.domain, address)) return this.#end('policy-violation', 'too many failures');
    if (!isProof(element.text.trim(), this.#id, port.secret)) {
      limiter.failed(port.domain, address);
      log.warn('component.refused', { domain: port.domain, address });
      return this.#end('not-authorized');
    }
    if (port.isConnected) return this.#end('conflict');
    this.#cancelTimeout();
    this.#phase = 'ready';
    const answer = xml('handshake', { xmlns: NS_COMPONENT });
    this.#transport.send({ xml: serialize(answer), element: answer });
    port.connected(this.#transport);
  }

  #take(element: Element, port: ComponentPort): void {
    if (element.attrs['xmlns'] !== NS_COMPONENT) return this.#end('invalid-namespace');
    const stanza = withContentNamespace(element, NS_COMPONENT, NS_CLIENT);
    const checked = checkFromComponent(stanza, port.domain, port.server, this.#options.clock.date());
    if (checked.verdict === 'end') this.fail(checked.error);
    else if (checked.verdict === 'refuse') this.#refuse(checked, port);
    else if (!this.#mailbox.push(checked.stanza)) this.#refuse({ ...checked, error: busy() }, port);
  }

  #refuse({ stanza, error }: Omit<Checked & { verdict: 'refuse' }, 'verdict'>, port: ComponentPort): void {
    if (stanza.mayBounce) port.receive(stanza.error(error));
  }

  /** A bug ends this stream, and nothing else. */
  #guard(work: () => void): void {
    if (this.#phase === 'closed') return;
    try {
      work();
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(cause: unknown): void {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    this.#options.log.error('stream.failed', { error });
    this.#end('internal-server-error');
  }

  #end(condition: StreamCondition, text?: string): void {
    this.fail(new StreamError(condition, text));
  }
}

/** Whether a handshake proves that its sender has the secret. @spec XEP-0114 §3 */
function isProof(text: string, id: string, secret: string): boolean {
  const expected = Buffer.from(createHash('sha1').update(`${id}${secret}`).digest('hex'));
  const given = Buffer.from(text);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function busy(): StanzaError {
  return new StanzaError('resource-constraint', 'Too many stanzas are waiting.');
}
