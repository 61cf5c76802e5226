import { expect } from 'chai';
import blocking from '../../lib/modules/blocking/index.ts';
import { createMemoryStore } from '../../lib/storage/memory.ts';
import { StoreError } from '../../lib/storage/store.ts';
import { errorOf, type FakeClient } from '../core/world.ts';
import { events, PepWorld, publish, PUBSUB } from '../support/pep-world.ts';

const TUNE = 'http://jabber.org/protocol/tune';
const NOTIFY = `${TUNE}+notify`;
const JULIET = 'juliet@capulet.example';
const NURSE = 'nurse@capulet.example';
const ROMEO = 'romeo@montague.example/orchard';
const ITEM = `<item id='current'><tune xmlns='${TUNE}'/></item>`;
const OPEN = { access_model: 'open' };

describe('XEP-0163 §4.3.3, XEP-0191: events and those who are blocked', () => {
  let world: PepWorld;
  let balcony: FakeClient;
  let chamber: FakeClient;

  beforeEach(async () => {
    world = new PepWorld({ modules: (host) => host.use(blocking) });
    for (const name of ['juliet', 'nurse']) await world.account(name);
    await world.friends(JULIET, NURSE);
    balcony = await world.listening(`${JULIET}/balcony`, NOTIFY);
    chamber = await world.listening(`${NURSE}/chamber`, NOTIFY);
    balcony.take();
  });

  async function command(name: 'block' | 'unblock', by: FakeClient, jid: string): Promise<void> {
    await world.ask(by, 'set', `<${name} xmlns='urn:xmpp:blocking'><item jid='${jid}'/></${name}>`);
    for (const client of [balcony, chamber]) client.take();
  }

  async function play(by = balcony, options?: Readonly<Record<string, string>>): Promise<void> {
    await world.ask(by, 'set', publish(TUNE, ITEM, options));
  }

  it('whom the publisher has blocked is not told; others are', async () => {
    await command('block', balcony, NURSE);
    await play();
    expect(events(chamber)).to.deep.equal([]);
    expect(events(balcony)).to.have.length(1);
  });

  it('who has blocked the publisher is not told', async () => {
    await command('block', chamber, JULIET);
    await play();
    expect(events(chamber)).to.deep.equal([]);
  });

  it('one resource can be blocked alone, and a whole domain', async () => {
    const street = await world.listening(`${NURSE}/street`, NOTIFY);
    await world.farAway(ROMEO, JULIET, NOTIFY);
    world.far.splice(0);
    await command('block', balcony, `${NURSE}/chamber`);
    await command('block', balcony, 'montague.example');
    street.take();
    await play(balcony, OPEN);
    expect([chamber, street].map((client) => events(client).length)).to.deep.equal([0, 1]);
    expect(world.far.filter(({ name }) => name === 'message')).to.deep.equal([]);
  });

  it('strangers who share presence, and the node is open', async () => {
    await world.farAway(ROMEO, JULIET, NOTIFY);
    await play(balcony, OPEN);
    expect(world.far.filter(({ name }) => name === 'message')).to.have.length(1);
    await command('block', balcony, 'romeo@montague.example');
    world.far.splice(0);
    await play(balcony);
    expect(world.far.filter(({ name }) => name === 'message')).to.deep.equal([]);
  });

  it('a subscription is no way round it, and is there again afterwards', async () => {
    await play(balcony, OPEN);
    const subscribe = `<pubsub xmlns='${PUBSUB}'><subscribe node='${TUNE}' jid='${NURSE}'/></pubsub>`;
    await world.ask(chamber, 'set', subscribe, JULIET);
    await command('block', balcony, NURSE);
    await play();
    expect(events(chamber)).to.deep.equal([]);
    await command('unblock', balcony, NURSE);
    await play();
    expect(events(chamber)).not.to.deep.equal([]);
  });

  it('the last item does not come to those who come later', async () => {
    await play();
    await command('block', balcony, NURSE);
    expect(events(await world.arriving(`${NURSE}/street`, NOTIFY))).to.deep.equal([]);
    await command('unblock', balcony, NURSE);
    await command('block', chamber, JULIET);
    expect(events(await world.arriving(`${NURSE}/garden`, NOTIFY))).to.deep.equal([]);
  });

  it('they may not read either: what they ask is refused', async () => {
    await play(balcony, OPEN);
    await command('block', balcony, NURSE);
    const answer = await world.ask(
      chamber,
      'get',
      `<pubsub xmlns='${PUBSUB}'><items node='${TUNE}'/></pubsub>`,
      JULIET,
    );
    expect(errorOf(answer)).to.equal('cancel/service-unavailable');
  });

  it('whoever is unblocked is told again', async () => {
    await command('block', balcony, NURSE);
    await command('unblock', balcony, NURSE);
    await play();
    expect(events(chamber)).to.have.length(1);
  });

  it('a list that cannot be read lets nothing out', async () => {
    const store = createMemoryStore();
    world = new PepWorld({ store, modules: (host) => host.use(blocking) });
    for (const name of ['juliet', 'nurse']) await world.account(name);
    await world.friends(JULIET, NURSE);
    const list = store.documents.list.bind(store.documents);
    store.documents.list = async (account, kind) => {
      if (account === JULIET && kind === 'blocked') throw new StoreError('broken');
      return list(account, kind);
    };
    chamber = await world.listening(`${NURSE}/chamber`, NOTIFY);
    balcony = world.client(`${JULIET}/balcony`);
    expect(errorOf(await world.ask(balcony, 'set', publish(TUNE, ITEM)))).to.contain('internal-server-error');
    expect(events(chamber)).to.deep.equal([]);
  });
});
