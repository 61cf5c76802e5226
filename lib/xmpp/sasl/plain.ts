import { EMPTY_CHALLENGE, failure, refused, type Mechanism, type SaslAnswer, type SaslStep } from './mechanism.ts';

/** Username and password in the clear; only offered where nobody can listen. @spec RFC 4616 §2 */
export class Plain implements Mechanism {
  readonly encoding = 'utf8';
  #username = '';
  #authzid = '';

  respond(data: string | undefined): SaslStep {
    if (data === undefined) return EMPTY_CHALLENGE;
    const [authzid, username, password, ...rest] = data.split('\0');
    if (authzid === undefined || !username || !password || rest.length > 0) return failure('malformed-request');
    this.#authzid = authzid;
    this.#username = username;
    return { step: 'ask', ask: { about: 'password', username, password } };
  }

  answer(answer: SaslAnswer): SaslStep {
    if (answer.about !== 'password' || !answer.isRight) return refused(answer);
    return { step: 'success', username: this.#username, authzid: this.#authzid };
  }
}
