import { expect } from 'chai';
import { errorOf, type FakeClient } from '../core/world.ts';
import { overEachStore } from '../support/each-store.ts';
import { events, PepWorld, publish, PUBSUB } from '../support/pep-world.ts';

const NODE = 'urn:xmpp:vcard4';
const SAMIZZI = 'samizzi@capulet.example';
const STPETER = 'stpeter@capulet.example';
const VCARD = '<vcard xmlns="urn:ietf:params:xml:ns:vcard-4.0"><fn><text>Peter Saint-Andre</text></fn></vcard>';

overEachStore('XEP-0292 vCard4', (open) => {
  let world: PepWorld;
  let stpeter: FakeClient;

  beforeEach(async () => {
    world = new PepWorld({ store: await open() });
    for (const name of ['stpeter', 'samizzi', 'stranger']) await world.account(name);
    await world.friends(STPETER, SAMIZZI);
    stpeter = await world.listening(`${STPETER}/squire`);
  });

  const put = (options?: Readonly<Record<string, string>>): Promise<unknown> =>
    world.ask(stpeter, 'set', publish(NODE, `<item>${VCARD}</item>`, options));
  const read = (client: FakeClient) =>
    world.ask(client, 'get', `<pubsub xmlns='${PUBSUB}'><items node='${NODE}'/></pubsub>`, STPETER);

  it('§4.1.1 example 2: is retrieved as it was published', async () => {
    await put();
    expect((await read(world.client(`${SAMIZZI}/foo`))).toString()).to.contain(VCARD);
  });

  it('§4.1.2 there is one: the next takes its place', async () => {
    await put();
    await put();
    const answer = await read(stpeter);
    expect(answer.toString().split(VCARD)).to.have.length(2);
  });

  it('§4.1 XEP-0222 is for all when it is published so', async () => {
    const stranger = world.client('stranger@capulet.example/x');
    await put({ persist_items: 'true', access_model: 'open' });
    expect((await read(stranger)).toString()).to.contain(VCARD);
  });

  it('XEP-0163 §5 is for contacts when nothing is said', async () => {
    await put();
    expect(errorOf(await read(world.client('stranger@capulet.example/x')))).to.equal('auth/not-authorized');
  });

  it('§4.2 contacts that are interested are notified', async () => {
    const samizzi = await world.listening(`${SAMIZZI}/foo`, `${NODE}+notify`);
    await put();
    expect(events(samizzi)[0]).to.match(new RegExp(`^${STPETER} items ${NODE} \\w+$`));
  });
});
