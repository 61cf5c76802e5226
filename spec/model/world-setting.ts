import { parseBody, type Body } from '../../lib/bosh/body.ts';
import { negotiate } from '../../lib/bosh/negotiation.ts';
import { DEFAULT_LIMITS, DEFAULT_POLICY, type BoshPolicy } from '../../lib/bosh/policy.ts';
import { Session } from '../../lib/bosh/session.ts';
import type { Call } from './world-client.ts';
import { creationText, requestText } from './wire.ts';
import type { World } from './world.ts';

const POLICY: BoshPolicy = {
  ...DEFAULT_POLICY,
  maxWait: 5,
  maxHold: 5,
  polling: 0,
  inactivity: 60,
  maxPause: 10,
  limits: DEFAULT_LIMITS,
};
/** In milliseconds. */
export const WAIT = 5000;
const SID = 'sid';
const FACTS = { sid: SID, stream: 'stream', secure: false };
const HEADER = { from: 'example.com', id: 'id', version: '1.0', lang: 'en' };

/** What is the same in every schedule of a setting, made once. */
export class Setting {
  readonly #creation: Body;
  readonly terms: ReturnType<typeof negotiate>;
  readonly #bodies = new Map<string | undefined, Body[][]>();

  constructor({ hold, acks }: Pick<World, 'hold' | 'acks'>) {
    this.#creation = read(creationText({ wait: WAIT / 1000, hold, ver: '1.11', acks }));
    this.terms = negotiate(this.#creation, POLICY);
  }

  /** A session whose stream has answered. */
  open(exchange: Call): Session<Call> {
    const session = new Session<Call>({
      request: this.#creation,
      exchange,
      terms: this.terms,
      policy: POLICY,
      facts: FACTS,
      now: 0,
    });
    session.header(HEADER);
    return session;
  }

  bodyOf(rid: number, kind: string | undefined, ack: number | undefined): Body {
    let known = this.#bodies.get(kind);
    if (!known) this.#bodies.set(kind, (known = []));
    const ofRid = (known[rid] ??= []);
    return (ofRid[(ack ?? -1) + 1] ??= this.#make(rid, kind, ack));
  }

  #make(rid: number, kind: string | undefined, ack: number | undefined): Body {
    const words = {
      rid,
      payloads: kind === 'empty' ? [] : [String(rid)],
      pause: kind === 'pause' ? 3 : undefined,
      terminate: kind === 'terminate',
      ack,
    };
    return read(requestText(SID, words));
  }
}

function read(text: string): Body {
  const parsed = parseBody(text);
  if (!parsed.ok) throw new Error(parsed.error.reason);
  return parsed.value;
}
