import { createHash } from 'node:crypto';

/** More keys than any plan has requests. */
const COUNT = 200;

/** K(1) to K(COUNT), for all plans the same: the server cannot know. B-15.3-02 */
const KEYS: string[] = [];
for (let key = 'seed'; KEYS.length < COUNT; KEYS.push(key)) key = createHash('sha1').update(key).digest('hex');

/** The key of a request; for the creation request its `newkey`. */
export function keyOf(rid: number): string | undefined {
  return KEYS[COUNT - 1 - rid];
}
