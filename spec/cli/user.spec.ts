import { existsSync, mkdirSync } from 'node:fs';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import { DiskFiles } from '../../lib/storage/files/disk-files.ts';
import { openSqliteStore } from '../../lib/storage/sqlite/sqlite-store.ts';
import type { Store } from '../../lib/storage/store.ts';
import { RawSession } from '../support/raw-session.ts';
import { CONFIG, Sandbox } from '../support/sandbox.ts';

const ALICE = 'alice@localhost';
const SECRET = 'correct horse battery staple';

for (const isRunning of [false, true]) {
  describe(`holdfast user, ${isRunning ? 'on a running server' : 'on the store alone'}`, () => {
    let box: Sandbox;

    beforeEach(async () => {
      box = new Sandbox();
      box.configure();
      if (isRunning) await box.start();
    });
    afterEach(() => box.close());

    it('adds, lists and removes accounts', async () => {
      expect(await box.run(['user', 'add', ALICE, SECRET])).to.deep.equal({
        code: 0,
        out: `${ALICE} can log in.\n`,
        err: '',
      });
      expect(await box.json(['user', 'add', 'bob@localhost', SECRET])).to.deep.equal({
        code: 0,
        value: { jid: 'bob@localhost' },
      });
      expect((await box.run(['user', 'list'])).out).to.equal(`${ALICE}\nbob@localhost\n`);
      expect(await box.json(['user', 'list', 'localhost'])).to.deep.equal({
        code: 0,
        value: { jids: [ALICE, 'bob@localhost'] },
      });
      expect((await box.run(['user', 'del', ALICE])).out).to.equal(`${ALICE} is gone.\n`);
      expect(await box.json(['user', 'del', 'bob@localhost'])).to.deep.equal({
        code: 0,
        value: { jid: 'bob@localhost' },
      });
      expect((await box.run(['user', 'list'])).out).to.equal('There are no accounts.\n');
    });

    it('reads passwords from standard input, and repeats them nowhere', async () => {
      const added = await box.run(['user', 'add', ALICE, '--password-stdin'], { input: `${SECRET}\n` });
      const changed = await box.run(['user', 'passwd', ALICE, '--password-stdin', '--json'], { input: `${SECRET}2\n` });
      expect(added).to.deep.equal({ code: 0, out: `${ALICE} can log in.\n`, err: '' });
      expect(changed).to.deep.equal({ code: 0, out: `{"jid":"${ALICE}"}\n`, err: '' });
    });

    it('asks for a password only where somebody can answer', async () => {
      expect(await box.run(['user', 'add', ALICE])).to.deep.equal({
        code: 2,
        out: '',
        err: 'holdfast: no password was given, and there is no terminal to ask on; use --password-stdin\n',
      });
    });
  });

  describe(`holdfast user, ${isRunning ? 'on a running server' : 'on the store alone'}, refuses`, () => {
    let box: Sandbox;

    before(async () => {
      box = new Sandbox();
      box.configure();
      await box.run(['user', 'add', ALICE, SECRET]);
      if (isRunning) await box.start();
    });
    after(() => box.close());

    for (const [what, args, message] of [
      ['an account twice', ['add', ALICE, SECRET], `${ALICE} exists already`],
      [
        'another domain',
        ['add', 'a@other.example', SECRET],
        'other.example is not served here, or has no accounts; served are: localhost',
      ],
      [
        'guests',
        ['add', 'a@anon.localhost', SECRET],
        'anon.localhost is not served here, or has no accounts; served are: localhost',
      ],
      ['a domain', ['add', 'localhost', SECRET], '"localhost" is not an account such as alice@example.com'],
      ['a resource', ['add', 'a@localhost/x', SECRET], '"a@localhost/x" is not an account such as alice@example.com'],
      ['no address', ['add', '@@', SECRET], '"@@" is not an address'],
      ['no password', ['add', 'bob@localhost', ''], 'a password must not be empty, nor contain control characters'],
      [
        'a bad password',
        ['add', 'bob@localhost', 'a\u0007b'],
        'a password must not be empty, nor contain control characters',
      ],
      ['a password of nobody', ['passwd', 'bob@localhost', SECRET], 'there is no bob@localhost'],
      ['nobody', ['del', 'bob@localhost'], 'there is no bob@localhost'],
      ['accounts of nowhere', ['list', 'other.example'], 'other.example is not served here'],
    ] as const) {
      it(what, async () => {
        expect(await box.json(['user', ...args])).to.deep.equal({ code: 1, value: { error: message } });
      });
    }

    it('in words for people, too', async () => {
      const { code, out, err } = await box.run(['user', 'add', ALICE, SECRET]);
      expect({ code, out, err }).to.deep.equal({ code: 1, out: '', err: `holdfast: ${ALICE} exists already\n` });
    });
  });
}

