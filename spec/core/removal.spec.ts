import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { expect } from 'chai';
import { openSqliteStore } from '../../lib/storage/sqlite/sqlite-store.ts';
import type { Store } from '../../lib/storage/store.ts';
import { jid, type FakeClient } from '../core/world.ts';
import { AdminWorld, DOMAIN } from '../support/admin-world.ts';
import { CommandClient, outcomeIn } from '../support/command-client.ts';

const JULIET = `juliet@${DOMAIN}`;
const IAGO = `iago@${DOMAIN}`;
const ROOM = `coven@rooms.${DOMAIN}`;
const PUBSUB = 'http://jabber.org/protocol/pubsub';

/** What a user has done in a long life, one thing of each module that keeps something. */
const LIFE: readonly (readonly [what: string, stanza: string])[] = [
  ['a contact', `<iq type='set' id='x'><query xmlns='jabber:iq:roster'><item jid='${IAGO}' name='I'/></query></iq>`],
  ['a subscription', `<presence type='subscribe' to='${IAGO}'/>`],
  ['a vCard', "<iq type='set' id='x'><vCard xmlns='vcard-temp'><FN>Juliet</FN></vCard></iq>"],
  ['private XML', "<iq type='set' id='x'><query xmlns='jabber:iq:private'><n xmlns='urn:n'>x</n></query></iq>"],
  [
    'a blocked address',
    "<iq type='set' id='x'><block xmlns='urn:xmpp:blocking'><item jid='tybalt@far.example'/></block></iq>",
  ],
  [
    'a published item',
    `<iq type='set' id='x'><pubsub xmlns='${PUBSUB}'><publish node='urn:mood'><item id='1'><m xmlns='urn:mood'/></item></publish></pubsub></iq>`,
  ],
  [
    'a bookmark',
    `<iq type='set' id='x'><pubsub xmlns='${PUBSUB}'><publish node='urn:xmpp:bookmarks:1'><item id='${ROOM}'><conference xmlns='urn:xmpp:bookmarks:1'/></item></publish></pubsub></iq>`,
  ],
  [
    'preferences',
    "<iq type='set' id='x'><prefs xmlns='urn:xmpp:mam:2' default='always'><always/><never/></prefs></iq>",
  ],
  ['a message', `<message type='chat' id='m' to='${IAGO}'><body>Wherefore art thou?</body></message>`],
  ['a note to herself', `<message type='chat' id='n' to='${JULIET}'><body>Buy poison</body></message>`],
  [
    'an upload',
    "<iq type='get' id='x' to='shakespeare.lit'><request xmlns='urn:xmpp:http:upload:0' filename='a.txt' size='3'/></iq>",
  ],
  ['push', `<iq type='set' id='x'><enable xmlns='urn:xmpp:push:0' jid='${DOMAIN}' node='n'/></iq>`],
  [
    'an invitation',
    `<iq type='set' id='x' to='${DOMAIN}'><command xmlns='http://jabber.org/protocol/commands' node='urn:xmpp:invite#invite'/></iq>`,
  ],
];

/** Where her address stays: what others have of her is theirs. None of these tables has owners by name. */
const OTHERS = ['archive_messages', 'offline_messages', 'roster_items'];

describe('an account that is removed', () => {
  let folder: string;
  let store: Store;
  let world: AdminWorld;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-'));
    store = await openSqliteStore({ file: join(folder, 'holdfast.db') });
    world = await AdminWorld.open({
      store,
      config: {
        hosts: { [DOMAIN]: { admins: [`bard@${DOMAIN}`], registration: 'invite' } },
        http: { public_url: 'https://chat.example' },
        upload: { folder: join(folder, 'uploads') },
      },
    });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Everything that happens, happens; a store with a thread takes a while. */
  async function settle(): Promise<void> {
    for (let turn = 0; turn < 10; turn += 1) {
      await world.settle();
      await store.lastSeen.get(JULIET);
    }
  }

  async function does(client: FakeClient, stanza: string): Promise<void> {
    client.sends(stanza);
    await settle();
  }

  /** Rows, as table and text, in which something stands. */
  function rowsWith(text: string): string[] {
    const db = new DatabaseSync(join(folder, 'holdfast.db'), { readOnly: true });
    const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all() as { name: string }[];
    const found = tables.flatMap(({ name }) =>
      (db.prepare(`SELECT * FROM "${name}"`).all() as Record<string, unknown>[])
        .map((row) => JSON.stringify(row))
        .filter((row) => row.includes(text))
        .map((row) => `${name} ${row}`),
    );
    db.close();
    return found;
  }

  /** Under which number a table knows her. */
  function numberIn(table: string): number {
    const row = rowsWith(JULIET).find((each) => each.startsWith(`${table} `));
    if (!row) throw new Error(`she is not in ${table}`);
    return (JSON.parse(row.slice(table.length + 1)) as { id: number }).id;
  }

  it('leaves nothing of itself in the store', async () => {
    const juliet = await world.online(`${JULIET}/balcony`);
    for (const [what, stanza] of LIFE) {
      await does(juliet, stanza);
      const refused = juliet.take().filter(({ attrs }) => attrs['type'] === 'error');
      expect(refused.map(String), what).to.deep.equal([]);
    }
    const iago = await world.online(`${IAGO}/street`);
    await does(iago, `<presence to='${ROOM}/iago'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
    await does(
      iago,
      `<iq type='set' id='x' to='${ROOM}'><query xmlns='http://jabber.org/protocol/muc#owner'>` +
        "<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>http://jabber.org/protocol/muc#roomconfig</value></field>" +
        "<field var='muc#roomconfig_persistentroom'><value>1</value></field></x></query></iq>",
    );
    await does(
      iago,
      `<iq type='set' id='x' to='${ROOM}'><query xmlns='http://jabber.org/protocol/muc#admin'>` +
        `<item affiliation='member' jid='${JULIET}'/></query></iq>`,
    );
    const hats = new CommandClient(iago, ROOM, settle);
    const hat = { 'hats#uri': 'urn:hat' };
    await hats.does('urn:xmpp:hats:commands:create', { ...hat, 'hats#title': 'Hat' });
    expect(outcomeIn(await hats.does('urn:xmpp:hats:commands:assign', { ...hat, 'hats#jid': JULIET }))).to.equal(
      'completed',
    );
    const bard = world.commands();
    await bard.does('http://jabber.org/protocol/admin#set-motd', { motd: 'Hello' });
    await world.server.hosts.find(DOMAIN)?.accounts.tokens.issue(JULIET, 'client', 'HT-SHA-256-NONE');
    juliet.transport.close();
    await settle();
    await does(iago, `<message type='chat' id='o' to='${JULIET}'><body>Are you there?</body></message>`);
    await bard.does('http://jabber.org/protocol/admin#disable-user', { accountjids: JULIET });
    await settle();
    expect(new Set(rowsWith('juliet').map((row) => row.split(' ')[0])).size, 'she was everywhere').to.be.above(6);
    const id = numberIn('accounts');
    const owner = numberIn('archive_owners');

    expect(await world.server.hosts.find(DOMAIN)?.removeAccount(jid(JULIET))).to.equal(true);
    await settle();
    await world.close();
    await store.close();
    const left = rowsWith('juliet').filter((row) => !OTHERS.some((table) => row.startsWith(`${table} `)));
    expect(left).to.deep.equal([]);
    const owned = rowsWith(`"account_id":${id}`).concat(rowsWith(`"owner_id":${owner}`));
    expect(owned, 'nor anything under her number').to.deep.equal([]);
  });
});
