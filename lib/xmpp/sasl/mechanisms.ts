import { opaqueId, type Random } from '../../base/random.ts';
import { Anonymous } from './anonymous.ts';
import type { Mechanism } from './mechanism.ts';
import { Plain } from './plain.ts';
import { Scram } from './scram.ts';

const NONCE_BITS = 160;

const MAKERS = {
  'SCRAM-SHA-256': (random, offered) => new Scram('sha-256', opaqueId(random, NONCE_BITS), offered),
  'SCRAM-SHA-512': (random, offered) => new Scram('sha-512', opaqueId(random, NONCE_BITS), offered),
  'SCRAM-SHA-1': (random, offered) => new Scram('sha-1', opaqueId(random, NONCE_BITS), offered),
  PLAIN: () => new Plain(),
  ANONYMOUS: () => new Anonymous(),
} satisfies Record<string, (random: Random, offered: readonly string[]) => Mechanism>;

export type MechanismName = keyof typeof MAKERS;

/** All mechanisms, in the order in which they are offered. */
export const MECHANISMS = Object.keys(MAKERS) as readonly MechanismName[]; // the keys of the literal above

export function isMechanism(name: string): name is MechanismName {
  return Object.hasOwn(MAKERS, name);
}

/** @param offered the mechanisms that the client was offered */
export function startMechanism(name: MechanismName, random: Random, offered: readonly string[]): Mechanism {
  return MAKERS[name](random, offered);
}
