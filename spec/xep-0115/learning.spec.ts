import { expect } from 'chai';
import { seconds } from '../../lib/base/time.ts';
import caps from '../../lib/modules/caps/index.ts';
import disco from '../../lib/modules/disco/index.ts';
import { CAPABILITIES, PATIENCE } from '../../lib/modules/caps/capabilities.ts';
import type { Element } from '../../lib/xml/index.ts';
import { Stanza } from '../../lib/xmpp/stanza.ts';
import { verificationString } from '../../lib/xmpp/payloads/entity-caps.ts';
import { element, jid, type FakeClient } from '../core/world.ts';
import { ImWorld } from '../support/im-world.ts';

const INFO = 'http://jabber.org/protocol/disco#info';
const FEATURES = ['http://jabber.org/protocol/caps', 'urn:tune+notify'];
const VER = verificationString({ identities: [{ category: 'client', type: 'pc' }], features: FEATURES, forms: [] });

describe('XEP-0115 §5.4 capabilities of clients', () => {
  let world: ImWorld;
  let told: string[];

  beforeEach(() => {
    told = [];
    world = new ImWorld({
      modules: (host) => {
        host.use(disco);
        host.use(caps);
      },
    });
    world.host.services
      .find(CAPABILITIES)
      ?.watch((resource, added) => void told.push(`${resource.resource}: ${[...added].join(' ')}`));
  });

  /** A client that announces a string; what it got for that is there to be looked at. */
  async function announcing(address: string, ver = VER, hash = 'sha-1'): Promise<FakeClient> {
    const client = world.client(address);
    client.sends(
      `<presence><c xmlns='http://jabber.org/protocol/caps' hash='${hash}' node='urn:node' ver='${ver}'/></presence>`,
    );
    await world.settle();
    return client;
  }

  /** The question in what a client got; undefined for none. */
  function question(client: FakeClient): Element | undefined {
    return client.take().find((stanza) => stanza.name === 'iq' && stanza.child('query', INFO));
  }

  function answerTo(asked: Element | undefined, features: readonly string[], more = ''): string {
    const { id, from } = asked?.attrs ?? {};
    const list = features.map((feature) => `<feature var='${feature}'/>`).join('');
    return `<iq type='result' id='${id}' to='${from}'><query xmlns='${INFO}'><identity category='client' type='pc'/>${list}${more}</query></iq>`;
  }

  async function answers(
    client: FakeClient,
    asked: Element | undefined,
    features = FEATURES,
    more = '',
  ): Promise<void> {
    client.sends(answerTo(asked, features, more));
    await world.settle();
  }

  const known = (address: string): readonly string[] => [
    ...(world.host.services.find(CAPABILITIES)?.features(jid(address)) ?? []),
  ];

  it('§6.2 a string that is not known is asked about, at the node of the string', async () => {
    const asked = question(await announcing('a@capulet.example/1'));
    expect(asked?.attrs).to.include({ type: 'get', from: 'capulet.example', to: 'a@capulet.example/1' });
    expect(asked?.child('query', INFO)?.attrs['node']).to.equal(`urn:node#${VER}`);
  });

  it('is known when the answer fits, also for those who announce it later, who are not asked', async () => {
    const first = await announcing('a@capulet.example/1');
    await answers(first, question(first));
    expect(known('a@capulet.example/1')).to.deep.equal(FEATURES);
    const second = await announcing('b@capulet.example/2');
    expect(question(second)).to.equal(undefined);
    expect(known('b@capulet.example/2')).to.deep.equal(FEATURES);
    expect(told).to.deep.equal([`1: ${FEATURES.join(' ')}`, `2: ${FEATURES.join(' ')}`]);
  });

  it('is asked of one while others wait', async () => {
    const first = await announcing('a@capulet.example/1');
    const second = await announcing('b@capulet.example/2');
    expect(question(second)).to.equal(undefined);
    await answers(first, question(first));
    expect(known('b@capulet.example/2')).to.deep.equal(FEATURES);
  });

  for (const [what, features, more] of [
    ['does not fit', ['urn:something-else+notify'], ''],
    ['has a feature twice', [...FEATURES, FEATURES[0] ?? ''], ''],
    ['has an identity twice', FEATURES, "<identity category='client' type='pc'/>"],
  ] as const) {
    it(`an answer that ${what} counts for that client alone, and the next one is asked`, async () => {
      const first = await announcing('a@capulet.example/1');
      const second = await announcing('b@capulet.example/2');
      await answers(first, question(first), [...features], more);
      expect(known('a@capulet.example/1')).to.deep.equal([...new Set(features)]);
      expect(known('b@capulet.example/2')).to.deep.equal([]);
      await answers(second, question(second));
      expect(known('b@capulet.example/2')).to.deep.equal(FEATURES);
      expect(question(await announcing('c@capulet.example/3'))).to.equal(undefined);
    });
  }

  it('an error is no answer, and no patience is endless: the next one is asked', async () => {
    const first = await announcing('a@capulet.example/1');
    const second = await announcing('b@capulet.example/2');
    const third = await announcing('c@capulet.example/3');
    first.sends(`<iq type='error' id='${question(first)?.attrs['id']}' to='capulet.example'/>`);
    await world.settle();
    expect(question(second)).not.to.equal(undefined);
    world.clock.advance(PATIENCE);
    await world.settle();
    await answers(third, question(third));
    expect(known('b@capulet.example/2')).to.deep.equal(FEATURES);
  });

  it('an answer from somebody else is none', async () => {
    const asked = question(await announcing('a@capulet.example/1'));
    await answers(world.client('eve@capulet.example/x'), asked);
    expect(known('a@capulet.example/1')).to.deep.equal([]);
  });

  it('§5.4 a hash that is not known counts for each client alone', async () => {
    const first = await announcing('a@capulet.example/1', 'x', 'sha-999');
    const second = await announcing('b@capulet.example/2', 'x', 'sha-999');
    await answers(first, question(first));
    expect(known('a@capulet.example/1')).to.deep.equal(FEATURES);
    expect(known('b@capulet.example/2')).to.deep.equal([]);
    expect(question(second)).not.to.equal(undefined);
  });

  it('§6.1 another string in the same session: only what is new is told', async () => {
    const client = await announcing('a@capulet.example/1');
    await answers(client, question(client));
    const features = [...FEATURES, 'urn:mood+notify'];
    const ver = verificationString({ identities: [{ category: 'client', type: 'pc' }], features, forms: [] });
    client.sends(
      `<presence><c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='urn:node' ver='${ver}'/></presence>`,
    );
    await world.settle();
    await answers(client, question(client), features);
    expect(told).to.deep.equal([`1: ${FEATURES.join(' ')}`, '1: urn:mood+notify']);
  });

  it('a client that is away can do nothing', async () => {
    const client = await announcing('a@capulet.example/1');
    await answers(client, question(client));
    client.sends("<presence type='unavailable'/>");
    await world.settle();
    expect(known('a@capulet.example/1')).to.deep.equal([]);
  });

  it('clients of other servers are asked by the account that got their presence', async () => {
    await world.account('juliet');
    const address = 'romeo@montague.example/orchard';
    await world.comes(
      `<presence from='${address}' to='juliet@capulet.example'><c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='urn:node' ver='${VER}'/></presence>`,
    );
    const [asked] = world.far.filter((stanza) => stanza.child('query', INFO));
    expect(asked?.attrs).to.include({ from: 'juliet@capulet.example', to: address });
    await world.host.route(new Stanza(element(answerTo(asked, FEATURES)), jid(address), jid('juliet@capulet.example')));
    expect(known(address)).to.deep.equal(FEATURES);
    await world.comes(`<presence type='unavailable' from='${address}' to='juliet@capulet.example'/>`);
    expect(known(address)).to.deep.equal([]);
  });

  it('more features than anybody has are none', async () => {
    const client = await announcing('a@capulet.example/1', 'x', 'other');
    const asked = question(client);
    await answers(
      client,
      asked,
      Array.from({ length: 501 }, (_, index) => `urn:${index}`),
    );
    expect(known('a@capulet.example/1')).to.deep.equal([]);
    expect(seconds(30)).to.equal(PATIENCE);
  });
});
