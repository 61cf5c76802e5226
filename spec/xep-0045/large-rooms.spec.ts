import { expect } from 'chai';
import { createMemoryStore } from '../../lib/storage/memory.ts';
import type { DocumentStore, Store } from '../../lib/storage/store.ts';
import type { Element } from '../../lib/xml/index.ts';
import { element, type FakeClient } from '../core/world.ts';
import { COVEN, MUC, MucWorld, SERVICE } from '../support/muc-world.ts';

const OCCUPANTS = 200;
const BURST = 50;
/** How often a part of a stanza may be looked at, whoever many get it: it is written two times, and checked. */
const LOOKS = 20;

describe('a room with 200 occupants', () => {
  let world: MucWorld;
  let clients: FakeClient[];
  const asked: string[] = [];

  before(async () => {
    world = new MucWorld({}, recording(createMemoryStore(), asked));
    clients = [await world.room()];
    for (let count = 1; count < OCCUPANTS; count += 1) clients.push(enter(`user${count}`));
    await world.settle();
  });

  beforeEach(() => {
    for (const client of clients) client.take();
  });

  function enter(name: string, content?: Element): FakeClient {
    const client = world.client(`${name}@capulet.example/tab`);
    const presence = element(`<presence to='${COVEN}/${name}'><x xmlns='${MUC}'/></presence>`);
    if (content) presence.append(content);
    client.session.receive(presence);
    return client;
  }

  it('writes a message for all of them at once, and everybody gets all of a burst', () => {
    const looks: (() => number)[] = [];
    for (let each = 0; each < BURST; each += 1) {
      const message = element(`<message type='groupchat' to='${COVEN}'><body>${each}</body></message>`);
      const [body] = message.getChildElements();
      if (body) looks.push(countLooks(body));
      clients[0]?.session.receive(message);
    }
    for (const client of clients) {
      expect(client.transport.sent.map(({ xml }) => /<body>(\d+)/.exec(xml)?.[1])).to.deep.equal(
        Array.from({ length: BURST }, (_, each) => String(each)),
      );
    }
    for (const count of looks) expect(count()).to.be.within(2, LOOKS);
  });

  it('gives each client its own address in the same text', () => {
    clients[0]?.sends(`<message type='groupchat' to='${COVEN}'><body>a &amp; b</body></message>`);
    const texts = clients.map((client) => {
      const [payload] = client.transport.sent;
      expect(payload?.element.attrs['to']).to.equal(client.jid);
      expect(payload?.xml).to.equal(
        payload?.element
          .toString()
          .replace(/ to="[^"]*"/, '')
          .replace('<message', `<message to="${client.jid}"`),
      );
      return payload?.xml.replace(client.jid, 'X');
    });
    expect(new Set(texts).size).to.equal(1);
  });

  it('writes presence for all of them at once, and not again for those who come later', () => {
    const status = element('<status>here</status>');
    const looks = countLooks(status);
    enter('first', status);
    for (let count = 0; count < 20; count += 1) enter(`later${count}`);
    expect(looks()).to.be.within(2, LOOKS);
  });

  it('asks nothing of what is kept', async () => {
    asked.length = 0;
    await world.says(enter('last'), 'Hail!');
    expect(asked.filter((owner) => owner.endsWith(SERVICE))).to.deep.equal([]);
  });
});

/** A store that notes whose documents it is asked for. */
function recording(store: Store, asked: string[]): Store {
  const documents = new Proxy(store.documents, {
    get:
      (target, name: keyof DocumentStore) =>
      (owner: string, ...rest: unknown[]) => {
        asked.push(owner);
        return Reflect.apply(target[name], target, [owner, ...rest]) as unknown;
      },
  });
  return { ...store, documents, secret: (name) => store.secret(name), close: () => store.close() };
}

/** Counts how often somebody looks at the attributes of an element, as who writes it must. */
function countLooks(target: Element): () => number {
  const { attrs } = target;
  let count = 0;
  Object.defineProperty(target, 'attrs', {
    get: () => {
      count += 1;
      return attrs;
    },
  });
  return () => count;
}
