import type { Duration } from '../../base/time.ts';
import type { HostContext } from '../../core/module.ts';

/** Messages that are removed, and archives that are looked at, in one go: others use the store meanwhile. */
const CHUNK = 1000;

/** Removes what is too old, and the oldest of what is too much. @spec XEP-0313 §3.2 */
export async function sweep({ store, clock }: HostContext, expireAfter: Duration, maxMessages: number): Promise<void> {
  const before = clock.date() - expireAfter;
  while (expireAfter > 0 && (await store.archive.expire(before, CHUNK)) === CHUNK);
  let owners = await store.archive.owners(CHUNK);
  while (owners.length > 0) {
    for (const owner of owners) await store.archive.trim(owner, maxMessages);
    owners = await store.archive.owners(CHUNK, owners.at(-1));
  }
}
