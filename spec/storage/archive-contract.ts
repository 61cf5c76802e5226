import { expect } from 'chai';
import type { ArchiveEntry, ArchiveFilter, ArchivePage, ArchiveQuery, Store } from '../../lib/storage/store.ts';

const ALICE = 'alice@example.com';
const ROOM = 'room@muc.example.com';
const BOB = 'bob@example.com';

const NO_KEYS = { salt: new Uint8Array(), iterations: 1, storedKey: new Uint8Array(), serverKey: new Uint8Array() };
const NO_CREDENTIALS = { 'sha-1': NO_KEYS, 'sha-256': NO_KEYS, 'sha-512': NO_KEYS };

function entry(id: string, at: number, parts: Partial<ArchiveEntry> = {}): ArchiveEntry {
  const body = { xml: `<message id='${id}'/>`, stanzaId: `s-${id}`, resource: 'desk', isSent: false };
  return { owner: ALICE, id, at, peer: BOB, ...body, ...parts };
}

/** What every archive does. One store is used for all of it: opening one takes long. */
export function describeArchive(name: string, open: () => Promise<Store>): void {
  describe(`${name} keeps the contract of archives`, () => {
    let store: Store;

    before(async () => {
      store = await open();
    });

    after(() => store.close());

    afterEach(async () => {
      for (const owner of await store.archive.owners(10)) await store.archive.clear(owner);
    });

    function ask(query: Partial<ArchiveQuery> = {}, owner = ALICE): Promise<ArchivePage | undefined> {
      return store.archive.page(owner, { filter: {}, isBackwards: false, limit: 10, countLimit: 100, ...query });
    }

    /** The ids of a page, and what it says of itself. */
    async function page(query: Partial<ArchiveQuery> = {}, owner = ALICE): Promise<string> {
      const found = await ask(query, owner);
      if (!found) return 'not found';
      const ids = found.messages.map(({ id }) => id).join('');
      return `${ids}${found.isComplete ? '' : '…'} ${found.index ?? '-'}/${found.count ?? '-'}`;
    }

    async function ids(filter: ArchiveFilter): Promise<string> {
      const found = await ask({ filter });
      return found ? found.messages.map(({ id }) => id).join('') : 'not found';
    }

    it('are empty at first', async () => {
      expect(await page()).to.equal(' -/0');
      expect(await page({ filter: { peer: BOB } }, 'nobody@example.com')).to.equal(' -/0');
    });

    it('keep messages as they are', async () => {
      const { owner, ...message } = entry('a', 1_767_225_600_123, { isSent: true, xml: '<message>Bób 😀</message>' });
      await store.archive.add([{ owner, ...message }]);
      expect((await ask())?.messages).to.deep.equal([message]);
      expect(await store.archive.get(ALICE, 'a')).to.deep.equal(message);
      expect(await store.archive.get(ROOM, 'a')).to.equal(undefined);
    });

    it('keep the order of time, and of addition among equals', async () => {
      await store.archive.add([entry('b', 2), entry('c', 2)]);
      await store.archive.add([entry('d', 2), entry('a', 1)]);
      await store.archive.add([entry('e', 3)]);
      expect(await page()).to.equal('abcde 0/5');
    });

    it('add all or none, and never an id twice', async () => {
      await store.archive.add([entry('a', 1)]);
      const failed = await store.archive.add([entry('b', 2), entry('a', 3)]).catch((error: Error) => error.name);
      expect(failed).to.equal('StoreError');
      expect(await page()).to.equal('a 0/1');
    });

    it('are each for themselves', async () => {
      await store.archive.add([entry('a', 1), entry('a', 1, { owner: ROOM }), entry('b', 2, { owner: ROOM })]);
      expect(await page()).to.equal('a 0/1');
      expect(await page({}, ROOM)).to.equal('ab 0/2');
      expect(await page({ after: 'b' })).to.equal('not found');
    });

    it('go with their account, and not with another', async () => {
      await store.archive.add([entry('a', 1), entry('b', 2, { owner: ROOM })]);
      await store.accounts.create({ id: ALICE, credentials: NO_CREDENTIALS, createdAt: 0 });
      await store.accounts.remove(ALICE);
      expect(await page()).to.equal(' -/0');
      expect(await page({}, ROOM)).to.equal('b 0/1');
    });

    describe('pages', () => {
      beforeEach(() => store.archive.add([...'abcdefg'].map((id, place) => entry(id, 10 * Math.ceil(place / 2)))));

      const rows: readonly (readonly [string, Partial<ArchiveQuery>, string])[] = [
        ['the first', { limit: 3 }, 'abc… 0/7'],
        ['the next', { limit: 3, after: 'c' }, 'def… 3/7'],
        ['the rest', { limit: 3, after: 'f' }, 'g 6/7'],
        ['nothing behind the last', { limit: 3, after: 'g' }, ' -/7'],
        ['exactly the rest', { limit: 3, after: 'd' }, 'efg 4/7'],
        ['the last', { limit: 3, isBackwards: true }, 'efg… 4/7'],
        ['the one before', { limit: 3, isBackwards: true, before: 'e' }, 'bcd… 1/7'],
        ['the very first, from behind', { limit: 3, isBackwards: true, before: 'b' }, 'a 0/7'],
        ['none, only the count', { limit: 0 }, '… -/7'],
        ['between two', { after: 'b', before: 'f' }, 'cde 2/7'],
        ['between two, from behind', { after: 'b', before: 'f', isBackwards: true, limit: 2 }, 'de… 3/7'],
        ['of too many to count', { limit: 3, after: 'c', countLimit: 6 }, 'def… -/-'],
        ['of just as many as are counted', { limit: 3, after: 'c', countLimit: 7 }, 'def… 3/7'],
        ['of a filter', { limit: 2, filter: { start: 20 } }, 'de… 0/4'],
        ['behind a message, of a filter', { limit: 2, after: 'd', filter: { start: 20 } }, 'ef… 1/4'],
        ['behind an unknown message', { after: 'x' }, 'not found'],
        ['before an unknown message', { before: 'x', isBackwards: true }, 'not found'],
      ];
      for (const [title, query, expected] of rows) {
        it(title, async () => expect(await page(query)).to.equal(expected));
      }
    });

    describe('filters', () => {
      beforeEach(() =>
        store.archive.add([
          entry('a', 1),
          entry('b', 2, { peer: 'carol@example.com' }),
          entry('c', 3, { resource: 'phone' }),
          entry('d', 4, { resource: '', isSent: true }),
          entry('e', 5),
        ]),
      );

      const rows: readonly (readonly [ArchiveFilter, string])[] = [
        [{}, 'abcde'],
        [{ peer: BOB }, 'acde'],
        [{ peer: BOB, resource: 'desk' }, 'ae'],
        [{ peer: BOB, resource: '' }, 'd'],
        [{ peer: 'dave@example.com' }, ''],
        [{ start: 2 }, 'bcde'],
        [{ end: 2 }, 'ab'],
        [{ start: 2, end: 4 }, 'bcd'],
        [{ start: 1.5, end: 3.5 }, 'bc'],
        [{ start: 4, end: 2 }, ''],
        [{ afterId: 'b' }, 'cde'],
        [{ beforeId: 'b' }, 'a'],
        [{ afterId: 'a', beforeId: 'e' }, 'bcd'],
        [{ afterId: 'e', beforeId: 'a' }, ''],
        [{ ids: ['e', 'a'] }, 'ae'],
        [{ ids: [] }, ''],
        [{ ids: ['e', 'a'], peer: BOB, end: 4 }, 'a'],
        [{ ids: ['a', 'x'] }, 'not found'],
        [{ afterId: 'x' }, 'not found'],
        [{ beforeId: 'x' }, 'not found'],
        [{ peer: BOB, afterId: 'a', end: 4 }, 'cd'],
      ];
      for (const [filter, expected] of rows) {
        it(JSON.stringify(filter), async () => expect(await ids(filter)).to.equal(expected));
      }
    });

    it('find the newest message with an id of its sender', async () => {
      await store.archive.add([
        entry('a', 1, { stanzaId: 'x' }),
        entry('b', 2, { stanzaId: 'x' }),
        entry('c', 3, { stanzaId: 'x', isSent: true }),
        entry('d', 4, { stanzaId: 'x', peer: 'carol@example.com' }),
      ]);
      const found = await store.archive.find(ALICE, { peer: BOB, isSent: false, stanzaId: 'x' });
      expect(found?.id).to.equal('b');
      expect(await store.archive.find(ALICE, { peer: BOB, isSent: false, stanzaId: 'y' })).to.equal(undefined);
    });

    it('replace the text of a message, and nothing else', async () => {
      const { owner, ...message } = entry('a', 1);
      await store.archive.add([{ owner, ...message }, entry('b', 2)]);
      expect(await store.archive.replace(ALICE, 'a', '<message/>')).to.equal(true);
      expect(await store.archive.replace(ALICE, 'x', '<message/>')).to.equal(false);
      expect(await store.archive.replace(ROOM, 'a', '<message/>')).to.equal(false);
      expect(await store.archive.get(ALICE, 'a')).to.deep.equal({ ...message, xml: '<message/>' });
      expect(await page()).to.equal('ab 0/2');
    });

    it('tell whose they are', async () => {
      for (const owner of ['c@x', 'a@x', 'b@x']) await store.archive.add([entry('a', 1, { owner })]);
      expect(await store.archive.owners(2)).to.deep.equal(['a@x', 'b@x']);
      expect(await store.archive.owners(2, 'b@x')).to.deep.equal(['c@x']);
    });

    it('let the old go, a few at a time', async () => {
      await store.archive.add([...'abcd'].map((id, at) => entry(id, at, at % 2 === 0 ? {} : { owner: ROOM })));
      expect(await store.archive.expire(3, 2)).to.equal(2);
      expect(await store.archive.expire(3, 2)).to.equal(1);
      expect(await store.archive.expire(3, 2)).to.equal(0);
      expect(await page()).to.equal(' -/0');
      expect(await page({}, ROOM)).to.equal('d 0/1');
    });

    it('let go of what is too much, the oldest first', async () => {
      await store.archive.add([...'abcd'].map((id, at) => entry(id, at)));
      await store.archive.add([entry('a', 1, { owner: ROOM })]);
      await store.archive.trim(ALICE, 4);
      expect(await page()).to.equal('abcd 0/4');
      await store.archive.trim(ALICE, 2);
      expect(await page()).to.equal('cd 0/2');
      expect(await page({}, ROOM)).to.equal('a 0/1');
    });

    it('are cleared', async () => {
      await store.archive.add([entry('a', 1), entry('a', 1, { owner: ROOM })]);
      await store.archive.clear(ALICE);
      expect(await page()).to.equal(' -/0');
      expect(await store.archive.owners(9)).to.deep.equal([ROOM]);
    });
  });
}
