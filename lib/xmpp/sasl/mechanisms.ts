import { opaqueId, type Random } from '../../base/random.ts';
import { Anonymous } from './anonymous.ts';
import { External, type Certified } from './external.ts';
import type { Mechanism, Offer } from './mechanism.ts';
import { Plain } from './plain.ts';
import type { ScramHash } from './scram-keys.ts';
import { Scram } from './scram.ts';

/** What a mechanism begins with. */
export interface Beginning {
  readonly random: Random;
  readonly offer: Offer;
  readonly certified: Certified;
}

type Maker = (beginning: Beginning) => Mechanism;

const NONCE_BITS = 160;

const MAKERS = {
  EXTERNAL: ({ certified }) => new External(certified),
  'SCRAM-SHA-256-PLUS': scram('sha-256', true),
  'SCRAM-SHA-512-PLUS': scram('sha-512', true),
  'SCRAM-SHA-1-PLUS': scram('sha-1', true),
  'SCRAM-SHA-256': scram('sha-256', false),
  'SCRAM-SHA-512': scram('sha-512', false),
  'SCRAM-SHA-1': scram('sha-1', false),
  PLAIN: () => new Plain(),
  ANONYMOUS: () => new Anonymous(),
} satisfies Record<string, Maker>;

export type MechanismName = keyof typeof MAKERS;

/** All mechanisms, in the order in which they are offered. */
export const MECHANISMS = Object.keys(MAKERS) as readonly MechanismName[]; // the keys of the literal above

export function isMechanism(name: string): name is MechanismName {
  return Object.hasOwn(MAKERS, name);
}

/** Whether a mechanism ties the login to the TLS connection. @spec RFC 5802 §4 */
export function bindsChannel(name: MechanismName): boolean {
  return name.endsWith('-PLUS');
}

export function startMechanism(name: MechanismName, beginning: Beginning): Mechanism {
  return MAKERS[name](beginning);
}

function scram(hash: ScramHash, isBound: boolean): Maker {
  return ({ random, offer }) => new Scram({ hash, isBound, nonce: opaqueId(random, NONCE_BITS), offer });
}
