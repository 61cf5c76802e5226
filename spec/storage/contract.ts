import { expect } from 'chai';
import { describeArchive } from './archive-contract.ts';
import type { Account, Credentials, RosterItem, Store } from '../../lib/storage/store.ts';

const ALICE = 'alice@example.com';
const BOB = 'bob@example.com';

function credentials(seed: number): Credentials {
  const keys = (bytes: number) => ({
    salt: Uint8Array.of(seed, 0, 255),
    iterations: 4096 + seed,
    storedKey: new Uint8Array(bytes).fill(seed),
    serverKey: new Uint8Array(bytes).fill(seed + 1),
  });
  return { 'sha-1': keys(20), 'sha-256': keys(32), 'sha-512': keys(64) };
}

function account(id: string, seed = 1): Account {
  return { id, credentials: credentials(seed), createdAt: 1_767_225_600_123 };
}

function item(contact: string, parts: Partial<RosterItem> = {}): RosterItem {
  return { contact, groups: [], subscription: 'none', ask: false, approved: false, listed: true, ...parts };
}

/** Keys as plain arrays, whatever kind of bytes a store returns. */
function plain(value: Credentials | undefined): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, part: unknown) => {
      if (part instanceof Uint8Array) return [...part];
      const json = part as { type?: string; data?: number[] } | null;
      return json?.type === 'Buffer' ? json.data : part;
    }),
  );
}

