import { refused, type Mechanism, type SaslAnswer, type SaslStep } from './mechanism.ts';

/** Nobody in particular; the trace information that a client may send is not kept. @spec RFC 4505 §2 */
export class Anonymous implements Mechanism {
  readonly encoding = 'utf8';

  respond(): SaslStep {
    return { step: 'ask', ask: { about: 'anonymous' } };
  }

  answer(answer: SaslAnswer): SaslStep {
    if (answer.about !== 'anonymous') return refused(answer);
    return { step: 'success', username: answer.username, authzid: '' };
  }
}
