import { randomBytes } from 'node:crypto';
import type { Random } from '../base/random.ts';

/** The operating system's randomness. */
export const systemRandom: Random = {
  bytes(count: number): Uint8Array {
    return randomBytes(count);
  },
};
