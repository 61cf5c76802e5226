import { expect } from 'chai';
import type { Element } from '../../lib/xml/index.ts';
import { NS_CHANNEL_SEARCH, NS_DATA, NS_MUCLUMBUS, NS_RSM } from '../../lib/xmpp/ns.ts';
import { fieldsOf } from '../../lib/xmpp/payloads/data-form.ts';
import { errorOf, type FakeClient } from '../core/world.ts';
import { MucWorld, SERVICE } from '../support/muc-world.ts';

type Filled = Readonly<Record<string, string>>;

describe('XEP-0433 channel search', () => {
  let world: MucWorld;
  let hecate: FakeClient;

  before(async () => {
    world = new MucWorld();
    const rooms: readonly (readonly [string, Filled, number])[] = [
      ['coven', { roomname: 'A Dark Cave', roomdesc: 'The place for all good witches!', lang: 'en' }, 3],
      ['heath', { roomname: 'Open Heath', roomdesc: 'Thunder and lightning', whois: 'anyone' }, 2],
      ['castle', { roomname: 'Castle', membersonly: '1' }, 1],
      ['cellar', { roomname: 'Secret Cave', publicroom: '0' }, 1],
    ];
    for (const [local, config, people] of rooms) {
      const room = `${local}@${SERVICE}`;
      await world.room({ persistentroom: '1', ...config }, room);
      for (let count = 1; count < people; count += 1) await world.join(`guest${count}`, room);
    }
    await world.join('firstwitch', `new@${SERVICE}`);
    hecate = await world.person('hecate');
  });

  async function asks(content: string, namespace = NS_CHANNEL_SEARCH, to = SERVICE): Promise<Element> {
    return world.iq(hecate, 'get', `<search xmlns='${namespace}'>${content}</search>`, to);
  }

  function form(fields: Filled, formType = 'urn:xmpp:channel-search:0:search-params'): string {
    const all = Object.entries({ FORM_TYPE: formType, ...fields });
    const written = all.map(([name, value]) => `<field var='${name}'><value>${value}</value></field>`);
    return `<x xmlns='${NS_DATA}' type='submit'>${written.join('')}</x>`;
  }

  /** Localparts of the rooms that are found. */
  async function found(fields: Filled, page = ''): Promise<string[]> {
    const answer = await asks(`${form(fields)}${page}`);
    const items = answer.child('result', NS_CHANNEL_SEARCH)?.getChildElements() ?? [];
    return items.filter(({ name }) => name === 'item').map(({ attrs }) => (attrs['address'] ?? '').split('@')[0] ?? '');
  }

  /** The error, with the condition of the document. */
  async function refused(fields: Filled): Promise<string> {
    const answer = await asks(form(fields));
    const error = answer.getChildElements().find(({ name }) => name === 'error');
    const specific = error?.getChildElements().find((child) => child.getNS() === 'urn:xmpp:channel-search:0:error');
    return `${errorOf(answer)} ${specific?.name}`;
  }

  it('§4.1 example 1: the service announces it', async () => {
    const info = await world.iq(hecate, 'get', "<query xmlns='http://jabber.org/protocol/disco#info'/>", SERVICE);
    expect(info.toString()).to.contain(`var="${NS_CHANNEL_SEARCH}"`).and.to.contain(`var="${NS_MUCLUMBUS}"`);
  });

  it('§4.2.1 examples 2 and 3: the form says what can be searched for', async () => {
    const found = (await asks('')).child('search', NS_CHANNEL_SEARCH)?.child('x', NS_DATA);
    const fields = found ? fieldsOf(found) : new Map<string, readonly string[]>();
    expect(Object.fromEntries(fields)).to.deep.equal({
      FORM_TYPE: ['urn:xmpp:channel-search:0:search-params'],
      q: [],
      all: ['false'],
      sinname: ['true'],
      sindescription: ['true'],
      sinaddress: ['true'],
      min_users: ['0'],
      types: ['xep-0045'],
      key: ['{urn:xmpp:channel-search:0:order}nusers'],
    });
  });

  it('§4.2.2 §6.2 examples 4 and 5: says of a room what is known', async () => {
    const answer = await asks(form({ q: 'witches' }));
    const [item] = answer.child('result', NS_CHANNEL_SEARCH)?.getChildElements() ?? [];
    expect(item?.attrs['address']).to.equal(`coven@${SERVICE}`);
    expect(item?.getChildElements().map(({ name, text }) => [name, text])).to.deep.equal([
      ['name', 'A Dark Cave'],
      ['description', 'The place for all good witches!'],
      ['language', 'en'],
      ['nusers', '3'],
      ['service-type', 'xep-0045'],
      ['is-open', 'true'],
      ['anonymity-mode', 'muc_semianonymous'],
    ]);
    const castle = (await asks(form({ q: 'castle' }))).toString();
    expect(castle).not.to.contain('is-open');
    expect((await asks(form({ q: 'heath' }))).toString()).to.contain('{urn:xmpp:channel-search:0:anonymity}none');
  });

  for (const [what, fields, rooms] of [
    ['every word, in any case, anywhere', { q: 'dark WITCHES' }, ['coven']],
    ['in addresses', { q: 'coven@' }, ['coven']],
    ['in names alone', { q: 'thunder', sindescription: 'false' }, []],
    ['in descriptions alone', { q: 'heath', sinname: '0', sinaddress: '0' }, []],
    ['never hidden rooms, nor those that are not open yet', { q: 'cave' }, ['coven']],
    ['all', { all: 'true' }, ['coven', 'heath', 'castle']],
    ['all by address', { all: '1', key: '{urn:xmpp:channel-search:0:order}address' }, ['castle', 'coven', 'heath']],
    ['with enough people', { all: 'true', min_users: '2' }, ['coven', 'heath']],
    ['of this kind', { all: 'true', types: 'xep-0045' }, ['coven', 'heath', 'castle']],
    ['of another kind', { all: 'true', types: 'xep-0369' }, []],
    ['§5 nothing, which is no error', { q: 'nothing' }, []],
    ['§5 whatever else is in the form', { q: 'dark', other: '1' }, ['coven']],
  ] as const) {
    it(`finds ${what}`, async () => {
      expect(await found(fields)).to.deep.equal(rooms);
    });
  }

  it('pages: forwards, backwards, and how many there are', async () => {
    const set = (inner: string): string => `<set xmlns='${NS_RSM}'>${inner}</set>`;
    const all = { all: 'true', key: '{urn:xmpp:channel-search:0:order}address' };
    expect(await found(all, set('<max>2</max>'))).to.deep.equal(['castle', 'coven']);
    expect(await found(all, set(`<max>2</max><after>coven@${SERVICE}</after>`))).to.deep.equal(['heath']);
    expect(await found(all, set(`<max>1</max><before>heath@${SERVICE}</before>`))).to.deep.equal(['coven']);
    expect(await found(all, set('<max>2</max><before/>'))).to.deep.equal(['coven', 'heath']);
    const answer = await asks(`${form(all)}${set('<max>1</max>')}`);
    expect(answer.child('result', NS_CHANNEL_SEARCH)?.child('set', NS_RSM)?.toString()).to.contain('<count>3</count>');
    expect(errorOf(await asks(`${form(all)}${set('<after>gone@x</after>')}`))).to.equal('cancel/item-not-found');
  });

  for (const [what, fields, error] of [
    ['§4.2.2.2 example 6', { q: 'dark', key: 'name' }, 'modify/feature-not-implemented invalid-sort-key'],
    ['§4.2.2.3 example 7', { q: '  ' }, 'modify/bad-request invalid-search-terms'],
    ['§4.2.2.3 limits: 200 characters', { q: 'x'.repeat(201) }, 'modify/bad-request invalid-search-terms'],
    ['§4.2.2.6 example 10', { q: 'dark', all: 'true' }, 'modify/bad-request conflicting-fields'],
    ['§4.2.2.7 example 11', { sinname: 'true' }, 'modify/bad-request no-search-conditions'],
  ] as const) {
    it(`${what}: ${error}`, async () => {
      expect(await refused(fields)).to.equal(error);
    });
  }

  it('Converse.js is answered in the namespace that it knows', async () => {
    const fields = {
      q: 'dark',
      sinname: 'true',
      sindescription: 'false',
      sinaddr: 'true',
      min_users: '1',
      key: 'address',
    };
    const answer = await asks(form(fields, `${NS_MUCLUMBUS}#params`), NS_MUCLUMBUS);
    const [item] = answer.child('result', NS_MUCLUMBUS)?.getChildElements() ?? [];
    expect(item?.attrs['address']).to.equal(`coven@${SERVICE}`);
    expect(item?.child('name', NS_MUCLUMBUS)?.text).to.equal('A Dark Cave');
  });

  it('is a service of the domain, not of rooms, and in no other namespace', async () => {
    expect(errorOf(await asks(form({ q: 'dark' }), NS_CHANNEL_SEARCH, `coven@${SERVICE}`))).to.equal(
      'cancel/service-unavailable',
    );
    expect(errorOf(await asks(form({ q: 'dark' }), 'urn:other'))).to.equal('cancel/service-unavailable');
  });

  it('limits: a hundred rooms on a page', async () => {
    const many = new MucWorld({ rooms: 200, roomsPerAccount: 200 });
    const owner = await many.person('firstwitch');
    for (let count = 0; count < 101; count += 1) {
      await many.enter(owner, 'firstwitch', '', `room${count}@${SERVICE}`);
      await many.configure(owner, {}, `room${count}@${SERVICE}`);
    }
    world = many;
    hecate = await many.person('hecate');
    expect(await found({ all: 'true' })).to.have.length(100);
  });
});
