import { once } from 'node:events';
import { expect } from 'chai';
import { createClient, type Agent } from 'stanza';
import { $iq, $pres } from 'strophe.js';
import type { HoldfastServer } from '../../lib/server.ts';
import { createMemoryStore } from '../../lib/storage/memory.ts';
import { openSqliteStore } from '../../lib/storage/sqlite/sqlite-store.ts';
import type { Store } from '../../lib/storage/store.ts';
import { startServer } from '../support/running-server.ts';
import { Sandbox } from '../support/sandbox.ts';
import { StropheClient } from '../support/strophe-client.ts';

const MAM = 'urn:xmpp:mam:2';
const WORDS = Array.from({ length: 30 }, (_, index) => `message ${index}`);

const sandbox = new Sandbox();
const STORES: readonly (readonly [string, () => Promise<Store>])[] = [
  ['memory', async () => createMemoryStore()],
  ['SQLite', () => openSqliteStore({ file: sandbox.path('holdfast.db') })],
];

for (const [kind, open] of STORES) {
  describe(`history and copies over BOSH, in ${kind}`, () => {
    let server: HoldfastServer;
    let stropheClients: StropheClient[];
    let agents: Agent[];

    before(async () => {
      server = await startServer(['alice', 'bob'], {}, { store: await open() });
    });

    beforeEach(async () => {
      stropheClients = [];
      agents = [];
      for (const host of server.hosts.all()) {
        for (const owner of await host.store.archive.owners(10)) await host.store.archive.clear(owner);
      }
    });

    afterEach(async () => {
      for (const agent of agents) await leave(agent);
      for (const client of stropheClients) await client.logout();
    });

    after(async () => {
      await server.close({ drain: 0 });
      if (kind === 'SQLite') await sandbox.close();
    });

    function strophe(name: string): StropheClient {
      const client = new StropheClient(server.boshUrl, name);
      stropheClients.push(client);
      return client;
    }

    async function online(name: string): Promise<StropheClient> {
      const client = strophe(name);
      await client.login();
      return client;
    }

    async function stanza(name: string): Promise<Agent> {
      const agent = createClient({
        jid: `${name}@localhost`,
        password: name,
        transports: { bosh: server.boshUrl, websocket: false },
        autoReconnect: false,
      });
      agents.push(agent);
      const started = once(agent, 'session:started');
      agent.connect();
      await started;
      return agent;
    }

    async function leave(agent: Agent): Promise<void> {
      if (!agent.transport) return;
      await agent.ping('localhost');
      const gone = once(agent, 'disconnected');
      agent.disconnect();
      await gone;
    }

    /** A query of the last messages, as Converse.js asks for them. */
    function lastPage(max: number, before = ''): unknown {
      return $iq({ type: 'set' })
        .c('query', { xmlns: MAM, queryid: 'q' })
        .c('set', { xmlns: 'http://jabber.org/protocol/rsm' })
        .c('max')
        .t(String(max))
        .up()
        .c('before')
        .t(before);
    }

    it('Strophe.js pages back through what was said, and sees each message once', async () => {
      const alice = await online('alice');
      const bob = await online('bob');
      alice.chat('bob@localhost', ...WORDS.slice(0, 15));
      await bob.until(() => bob.messages.length === 15);
      bob.chat('alice@localhost', ...WORDS.slice(15));
      await alice.until(() => alice.messages.length === 15);
      const reader = strophe('bob');
      await reader.connect();
      let before = '';
      const pages: string[][] = [];
      for (let complete = false; !complete;) {
        const seen = reader.messages.length;
        const answer = await reader.ask(lastPage(12, before));
        pages.unshift(reader.messages.slice(seen).map(({ body }) => body));
        before = answer.getElementsByTagName('first')[0]?.textContent ?? '';
        complete = answer.getElementsByTagName('fin')[0]?.getAttribute('complete') === 'true';
      }
      expect(pages.map(({ length }) => length)).to.deep.equal([6, 12, 12]);
      expect(pages.flat()).to.deep.equal(WORDS);
    });

    it('Strophe.js finds in the archive what it missed, and is not given it again', async () => {
      const alice = await online('alice');
      alice.chat('bob@localhost', 'one', 'two', 'three');
      await alice.roster();
      const bob = strophe('bob');
      await bob.connect();
      await bob.ask(lastPage(50));
      bob.send($pres());
      await bob.until(() => bob.presences.some(({ from }) => from === bob.jid));
      await bob.roster();
      expect(bob.messages.map(({ body }) => body)).to.deep.equal(['one', 'two', 'three']);
    });

    it('stanza searches the history, by contact and by time', async () => {
      const alice = await stanza('alice');
      const start = new Date();
      alice.sendMessage({ to: 'bob@localhost', type: 'chat', body: 'to bob' });
      alice.sendMessage({ to: 'alice@localhost', type: 'chat', body: 'a note' });
      const all = await alice.searchHistory({ paging: { max: 10 }, start });
      expect(all.results?.map(({ item }) => item.message?.body)).to.deep.equal(['to bob', 'a note']);
      expect(all.complete).to.equal(true);
      const some = await alice.searchHistory({ with: 'bob@localhost', paging: { max: 10 } });
      expect(some.results?.map(({ item }) => item.message?.body)).to.deep.equal(['to bob']);
      const none = await alice.searchHistory({ end: new Date(start.getTime() - 60_000) });
      expect(none.results).to.deep.equal([]);
    });

    it('stanza reads and changes the preferences', async () => {
      const alice = await stanza('alice');
      expect((await alice.getHistoryPreferences()).default).to.equal('always');
      await alice.setHistoryPreferences({ default: 'roster', never: ['bob@localhost'] });
      expect(await alice.getHistoryPreferences()).to.deep.include({ default: 'roster', never: ['bob@localhost'] });
      await alice.setHistoryPreferences({ default: 'always' });
    });

    it('stanza gets copies of what its other client sends and gets', async () => {
      const [desk, phone, bob] = [await stanza('alice'), await stanza('alice'), await online('bob')];
      const copies: (string | undefined)[] = [];
      phone.on('carbon:sent', ({ carbon }) => void copies.push(`sent ${carbon.forward.message?.body}`));
      phone.on('carbon:received', ({ carbon }) => void copies.push(`received ${carbon.forward.message?.body}`));
      await phone.enableCarbons();
      desk.sendMessage({ to: 'bob@localhost', type: 'chat', body: 'hello' });
      while (copies.length < 1) await once(phone, '*');
      bob.chat(desk.jid, 'hi');
      while (copies.length < 2) await once(phone, '*');
      expect(copies).to.deep.equal(['sent hello', 'received hi']);
    });
  });
}
