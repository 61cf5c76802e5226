import { randomFillSync } from 'node:crypto';
import type { Random } from '../base/random.ts';

/** Bytes that are fetched together: each fetch costs as much as a kilobyte. */
const POOL_BYTES = 4096;

const pool = new Uint8Array(POOL_BYTES);
let used = POOL_BYTES;

/** The operating system's randomness. */
export const systemRandom: Random = {
  bytes(count: number): Uint8Array {
    if (count > POOL_BYTES) return randomFillSync(new Uint8Array(count));
    if (used + count > POOL_BYTES) {
      randomFillSync(pool);
      used = 0;
    }
    const bytes = pool.slice(used, used + count);
    // Nobody who reads the memory later learns what was handed out.
    pool.fill(0, used, used + count);
    used += count;
    return bytes;
  },
};