describe('accounts that the command line made', () => {
  let box: Sandbox;

  beforeEach(() => {
    box = new Sandbox();
  });
  afterEach(() => box.close());

  it('log in, with the newest password, until they are gone', async () => {
    box.configure();
    await box.run(['user', 'add', ALICE, SECRET]);
    const program = await box.start();
    const login = async (password: string): Promise<boolean> => {
      const session = new RawSession(program.boshUrl);
      await session.open();
      const isIn = await session.login('alice', password).then(
        () => true,
        () => false,
      );
      session.close();
      return isIn;
    };
    expect(await login(SECRET)).to.equal(true);
    await box.run(['user', 'passwd', ALICE, 'another one']);
    expect([await login(SECRET), await login('another one')]).to.deep.equal([false, true]);
    await box.run(['user', 'del', ALICE]);
    expect(await login('another one')).to.equal(false);
  });

  it('leave nothing behind when they go, also without a server: no file, and nobody subscribed', async () => {
    const bob = 'bob@localhost';
    box.configure();
    const id = 'abcdefghijklmnopqrstuvwxyz234567';
    await inStore(async (store) => {
      const keys = {
        salt: new Uint8Array(),
        iterations: 4096,
        storedKey: new Uint8Array(),
        serverKey: new Uint8Array(),
      };
      const credentials = { 'sha-1': keys, 'sha-256': keys, 'sha-512': keys };
      for (const [own, contact] of [
        [ALICE, bob],
        [bob, ALICE],
      ] as const) {
        await store.accounts.create({ id: own, credentials, createdAt: 0 });
        const item = { contact, groups: [], subscription: 'both', ask: false, approved: false, listed: true } as const;
        await store.roster.put(own, item);
      }
      await store.documents.put(ALICE, 'upload', { key: id, text: '{"size":3}' }, 10);
    });
    const files = new DiskFiles(box.path('data/uploads'));
    await files.receive(id, { name: 'a.txt', size: 3 }, Readable.from(['abc']));
    expect((await box.run(['user', 'del', ALICE])).out).to.equal(`${ALICE} is gone.\n`);
    expect(await files.find(id)).to.equal(undefined);
    await inStore(async (store) => {
      const { items } = await store.roster.load(bob);
      expect(items.map(({ contact, subscription }) => [contact, subscription])).to.deep.equal([[ALICE, 'none']]);
      expect(await store.accounts.find(ALICE)).to.equal(undefined);
    });
  });

  async function inStore(work: (store: Store) => Promise<void>): Promise<void> {
    mkdirSync(box.path('data'), { recursive: true });
    const store = await openSqliteStore({ file: box.path('data/holdfast.db') });
    try {
      await work(store);
    } finally {
      await store.close();
    }
  }

  it('are not made in a store that forgets them at once', async () => {
    box.configure(`${CONFIG}storage: { driver: memory }\n`);
    const { code, err } = await box.run(['user', 'add', ALICE, SECRET]);
    expect([code, err]).to.deep.equal([
      1,
      'holdfast: storage.driver is "memory": there is nothing without a running server\n',
    ]);
    await box.start();
    expect((await box.run(['user', 'add', ALICE, SECRET])).code).to.equal(0);
  });

  it('are made in a store, which looking for them does not make', async () => {
    box.configure();
    expect((await box.run(['user', 'list'])).out).to.equal('There are no accounts.\n');
    expect(existsSync(box.path('data'))).to.equal(false);
  });
});
