import archive, { type ArchiveOptions } from '../../lib/modules/archive/index.ts';
import carbons from '../../lib/modules/carbons/index.ts';
import disco from '../../lib/modules/disco/index.ts';
import stanzaIds from '../../lib/modules/stanza-ids/index.ts';
import type { Store } from '../../lib/storage/store.ts';
import { createMemoryStore } from '../../lib/storage/memory.ts';
import { openSqliteStore } from '../../lib/storage/sqlite/sqlite-store.ts';
import type { Element } from '../../lib/xml/index.ts';
import type { FakeClient } from '../core/world.ts';
import { ImWorld, type ImOptions } from './im-world.ts';
import { Sandbox } from './sandbox.ts';

/** Things that a store does one after the other, at most, for one stanza. */
const MAX_STEPS = 6;

/** A host with archives, over any store. */
export class ArchiveWorld extends ImWorld {
  constructor(store: Store, options: Partial<ArchiveOptions> = {}, im: ImOptions = {}) {
    super({
      ...im,
      store,
      modules: (host) => {
        host.use(disco);
        host.use(stanzaIds);
        host.use(carbons);
        host.use(archive, { policy: 'always', expireAfter: 0, maxMessages: 1000, ...options });
        im.modules?.(host);
      },
    });
  }

  /** Lets everything happen, what the store does included: it does one thing after the other. */
  override async settle(): Promise<void> {
    for (let step = 0; step < MAX_STEPS; step += 1) {
      await super.settle();
      await this.store.lastSeen.get('nobody@example.com');
    }
    await super.settle();
  }

  /** Sends an IQ and returns what came for it, the answer last. */
  async ask(client: FakeClient, iq: string): Promise<Element[]> {
    client.take();
    client.sends(iq);
    await this.settle();
    return client.take();
  }
}

/** Runs a suite over each kind of store. What its accounts keep is gone after each spec. */
export function overStores(suite: (store: () => Store) => void): void {
  const sandbox = new Sandbox();
  const kinds: readonly (readonly [string, () => Promise<Store>])[] = [
    ['in memory', async () => createMemoryStore()],
    ['in SQLite', () => openSqliteStore({ file: sandbox.path('archive.db') })],
  ];
  after(() => sandbox.close());
  for (const [kind, open] of kinds) {
    describe(kind, () => {
      let store: Store;
      before(async () => {
        store = await open();
      });
      afterEach(async () => {
        for (const owner of await store.archive.owners(100)) await store.archive.clear(owner);
        for (const id of await store.accounts.list('capulet.example', 100)) await store.accounts.remove(id);
      });
      after(() => store.close());
      suite(() => store);
    });
  }
}

/** A query of the own archive. @param fields of the form, those with several values as a list */
export function mamQuery(
  fields: Readonly<Record<string, string | readonly string[]>> = {},
  set = '',
  more = '',
  attributes = '',
): string {
  const values = (value: string | readonly string[]): string =>
    [value]
      .flat()
      .map((each) => `<value>${each}</value>`)
      .join('');
  const inner = Object.entries(fields).map(([name, value]) => `<field var='${name}'>${values(value)}</field>`);
  const form =
    inner.length === 0
      ? ''
      : `<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'><value>urn:xmpp:mam:2</value></field>${inner.join('')}</x>`;
  const rsm = set === '' ? '' : `<set xmlns='http://jabber.org/protocol/rsm'>${set}</set>`;
  return `<iq type='set' id='juliet1'><query xmlns='urn:xmpp:mam:2' ${attributes}>${form}${rsm}${more}</query></iq>`;
}

/** The result inside a message of an answer. */
export function resultOf(message: Element): Element | undefined {
  return message.child('result', 'urn:xmpp:mam:2');
}

/** The archived message inside a message of an answer. */
export function archivedIn(message: Element): Element | undefined {
  return resultOf(message)
    ?.child('forwarded', 'urn:xmpp:forward:0')
    ?.getChildElements()
    .find(({ name }) => name === 'message');
}

/** The end of an answer. */
export function finOf(iq: Element | undefined): Element | undefined {
  return iq?.child('fin', 'urn:xmpp:mam:2');
}