/** What every store does. */
export function describeStore(name: string, open: () => Promise<Store>): void {
  describe(`${name} keeps the contract of a store`, () => {
    let store: Store;

    beforeEach(async () => {
      store = await open();
      await store.accounts.create(account(ALICE));
    });

    afterEach(() => store.close());

    describe('accounts', () => {
      it('are created once', async () => {
        expect(await store.accounts.create(account(ALICE, 9))).to.equal(false);
        expect(plain((await store.accounts.find(ALICE))?.credentials)).to.deep.equal(plain(credentials(1)));
      });

      it('come back as they were', async () => {
        const found = await store.accounts.find(ALICE);
        expect(found?.id).to.equal(ALICE);
        expect(found?.createdAt).to.equal(1_767_225_600_123);
        expect(await store.accounts.find('nobody@example.com')).to.equal(undefined);
      });

      it('change their credentials', async () => {
        expect(await store.accounts.setCredentials(ALICE, credentials(7))).to.equal(true);
        expect(plain((await store.accounts.find(ALICE))?.credentials)).to.deep.equal(plain(credentials(7)));
        expect(await store.accounts.setCredentials(BOB, credentials(7))).to.equal(false);
      });

      it('go with everything that was kept for them', async () => {
        await store.roster.put(ALICE, item(BOB));
        await store.offline.add(ALICE, { xml: '<message/>', at: 1 }, 10);
        await store.lastSeen.set(ALICE, { at: 5, status: 'bye' });
        await store.documents.put(ALICE, 'vcard', { key: '', text: '<vCard/>' }, 1);
        expect(await store.accounts.remove(ALICE)).to.equal(true);
        expect(await store.accounts.remove(ALICE)).to.equal(false);
        await store.accounts.create(account(ALICE));
        expect(await store.roster.load(ALICE)).to.deep.equal({ version: 0, items: [] });
        expect(await store.offline.count(ALICE)).to.equal(0);
        expect(await store.lastSeen.get(ALICE)).to.equal(undefined);
        expect(await store.documents.list(ALICE, 'vcard')).to.deep.equal([]);
      });

      it('are listed by domain, in order, in pages', async () => {
        for (const id of ['carol@example.com', BOB, 'dave@other.example', 'x@sub.example.com']) {
          await store.accounts.create(account(id));
        }
        expect(await store.accounts.list('example.com', 2)).to.deep.equal([ALICE, BOB]);
        expect(await store.accounts.list('example.com', 2, BOB)).to.deep.equal(['carol@example.com']);
        expect(await store.accounts.list('nowhere.example', 2)).to.deep.equal([]);
      });
    });

    describe('rosters', () => {
      it('are empty at first', async () => {
        expect(await store.roster.load(ALICE)).to.deep.equal({ version: 0, items: [] });
      });

      it('keep items as they are', async () => {
        const full = item(BOB, {
          name: 'Bób 😀 "<&>"',
          groups: ['Friends', 'ünïcode'],
          subscription: 'both',
          ask: true,
          approved: true,
          pendingIn: '<presence/>',
          listed: false,
        });
        expect(await store.roster.put(ALICE, full)).to.equal(1);
        const { version, items } = await store.roster.load(ALICE);
        expect(version).to.equal(1);
        expect(items).to.deep.equal([full]);
      });

      it('replace an item and count versions', async () => {
        await store.roster.put(ALICE, item(BOB, { name: 'one' }));
        expect(await store.roster.put(ALICE, item(BOB, { name: 'two' }))).to.equal(2);
        const { items } = await store.roster.load(ALICE);
        expect(items.map(({ name: called }) => called)).to.deep.equal(['two']);
      });

      it('remove an item, once', async () => {
        await store.roster.put(ALICE, item(BOB));
        expect(await store.roster.remove(ALICE, BOB)).to.equal(2);
        expect(await store.roster.remove(ALICE, BOB)).to.equal(2);
        expect(await store.roster.load(ALICE)).to.deep.equal({ version: 2, items: [] });
      });

      it('tell what changed since a version', async () => {
        await store.roster.put(ALICE, item('a@x'));
        await store.roster.put(ALICE, item('b@x'));
        await store.roster.put(ALICE, item('c@x'));
        await store.roster.remove(ALICE, 'a@x');
        const changes = await store.roster.changesSince(ALICE, 2);
        expect(changes?.version).to.equal(4);
        expect(changes?.items.map(({ version, item: { contact } }) => [version, contact])).to.deep.equal([[3, 'c@x']]);
        expect(changes?.removed).to.deep.equal([{ version: 4, contact: 'a@x' }]);
      });

      it('tell that nothing changed, and that a version is unknown', async () => {
        await store.roster.put(ALICE, item(BOB));
        expect(await store.roster.changesSince(ALICE, 1)).to.deep.equal({ version: 1, items: [], removed: [] });
        expect(await store.roster.changesSince(ALICE, 2)).to.equal(undefined);
      });

      it('bring a removed contact back', async () => {
        await store.roster.put(ALICE, item(BOB));
        await store.roster.remove(ALICE, BOB);
        await store.roster.put(ALICE, item(BOB, { name: 'again' }));
        const changes = await store.roster.changesSince(ALICE, 1);
        expect(changes?.items.map(({ item: { name: called } }) => called)).to.deep.equal(['again']);
        expect(changes?.removed).to.deep.equal([]);
      });

      it('take many changes at once, in order', async () => {
        const versions = await Promise.all(
          Array.from({ length: 50 }, (_, index) => store.roster.put(ALICE, item(BOB, { name: String(index) }))),
        );
        expect(versions).to.deep.equal(Array.from({ length: 50 }, (_, index) => index + 1));
        expect((await store.roster.load(ALICE)).items[0]?.name).to.equal('49');
      });
    });

    describe('documents', () => {
      const put = (key: string, text: string, limit = 10) => store.documents.put(ALICE, 'note', { key, text }, limit);

      it('are added, replaced, removed', async () => {
        expect(await put('a', '<one/>')).to.equal(true);
        expect(await put('a', '<two/>')).to.equal(true);
        expect(await store.documents.get(ALICE, 'note', 'a')).to.equal('<two/>');
        expect(await store.documents.remove(ALICE, 'note', 'a')).to.equal(true);
        expect(await store.documents.remove(ALICE, 'note', 'a')).to.equal(false);
        expect(await store.documents.get(ALICE, 'note', 'a')).to.equal(undefined);
      });

      it('are listed by key, each kind and owner for itself', async () => {
        await put('b', '2');
        await put('a', '1');
        await store.documents.put(ALICE, 'other', { key: 'c', text: '3' }, 10);
        await store.documents.put('example.com', 'note', { key: 'd', text: '4' }, 10);
        expect(await store.documents.list(ALICE, 'note')).to.deep.equal([
          { key: 'a', text: '1' },
          { key: 'b', text: '2' },
        ]);
        await store.documents.clear(ALICE, 'note');
        expect(await store.documents.list(ALICE, 'note')).to.deep.equal([]);
        expect(await store.documents.list(ALICE, 'other')).to.have.length(1);
        expect(await store.documents.list('example.com', 'note')).to.have.length(1);
      });

      it('are refused beyond the limit, and replaced at it', async () => {
        const kept = await Promise.all(['a', 'b', 'c'].map((key) => put(key, '1', 2)));
        expect(kept).to.deep.equal([true, true, false]);
        expect(await put('b', '2', 2)).to.equal(true);
        expect(await store.documents.get(ALICE, 'note', 'b')).to.equal('2');
      });
    });

    describe('pubsub', () => {
      const put = (id: string, keep = 10, node = 'tune') =>
        store.pubsub.putItem(ALICE, node, { id, publisher: ALICE, at: 42, xml: `<tune id="${id}"/>` }, keep);
      const ids = async (choice = {}, node = 'tune') =>
        (await store.pubsub.items(ALICE, node, choice)).map(({ id }) => id);

      beforeEach(async () => {
        await store.pubsub.putNode(ALICE, { node: 'tune', text: '{}' }, 10);
      });

      it('nodes are added, replaced, listed by name, removed', async () => {
        await store.pubsub.putNode(ALICE, { node: 'mood', text: '1' }, 10);
        await store.pubsub.putNode(ALICE, { node: 'mood', text: '2' }, 10);
        expect(await store.pubsub.nodes(ALICE)).to.deep.equal([
          { node: 'mood', text: '2' },
          { node: 'tune', text: '{}' },
        ]);
        expect(await store.pubsub.nodes(BOB)).to.deep.equal([]);
        expect(await store.pubsub.removeNode(ALICE, 'mood')).to.equal(true);
        expect(await store.pubsub.removeNode(ALICE, 'mood')).to.equal(false);
      });

      it('nodes are refused beyond the limit, and replaced at it', async () => {
        expect(await store.pubsub.putNode(ALICE, { node: 'mood', text: '1' }, 1)).to.equal(false);
        expect(await store.pubsub.putNode(ALICE, { node: 'tune', text: '2' }, 1)).to.equal(true);
        expect(await store.pubsub.nodes(ALICE)).to.deep.equal([{ node: 'tune', text: '2' }]);
      });

      it('a node that is replaced keeps its items, one that is removed does not', async () => {
        await put('a');
        await store.pubsub.putNode(ALICE, { node: 'tune', text: '2' }, 10);
        expect(await ids()).to.deep.equal(['a']);
        await store.pubsub.removeNode(ALICE, 'tune');
        await store.pubsub.putNode(ALICE, { node: 'tune', text: '3' }, 10);
        expect(await ids()).to.deep.equal([]);
      });

      it('items come back as they were put', async () => {
        await put('a');
        expect(await store.pubsub.items(ALICE, 'tune')).to.deep.equal([
          { id: 'a', publisher: ALICE, at: 42, xml: '<tune id="a"/>' },
        ]);
      });

      it('items are in order, and one that is put again becomes the newest', async () => {
        for (const id of ['a', 'b', 'c', 'a']) await put(id);
        expect(await ids()).to.deep.equal(['b', 'c', 'a']);
        expect(await ids({ newest: 2 })).to.deep.equal(['c', 'a']);
        expect(await ids({ ids: ['c', 'b', 'x'] })).to.deep.equal(['b', 'c']);
        expect(await ids({ ids: [] })).to.deep.equal([]);
      });

      it('the oldest items make room', async () => {
        await Promise.all(['a', 'b', 'c', 'd'].map((id) => put(id, 2)));
        expect(await ids()).to.deep.equal(['c', 'd']);
        await put('c', 1);
        expect(await ids()).to.deep.equal(['c']);
      });

      it('items of a node that is not there are not kept', async () => {
        await put('a', 10, 'mood');
        await store.pubsub.putNode(ALICE, { node: 'mood', text: '1' }, 10);
        expect(await ids({}, 'mood')).to.deep.equal([]);
      });

      it('items are removed', async () => {
        for (const id of ['a', 'b', 'c']) await put(id);
        expect(await store.pubsub.removeItems(ALICE, 'tune', ['a', 'x'])).to.deep.equal(['a']);
        expect(await ids()).to.deep.equal(['b', 'c']);
        await store.pubsub.clearItems(ALICE, 'tune');
        expect(await ids()).to.deep.equal([]);
      });

      it('goes with its account', async () => {
        await put('a');
        await store.accounts.remove(ALICE);
        expect(await store.pubsub.nodes(ALICE)).to.deep.equal([]);
        expect(await ids()).to.deep.equal([]);
      });
    });

    describe('offline messages', () => {
      it('stay until they are removed, in order', async () => {
        for (const xml of ['<a/>', '<b/>', '<c/>']) await store.offline.add(ALICE, { xml, at: 42 }, 10);
        const messages = await store.offline.list(ALICE);
        expect(messages.map(({ xml, at }) => [xml, at])).to.deep.equal([
          ['<a/>', 42],
          ['<b/>', 42],
          ['<c/>', 42],
        ]);
        await store.offline.remove(ALICE, messages[1]?.id ?? 0);
        expect((await store.offline.list(ALICE)).map(({ xml }) => xml)).to.deep.equal(['<c/>']);
      });

      it('are refused beyond the limit', async () => {
        expect(await store.offline.add(ALICE, { xml: '<a/>', at: 1 }, 1)).to.equal(true);
        expect(await store.offline.add(ALICE, { xml: '<b/>', at: 1 }, 1)).to.equal(false);
        expect(await store.offline.count(ALICE)).to.equal(1);
      });

      it('keep their order and their limit when they come at once', async () => {
        const kept = await Promise.all(
          Array.from({ length: 30 }, (_, index) => store.offline.add(ALICE, { xml: `<m n="${index}"/>`, at: 1 }, 20)),
        );
        expect(kept.filter(Boolean)).to.have.length(20);
        const messages = await store.offline.list(ALICE);
        expect(messages.map(({ xml }) => xml)).to.deep.equal(
          Array.from({ length: 20 }, (_, index) => `<m n="${index}"/>`),
        );
      });

      it('belong to one account', async () => {
        await store.accounts.create(account(BOB));
        await store.offline.add(ALICE, { xml: '<a/>', at: 1 }, 10);
        await store.offline.add(BOB, { xml: '<b/>', at: 1 }, 10);
        await store.offline.remove(ALICE, Number.MAX_SAFE_INTEGER);
        expect((await store.offline.list(BOB)).map(({ xml }) => xml)).to.deep.equal(['<b/>']);
      });

      it('never use an id twice', async () => {
        await store.offline.add(ALICE, { xml: '<a/>', at: 1 }, 10);
        const [first] = await store.offline.list(ALICE);
        await store.offline.remove(ALICE, first?.id ?? 0);
        await store.offline.add(ALICE, { xml: '<b/>', at: 1 }, 10);
        const [second] = await store.offline.list(ALICE);
        expect(second?.id).to.be.greaterThan(first?.id ?? Number.POSITIVE_INFINITY);
      });
    });

    it('remembers when an account was last seen', async () => {
      expect(await store.lastSeen.get(ALICE)).to.equal(undefined);
      await store.lastSeen.set(ALICE, { at: 1, status: '' });
      await store.lastSeen.set(ALICE, { at: 2, status: 'gone' });
      expect(await store.lastSeen.get(ALICE)).to.deep.equal({ at: 2, status: 'gone' });
    });

    it('makes a secret once, also when two ask at the same time', async () => {
      const [one, two] = await Promise.all([store.secret('scram'), store.secret('scram')]);
      expect(one).to.have.length(32);
      expect([...one]).to.deep.equal([...two]);
      expect([...(await store.secret('other'))]).not.to.deep.equal([...one]);
    });
  });

  describeArchive(name, open);
}
