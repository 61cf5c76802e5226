import { expect } from 'chai';
import { seconds } from '../../lib/base/time.ts';
import type { Element } from '../../lib/xml/index.ts';
import { NS_DELAY } from '../../lib/xmpp/ns.ts';
import { StreamError } from '../../lib/xmpp/stream-error.ts';
import type { Payload } from '../../lib/xmpp/transport.ts';
import { brief, element, settled, World, type FakeClient } from './world.ts';

const ROMEO = 'romeo@capulet.example/orchard';
const JULIET = 'juliet@capulet.example';
const START = '2026-01-01T00:00:00.000Z';
const MESSAGES = [
  ['chat', JULIET],
  ['normal', JULIET],
  ['chat', `${JULIET}/balcony`],
  ['normal', `${JULIET}/balcony`],
] as const;

describe('what did not reach a client', () => {
  let world: World;
  let romeo: FakeClient;
  let kept: { readonly stanza: Element; readonly at: number }[];

  async function start(keepsMessages = true): Promise<void> {
    kept = [];
    world = new World({ conflict: 'replace' }).subscribers({ [JULIET]: ['romeo@capulet.example'] });
    if (keepsMessages) {
      world.with((host) =>
        host.hook('message:undeliverable', 'act', ({ stanza, at }) => {
          kept.push({ stanza: stanza.element, at });
          return 'handled';
        }),
      );
    }
    world.start();
    await world.account('juliet');
    romeo = world.client(ROMEO);
  }

  beforeEach(() => start());

  /** The client is gone without having got anything. */
  async function vanish(client: FakeClient): Promise<void> {
    client.session.closed('lost', client.transport.sent.splice(0));
    await settled();
  }

  const stamp = (message: Element | undefined): string | undefined => message?.child('delay', NS_DELAY)?.attrs['stamp'];

  it('X-7-01 presence is dropped', async () => {
    const balcony = world.client(`${JULIET}/balcony`).isAvailable();
    romeo.sends(`<presence to='${JULIET}/balcony'/>`);
    await vanish(balcony);
    expect(romeo.got()).to.deep.equal([]);
  });

  it('X-7-01 a request gets service-unavailable, and its answers are dropped', async () => {
    const balcony = world.client(`${JULIET}/balcony`).isAvailable();
    romeo.sends(`<iq to='${JULIET}/balcony' type='get' id='1'><q xmlns='x'/></iq>`);
    romeo.sends(`<iq to='${JULIET}/balcony' type='result' id='2'/>`);
    romeo.sends(`<iq to='${JULIET}/balcony' type='error' id='3'/>`);
    await vanish(balcony);
    expect(romeo.got()).to.deep.equal([`iq error #1 ${JULIET}/balcony→${ROMEO} q cancel/service-unavailable`]);
  });

  for (const [type, to] of MESSAGES) {
    it(`X-7-01 a message gets recipient-unavailable when nobody keeps it: ${type} to ${to}`, async () => {
      await start(false);
      const balcony = world.client(`${JULIET}/balcony`).isAvailable();
      romeo.sends(`<message to='${to}' type='${type}' id='1'/>`);
      await vanish(balcony);
      expect(romeo.got()).to.deep.equal([`message error #1 ${to}→${ROMEO} wait/recipient-unavailable`]);
    });

    it(`X-7-02 a message is kept, with the time at which it came: ${type} to ${to}`, async () => {
      const balcony = world.client(`${JULIET}/balcony`).isAvailable();
      const sentAt = world.clock.date();
      romeo.sends(`<message to='${to}' type='${type}' id='1'/>`);
      world.clock.advance(seconds(60));
      await vanish(balcony);
      expect(kept.map(({ stanza, at }) => [brief(stanza), at])).to.deep.equal([
        [`message ${type} #1 ${ROMEO}→${to} delay`, sentAt],
      ]);
      expect(stamp(kept[0]?.stanza)).to.equal(START);
      expect(romeo.got()).to.deep.equal([]);
    });
  }

  it('a groupchat message to the resource gets recipient-unavailable, and is never kept', async () => {
    const balcony = world.client(`${JULIET}/balcony`).isAvailable();
    romeo.sends(`<message to='${JULIET}/balcony' type='groupchat' id='1'/>`);
    await vanish(balcony);
    expect(romeo.got()).to.deep.equal([`message error #1 ${JULIET}/balcony→${ROMEO} wait/recipient-unavailable`]);
    expect(kept).to.deep.equal([]);
  });

  for (const type of ['headline', 'error']) {
    it(`a message of type ${type} is ignored`, async () => {
      const balcony = world.client(`${JULIET}/balcony`).isAvailable();
      romeo.sends(`<message to='${JULIET}/balcony' type='${type}' id='1'/>`);
      await vanish(balcony);
      expect(romeo.got()).to.deep.equal([]);
      expect(kept).to.deep.equal([]);
    });
  }

  for (const [type, to] of MESSAGES) {
    it(`a message goes to another resource, stamped with the time at which it came: ${type} to ${to}`, async () => {
      const balcony = world.client(`${JULIET}/balcony`).isAvailable(5);
      const chamber = world.client(`${JULIET}/chamber`).isAvailable(1);
      romeo.sends(`<message to='${to}' type='${type}' id='1'/>`);
      expect(chamber.got()).to.deep.equal([]);
      world.clock.advance(seconds(60));
      await vanish(balcony);
      const message = chamber.one();
      expect(brief(message)).to.equal(`message ${type} #1 ${ROMEO}→${to} delay`);
      expect(stamp(message)).to.equal(START);
      expect(message.child('delay', NS_DELAY)?.attrs['from']).to.equal('capulet.example');
      expect(kept).to.deep.equal([]);
    });
  }

  it('a message that fails twice keeps its first stamp', async () => {
    const balcony = world.client(`${JULIET}/balcony`).isAvailable(5);
    const chamber = world.client(`${JULIET}/chamber`).isAvailable(1);
    const kitchen = world.client(`${JULIET}/kitchen`).isAvailable(0);
    romeo.sends(`<message to='${JULIET}' type='chat' id='1'/>`);
    await vanish(balcony);
    world.clock.advance(seconds(60));
    await vanish(chamber);
    const message = kitchen.one();
    expect(brief(message)).to.equal(`message chat #1 ${ROMEO}→${JULIET} delay`);
    expect(stamp(message)).to.equal(START);
  });

  it('a message that another resource has got is not sent to it again', async () => {
    const balcony = world.client(`${JULIET}/balcony`).isAvailable(5);
    const chamber = world.client(`${JULIET}/chamber`).isAvailable(5);
    romeo.sends(`<message to='${JULIET}' type='chat' id='1'/>`);
    expect(chamber.got()).to.have.length(1);
    await vanish(balcony);
    expect(chamber.got()).to.deep.equal([]);
    expect(kept).to.deep.equal([]);
  });

  it('a message that none of several resources has got is kept once', async () => {
    const balcony = world.client(`${JULIET}/balcony`).isAvailable(5);
    const chamber = world.client(`${JULIET}/chamber`).isAvailable(5);
    romeo.sends(`<message to='${JULIET}' type='chat' id='1'/>`);
    await vanish(balcony);
    await vanish(chamber);
    expect(kept.map(({ stanza }) => brief(stanza))).to.deep.equal([`message chat #1 ${ROMEO}→${JULIET} delay`]);
  });

  it('a headline to the account goes to those who came since, when nobody has got it', async () => {
    const balcony = world.client(`${JULIET}/balcony`).isAvailable();
    romeo.sends(`<message to='${JULIET}' type='headline' id='1'/>`);
    const chamber = world.client(`${JULIET}/chamber`).isAvailable();
    await vanish(balcony);
    expect(chamber.got()).to.deep.equal([`message headline #1 ${ROMEO}→${JULIET} delay`]);
  });

  it('keeps its order', async () => {
    const balcony = world.client(`${JULIET}/balcony`).isAvailable();
    for (const id of ['1', '2', '3']) romeo.sends(`<message to='${JULIET}' type='chat' id='${id}'/>`);
    await vanish(balcony);
    expect(kept.map(({ stanza }) => stanza.attrs['id'])).to.deep.equal(['1', '2', '3']);
  });

  it('goes its way, too, when the server ended the session', async () => {
    const balcony = world.client(`${JULIET}/balcony`).isAvailable();
    romeo.sends(`<message to='${JULIET}' type='chat' id='1'/>`);
    const undelivered = balcony.transport.sent.splice(0);
    balcony.transport.session = undefined;
    balcony.session.end(new StreamError('system-shutdown'));
    balcony.session.closed('lost', undelivered);
    await settled();
    expect(kept).to.have.length(1);
  });

  it('includes what is sent to a session after its end', async () => {
    const balcony = world.client(`${JULIET}/balcony`).isAvailable();
    romeo.sends(`<message to='${JULIET}' type='chat' id='1'/>`);
    const [payload] = balcony.transport.sent.splice(0);
    balcony.session.closed('graceful', []);
    if (payload) balcony.session.send(payload as Parameters<typeof balcony.session.send>[0]);
    await settled();
    expect(kept).to.have.length(1);
  });

  it('may be given back as bare elements, and what is no stanza is the stream’s own', async () => {
    const balcony = world.client(`${JULIET}/balcony`).isAvailable();
    const texts = [
      "<a xmlns='urn:xmpp:sm:3' h='1'/>",
      `<message from='${ROMEO}' to='${JULIET}/balcony' type='chat' id='1'/>`,
      "<iq type='get' id='2'><x xmlns='x'/></iq>",
    ];
    const payloads: Payload[] = texts.map((xml) => ({ xml, element: element(xml) }));
    balcony.session.closed('lost', payloads);
    await settled();
    expect(kept.map(({ stanza }) => brief(stanza))).to.deep.equal([`message chat #1 ${ROMEO}→${JULIET}/balcony`]);
    expect(romeo.got()).to.deep.equal([]);
  });

  it('runs after the end of the session was told', async () => {
    const order: string[] = [];
    world.host.hooks.add('session:ended', 'act', { module: 'spec', rank: 0 }, () => void order.push('ended'));
    world.host.hooks.add('message:undeliverable', 'filter', { module: 'spec', rank: 0 }, () => void order.push('kept'));
    const balcony = world.client(`${JULIET}/balcony`).isAvailable();
    romeo.sends(`<message to='${JULIET}' type='chat' id='1'/>`);
    await vanish(balcony);
    expect(order).to.deep.equal(['ended', 'kept']);
  });
});
