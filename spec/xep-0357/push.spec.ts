import { expect } from 'chai';
import { REMOTE } from '../../lib/core/remote.ts';
import csi from '../../lib/modules/csi/index.ts';
import offline from '../../lib/modules/offline/index.ts';
import push from '../../lib/modules/push/index.ts';
import type { Element } from '../../lib/xml/index.ts';
import { StanzaError } from '../../lib/xmpp/stanza-error.ts';
import { Stanza } from '../../lib/xmpp/stanza.ts';
import { element, errorOf, jid, settled, World, type FakeClient } from '../core/world.ts';
import '../support/chai-xml.ts';

const SERVICE = 'push.client.example';
const ENABLE = `<enable xmlns='urn:xmpp:push:0' jid='${SERVICE}' node='yxs32'/>`;
const OPTIONS = `<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>http://jabber.org/protocol/pubsub#publish-options</value></field><field var='secret'><value>eruio234vzxc2kla-91</value></field></x>`;
const WITH_OPTIONS = ENABLE.replace('/>', `>${OPTIONS}</enable>`);

describe('XEP-0357 push notifications', () => {
  let world: World;
  let romeo: FakeClient;
  let juliet: FakeClient;
  let published: Element[];
  let isReachable: boolean;

  beforeEach(async () => {
    world = new World();
    world.host.use(offline, { maxMessages: 10 });
    world.host.use(csi);
    world.host.use(push);
    world.start();
    published = [];
    isReachable = true;
    world.host.services.provide(REMOTE, (stanza) => {
      if (!isReachable) throw new StanzaError('remote-server-not-found');
      published.push(stanza.element);
    });
    await world.account('romeo');
    romeo = world.client('romeo@capulet.example/mobile');
    juliet = world.client('juliet@capulet.example/balcony');
  });

  async function ask(payload: string, to = ''): Promise<string | undefined> {
    romeo.sends(`<iq type='set' id='x42' ${to}>${payload}</iq>`);
    await settled();
    return errorOf(romeo.one());
  }

  async function write(inside = '<body>Wherefore art thou?</body>'): Promise<void> {
    juliet.sends(`<message to='romeo@capulet.example' type='chat'>${inside}</message>`);
    await settled();
  }

  async function answer(type: string, error = ''): Promise<void> {
    const id = published.at(-1)?.attrs['id'];
    const iq = element(`<iq xmlns='jabber:client' type='${type}' id='${id}'>${error}</iq>`);
    await world.host.route(new Stanza(iq, jid(SERVICE), jid('capulet.example')));
    await settled();
  }

  it('§4.1 Example 5: is announced by accounts', () => {
    expect(world.host.discovery.account.features).to.include('urn:xmpp:push:0');
  });

  it('§5 Example 8, §7 Example 12: a message for who is away is told to the service, but not what it says', async () => {
    expect(await ask(ENABLE)).to.equal(undefined);
    await write();
    const [iq] = published;
    expect(iq?.attrs).to.include({ type: 'set', from: 'capulet.example', to: SERVICE });
    expect(iq?.getChildElements()[0]).equalXml(
      "<pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='yxs32'><item>" +
        "<notification xmlns='urn:xmpp:push:0'><x xmlns='jabber:x:data' type='submit'>" +
        "<field var='FORM_TYPE' type='hidden'><value>urn:xmpp:push:summary</value></field>" +
        "<field var='message-count'><value>1</value></field></x></notification></item></publish></pubsub>",
    );
    await write();
    expect(String(published[1])).to.contain('<value>2</value>').and.not.to.contain('juliet');
  });

  it('§5 Example 9, §7 Example 13: the last publish options go with it', async () => {
    await ask(ENABLE);
    await ask(WITH_OPTIONS);
    await write();
    expect(published).to.have.length(1);
    expect(published[0]?.getChildElements()[0]?.getChildElements()[1]).equalXml(
      `<publish-options xmlns='http://jabber.org/protocol/pubsub'>${OPTIONS}</publish-options>`,
    );
  });

  it('§7 what nobody can read is not told', async () => {
    await ask(ENABLE);
    await write("<composing xmlns='http://jabber.org/protocol/chatstates'/>");
    expect(published).to.deep.equal([]);
    await write("<encryption xmlns='urn:xmpp:eme:0' namespace='urn:xmpp:omemo:2'/>");
    expect(published).to.have.length(1);
  });

  it('§7 a client that looks needs no notification; one that is inactive does', async () => {
    await ask(ENABLE);
    romeo.isAvailable();
    await write();
    expect(published).to.deep.equal([]);
    romeo.sends("<inactive xmlns='urn:xmpp:csi:0'/>");
    await write();
    expect(published).to.have.length(1);
  });

  it('§6 Examples 10 and 11: one node, or all of a service, is disabled', async () => {
    const other = ENABLE.replace('yxs32', 'other');
    const disable = `<disable xmlns='urn:xmpp:push:0' jid='${SERVICE}'`;
    await ask(ENABLE);
    await ask(other);
    await ask(`${disable} node='other'/>`);
    await write();
    expect(published.map(String).join()).to.contain('yxs32').and.not.to.contain('other');
    await ask(other);
    expect(await ask(`${disable}/>`)).to.equal(undefined);
    await write();
    expect(published).to.have.length(1);
  });

  it('§7.1 a service that refuses is disabled; one that asks to wait is not', async () => {
    const error = (type: string): string => `<error type='${type}'><x xmlns='urn:x'/></error>`;
    await ask(ENABLE);
    await write();
    await answer('error', error('wait'));
    await write();
    await answer('result');
    await write();
    expect(published).to.have.length(3);
    await answer('error', error('cancel'));
    await write();
    expect(published).to.have.length(3);
  });

  it('§7.1 nor is a service asked again that cannot be reached', async () => {
    isReachable = false;
    await ask(ENABLE);
    await write();
    expect(await world.store.documents.list('romeo@capulet.example', 'push')).to.deep.equal([]);
  });

  it('§8 Example 15: the service withdraws', async () => {
    await ask(ENABLE);
    const affiliation = "<affiliation jid='romeo@capulet.example' affiliation='none'/>";
    const pubsub = `<pubsub xmlns='http://jabber.org/protocol/pubsub' node='yxs32'>${affiliation}</pubsub>`;
    const message = element(`<message xmlns='jabber:client'>${pubsub}</message>`);
    await world.host.route(new Stanza(message, jid('other.example'), jid('romeo@capulet.example')));
    await settled();
    expect(await world.store.documents.list('romeo@capulet.example', 'push'), 'not by others').to.have.length(1);
    await world.host.route(new Stanza(message, jid(SERVICE), jid('romeo@capulet.example')));
    await settled();
    expect(await world.store.documents.list('romeo@capulet.example', 'push')).to.deep.equal([]);
  });

  it('what cannot be enabled is refused', async () => {
    expect(await ask("<enable xmlns='urn:xmpp:push:0' node='x'/>")).to.equal('modify/jid-malformed');
    expect(await ask(WITH_OPTIONS.replace('#publish-options', ''))).to.equal('modify/bad-request');
    expect(await ask(WITH_OPTIONS.replace('eruio', 'x'.repeat(4096)))).to.equal('modify/not-acceptable');
    expect(await ask(ENABLE.replace('yxs32', 'x'.repeat(1025)))).to.equal('modify/not-acceptable');
    expect(await ask(ENABLE, "to='juliet@capulet.example'")).to.equal('auth/forbidden');
    for (let count = 0; count < 20; count += 1) await ask(ENABLE.replace('yxs32', String(count)));
    expect(await ask(ENABLE)).to.equal('wait/resource-constraint');
  });
});
