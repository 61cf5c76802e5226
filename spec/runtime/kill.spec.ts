import { expect } from 'chai';
import { openSqliteStore } from '../../lib/storage/sqlite/sqlite-store.ts';
import { RawSession } from '../support/raw-session.ts';
import { Sandbox } from '../support/sandbox.ts';

/** How often the server is killed; more in a campaign: HOLDFAST_KILLS=100. */
const KILLS = Number(process.env['HOLDFAST_KILLS'] ?? 3);
/** Messages of which the client was told before the kill, and those on their way when it comes. */
const TOLD = 20;
const ON_THE_WAY = 20;
const PING = "<iq type='get' id='p' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>";

describe('kill -9', function () {
  this.timeout(20_000 + KILLS * 10_000);
  let box: Sandbox;

  before(async () => {
    box = new Sandbox();
    box.configure();
    for (const name of ['alice', 'bob']) await box.run(['user', 'add', `${name}@localhost`, name]);
  });

  after(() => box.close());

  it(`a message that was confirmed is there, and none twice (${KILLS} kills)`, async () => {
    const told: string[] = [];
    const sent: string[] = [];
    for (let kill = 0; kill < KILLS; kill += 1) await round(kill, sent, told);
    const kept = await texts();
    expect(kept).to.include.members(told);
    expect(sent).to.include.members(kept);
    expect(new Set(kept).size).to.equal(kept.length);
  });

  /** What the answer to a request after it confirms is stored: the kill comes in the middle of more of them. */
  async function round(kill: number, sent: string[], told: string[]): Promise<void> {
    const program = await box.start();
    const session = new RawSession(program.boshUrl);
    await session.open();
    await session.login('alice', 'alice');
    let confirmed = 0;
    const say = async (index: number): Promise<void> => {
      const text = `${kill}-${index}`;
      sent.push(text);
      const message = `<message to='bob@localhost' type='chat'><body>${text}</body></message>`;
      await session.post(`${message}${PING}`);
      told.push(text);
      confirmed += 1;
    };
    for (let index = 0; index < TOLD; index += 1) await say(index);
    const rest = (async () => {
      for (let index = TOLD; index < TOLD + ON_THE_WAY; index += 1) await say(index);
    })().catch(() => undefined);
    while (confirmed <= TOLD + kill) await new Promise((resolve) => setImmediate(resolve));
    program.signal('SIGKILL');
    await Promise.all([program.exited, rest]);
    session.close();
  }

  async function texts(): Promise<string[]> {
    const store = await openSqliteStore({ file: box.path('data/holdfast.db') });
    const messages = await store.offline.list('bob@localhost');
    await store.close();
    return messages.map(({ xml }) => /<body>(.*)<\/body>/.exec(xml)?.[1] ?? '');
  }
});
