import { EMPTY_CHALLENGE, failure, refused, type Mechanism, type SaslAnswer, type SaslStep } from './mechanism.ts';

export interface Certified {
  /** The accounts that the client's certificate names, as bare addresses; at least one. */
  readonly accounts: readonly string[];
  /** The one that the client has claimed to be before, if it has. */
  readonly claimed: string | undefined;
}

/**
 * The client's certificate says who it is. When it names several, the client says which.
 *
 * @spec RFC 4422 Appendix A @spec RFC 6120 §13.7.2.2.1
 */
export class External implements Mechanism {
  readonly encoding = 'utf8';
  readonly #certified: Certified;
  #username = '';
  #authzid = '';

  constructor(certified: Certified) {
    this.#certified = certified;
  }

  respond(data: string | undefined): SaslStep {
    if (data === undefined) return EMPTY_CHALLENGE;
    const account = this.#accountFor(data);
    if (account === undefined) return failure('invalid-authzid', 'the certificate does not say this');
    this.#authzid = data;
    this.#username = account.slice(0, account.lastIndexOf('@'));
    return { step: 'ask', ask: { about: 'certificate', username: this.#username } };
  }

  answer(answer: SaslAnswer): SaslStep {
    if (answer.about !== 'certificate' || !answer.exists) return refused(answer);
    return { step: 'success', username: this.#username, authzid: this.#authzid };
  }

  #accountFor(authzid: string): string | undefined {
    const { accounts, claimed } = this.#certified;
    const wanted = authzid === '' && accounts.length > 1 ? claimed : authzid;
    return wanted === '' ? accounts[0] : accounts.find((account) => account === wanted);
  }
}
