import type { Random } from '../../base/random.ts';
import { xml, type Element } from '../../xml/index.ts';
import { NS_SASL } from '../ns.ts';
import {
  failure,
  type Mechanism,
  type SaslAnswer,
  type SaslAsk,
  type SaslCondition,
  type SaslStep,
} from './mechanism.ts';
import { isMechanism, startMechanism, type MechanismName } from './mechanisms.ts';

/** What to do next in a negotiation. */
export type SaslOutcome =
  | { readonly is: 'reply'; readonly element: Element }
  | { readonly is: 'ask'; readonly ask: SaslAsk }
  | { readonly is: 'success'; readonly element: Element; readonly username: string; readonly authzid: string }
  | { readonly is: 'failure'; readonly element: Element; readonly condition: SaslCondition };

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * `<auth/>`, challenges and responses up to `<success/>` or `<failure/>`, whatever the mechanism.
 *
 * @spec RFC 6120 §6.4
 */
export class SaslNegotiation {
  readonly #offered: readonly MechanismName[];
  readonly #random: Random;
  /** True when what is not offered would be under TLS. */
  readonly #isPlainHidden: boolean;
  #mechanism: Mechanism | undefined;

  constructor(offered: readonly MechanismName[], isPlainHidden: boolean, random: Random) {
    this.#offered = offered;
    this.#isPlainHidden = isPlainHidden;
    this.#random = random;
  }

  /** One element in the SASL namespace. */
  receive(element: Element): SaslOutcome {
    const name = element.getName();
    if (name === 'auth') return this.#start(element);
    if (name === 'abort') return this.#outcome(failure('aborted'));
    if (name !== 'response' || !this.#mechanism) return this.#outcome(failure('malformed-request'));
    const data = decode(element.text);
    if (data === undefined) return this.#outcome(failure('incorrect-encoding'));
    return this.#outcome(this.#mechanism.respond(data));
  }

  /** The answer to the last ask. */
  answer(answer: SaslAnswer): SaslOutcome {
    return this.#outcome(this.#mechanism?.answer(answer) ?? failure('not-authorized'));
  }

  /** Ends the present run after it had succeeded: the identity is not acceptable. @spec RFC 6120 §6.5.6 */
  refuseIdentity(): SaslOutcome {
    return this.#outcome(failure('invalid-authzid'));
  }

  #start(element: Element): SaslOutcome {
    const name = element.attrs['mechanism'] ?? '';
    if (!isMechanism(name) || !this.#offered.includes(name)) {
      const isHidden = name === 'PLAIN' && this.#isPlainHidden;
      return this.#outcome(failure(isHidden ? 'encryption-required' : 'invalid-mechanism'));
    }
    this.#mechanism = startMechanism(name, this.#random);
    const text = element.text.trim();
    const data = text === '' ? undefined : decode(text);
    if (text !== '' && data === undefined) return this.#outcome(failure('incorrect-encoding'));
    return this.#outcome(this.#mechanism.respond(data));
  }

  #outcome(step: SaslStep): SaslOutcome {
    if (step.step === 'ask') return { is: 'ask', ask: step.ask };
    if (step.step === 'challenge') return { is: 'reply', element: dataElement('challenge', step.data) };
    this.#mechanism = undefined;
    if (step.step === 'failure') {
      return { is: 'failure', element: failureElement(step.condition, step.text), condition: step.condition };
    }
    const { username, authzid, data } = step;
    return { is: 'success', element: dataElement('success', data ?? ''), username, authzid };
  }
}

/** Strict base64 of UTF-8; a lone `=` is an empty string. @spec RFC 6120 §6.4.2 */
function decode(text: string): string | undefined {
  const trimmed = text.trim();
  if (trimmed === '=' || trimmed === '') return '';
  if (!BASE64.test(trimmed)) return undefined;
  const decoded = Buffer.from(trimmed, 'base64').toString('utf8');
  return decoded.includes('\uFFFD') ? undefined : decoded;
}

function dataElement(name: string, data: string): Element {
  const element = xml(name, { xmlns: NS_SASL });
  return data === '' ? element : element.append(Buffer.from(data).toString('base64'));
}

function failureElement(condition: string, text?: string): Element {
  const element = xml('failure', { xmlns: NS_SASL }, xml(condition));
  return text === undefined ? element : element.append(xml('text', { 'xml:lang': 'en' }, text));
}
