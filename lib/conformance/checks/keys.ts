import { createHash, randomBytes } from 'node:crypto';
import type { Caller } from '../caller.ts';
import type { Check } from '../check.ts';
import type { Trial } from '../trial.ts';

/** A sequence K(1) … K(n), taken from its end. @spec XEP-0124 §15.3 B-15.3-02 */
class Keys {
  readonly #keys: string[] = [];

  constructor(length: number, seed = randomBytes(20).toString('hex')) {
    let key = seed;
    for (let n = 0; n < length; n += 1) {
      key = createHash('sha1').update(key).digest('hex');
      this.#keys.push(key);
    }
  }

  next(): string {
    return this.#keys.pop() ?? '';
  }
}

/** A session whose requests need keys, once it is clear that the server looks at keys at all. */
async function keyed(t: Trial, keys: Keys, spell = (key: string): string => key): Promise<Caller> {
  const tried = await t.open({ newkey: new Keys(2).next(), wait: 1 });
  const answer = await tried.ask('', { key: 'wrong' });
  // "MAY verify": who lets a wrong key pass has no key sequencing.
  t.announced(answer.root?.attrs['type'] === 'terminate', 'key sequencing, which is optional,');
  return t.open({ newkey: spell(keys.next()), wait: 1 });
}

async function refused(t: Trial, attributes: Record<string, string>): Promise<void> {
  const caller = await keyed(t, new Keys(5));
  t.ended(await caller.ask('', attributes), 'item-not-found');
  await t.dead(caller);
}

/** XEP-0124 §15: keys that protect what is not encrypted. */
export const KEY_CHECKS: readonly Check[] = [
  {
    id: 'B-15.1-01',
    title: 'a session with a newkey is opened',
    async run(t) {
      const answer = await t.caller().create({ newkey: new Keys(3).next() });
      t.claim(t.alive(answer).attrs['sid'] !== undefined, 'a session', answer.text);
    },
  },
  {
    id: 'B-15.3-02',
    title: 'keys are the SHA-1 of the text of the one before',
    async run(t) {
      const keys = new Keys(4, 'foo');
      const caller = await keyed(t, keys);
      t.alive(await caller.ask('', { key: '817b5a854bb36106a301bb50ad71623262749c49' }), 'the answer to K(3)');
      t.alive(await caller.ask('', { key: '2865765152809a426f118f48c468c5f459425211' }), 'the answer to K(2)');
    },
  },
  {
    id: 'B-15.3-03',
    title: 'a newkey in capitals is the same key',
    async run(t) {
      const keys = new Keys(4);
      const caller = await keyed(t, keys, (key) => key.toUpperCase());
      t.alive(await caller.ask('', { key: keys.next() }));
    },
  },
  {
    id: 'B-15.4-03',
    title: 'a session goes on while its keys are right',
    async run(t) {
      const keys = new Keys(5);
      const caller = await keyed(t, keys);
      for (let n = 0; n < 3; n += 1) t.alive(await caller.ask('', { key: keys.next() }));
    },
  },
  { id: 'B-15.4-04', title: 'a wrong key ends the session', run: (t) => refused(t, { key: '0'.repeat(40) }) },
  { id: 'B-15.4-04', title: 'a missing key ends the session', run: (t) => refused(t, {}) },
  {
    id: 'B-15.4-04',
    title: 'a repeated request needs the key that it had',
    ours: true,
    async run(t) {
      const keys = new Keys(5);
      const caller = await keyed(t, keys);
      const request = await caller.post('', { key: keys.next() });
      t.alive(await caller.answer(request, caller.longest));
      const forged = await caller.postAt(request.rid, '', { key: '0'.repeat(40) });
      t.ended(await caller.answer(forged), 'item-not-found');
    },
  },
  {
    id: 'B-15.5-02',
    title: 'a new sequence takes over from the old one',
    async run(t) {
      const [old, fresh] = [new Keys(3), new Keys(3)];
      const caller = await keyed(t, old);
      t.alive(await caller.ask('', { key: old.next(), newkey: fresh.next() }), 'the answer to the switch');
      t.alive(await caller.ask('', { key: fresh.next() }), 'the answer to a key of the new sequence');
    },
  },
  {
    id: 'B-15.5-02',
    title: 'after the switch the old sequence is over',
    async run(t) {
      const [old, fresh] = [new Keys(3), new Keys(3)];
      const caller = await keyed(t, old);
      t.alive(await caller.ask('', { key: old.next(), newkey: fresh.next() }), 'the answer to the switch');
      t.ended(await caller.ask('', { key: old.next() }), 'item-not-found');
    },
  },
];
