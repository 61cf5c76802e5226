import { xml, type Element } from '../../xml/index.ts';
import {
  failure,
  type Mechanism,
  type SaslAnswer,
  type SaslAsk,
  type SaslCondition,
  type SaslStep,
} from './mechanism.ts';
import type { SaslProfile } from './profile.ts';

/** What to do next in a negotiation. */
export type SaslOutcome =
  | { readonly is: 'reply'; readonly element: Element }
  | { readonly is: 'ask'; readonly ask: SaslAsk }
  /** `data` is what the mechanism has to say to the client, in base64. */
  | { readonly is: 'success'; readonly data: string; readonly username: string; readonly authzid: string }
  | { readonly is: 'failure'; readonly element: Element; readonly condition: SaslCondition };

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * Challenges and responses up to success or failure, whatever the mechanism and the profile.
 *
 * @spec RFC 6120 §6.4 @spec XEP-0388 §2.5
 */
export class SaslNegotiation {
  readonly #profile: SaslProfile;
  readonly #start: (name: string) => Mechanism | SaslCondition;
  #mechanism: Mechanism | undefined;

  /** @param start begins a run of a mechanism, or says why not */
  constructor(profile: SaslProfile, start: (name: string) => Mechanism | SaslCondition) {
    this.#profile = profile;
    this.#start = start;
  }

  /** A run has begun, and not ended. */
  get isUnderWay(): boolean {
    return this.#mechanism !== undefined;
  }

  /** One element in the profile's namespace. */
  receive(element: Element): SaslOutcome {
    const name = element.getName();
    if (name === this.#profile.initiation) return this.#initiate(element);
    if (name === 'abort') return this.#outcome(failure('aborted'));
    if (name !== 'response' || !this.#mechanism) return this.#outcome(failure('malformed-request'));
    return this.#respond(this.#mechanism, this.#profile.response(element));
  }

  /** The answer to the last ask. */
  answer(answer: SaslAnswer): SaslOutcome {
    return this.#outcome(this.#mechanism?.answer(answer) ?? failure('not-authorized'));
  }

  /** Ends the present run, also after it had succeeded. */
  refuse(condition: SaslCondition, text?: string): SaslOutcome {
    return this.#outcome(failure(condition, text));
  }

  #initiate(element: Element): SaslOutcome {
    const mechanism = this.#start(element.attrs['mechanism'] ?? '');
    if (typeof mechanism === 'string') return this.#outcome(failure(mechanism));
    this.#mechanism = mechanism;
    const initial = this.#profile.initialResponse(element);
    return initial === undefined ? this.#outcome(mechanism.respond(undefined)) : this.#respond(mechanism, initial);
  }

  #respond(mechanism: Mechanism, text: string): SaslOutcome {
    const data = decode(text, mechanism.encoding);
    return this.#outcome(data === undefined ? failure('incorrect-encoding') : mechanism.respond(data));
  }

  #outcome(step: SaslStep): SaslOutcome {
    if (step.step === 'ask') return { is: 'ask', ask: step.ask };
    const encoding = this.#mechanism?.encoding ?? 'utf8';
    const encoded = (data = ''): string => Buffer.from(data, encoding).toString('base64');
    if (step.step === 'challenge') return { is: 'reply', element: this.#challenge(encoded(step.data)) };
    this.#mechanism = undefined;
    if (step.step === 'failure') {
      const { condition, text } = step;
      return { is: 'failure', element: this.#profile.failure(condition, text), condition };
    }
    return { is: 'success', data: encoded(step.data), username: step.username, authzid: step.authzid };
  }

  #challenge(data: string): Element {
    const element = xml('challenge', { xmlns: this.#profile.namespace });
    return data === '' ? element : element.append(data);
  }
}

/** Strict base64 of text, or of octets. @spec RFC 6120 §6.4.2 */
function decode(text: string, encoding: Mechanism['encoding']): string | undefined {
  if (!BASE64.test(text)) return undefined;
  const decoded = Buffer.from(text, 'base64').toString(encoding);
  return encoding === 'utf8' && decoded.includes('\uFFFD') ? undefined : decoded;
}
