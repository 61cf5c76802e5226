import { expect } from 'chai';
import { seconds } from '../../lib/base/time.ts';
import type { Store } from '../../lib/storage/store.ts';
import type { Element } from '../../lib/xml/index.ts';
import { brief, errorOf, type FakeClient } from '../core/world.ts';
import { archivedIn, ArchiveWorld, finOf, mamQuery, overStores, resultOf } from '../support/archive-world.ts';
import '../support/chai-xml.ts';

const JULIET = 'juliet@capulet.example';
const ROMEO = 'romeo@montague.example/orchard';
const BODY = "<body>Call me but love, and I'll be new baptized; Henceforth I never will be Romeo.</body>";

overStores((store: () => Store) => {
  let world: ArchiveWorld;
  let juliet: FakeClient;

  beforeEach(async () => {
    world = new ArchiveWorld(store());
    await world.account('juliet');
    juliet = await world.online(`${JULIET}/balcony`);
  });

  async function comes(attributes = "type='chat'", inner = BODY, from = ROMEO, to = JULIET): Promise<void> {
    await world.comes(`<message from='${from}' to='${to}' ${attributes}>${inner}</message>`);
  }

  async function says(client: FakeClient, attributes: string, inner = BODY): Promise<void> {
    client.sends(`<message ${attributes}>${inner}</message>`);
    await world.settle();
  }

  /** The messages that a query finds. */
  async function found(query = mamQuery(), client = juliet): Promise<Element[]> {
    const answer = await world.ask(client, query);
    expect(finOf(answer.at(-1)), 'the end').not.to.equal(undefined);
    return answer.slice(0, -1);
  }

  async function bodies(query = mamQuery(), client = juliet): Promise<(string | undefined)[]> {
    const messages = (await found(query, client)).map(archivedIn);
    return messages.map((message) => message?.child('body', 'jabber:client')?.text);
  }

  /** One message for each word, a minute apart, from Romeo. */
  async function conversation(...words: string[]): Promise<void> {
    for (const word of words) {
      await comes("type='chat'", `<body>${word}</body>`);
      world.clock.advance(seconds(60));
    }
    juliet.take();
  }

  /** The ids in the archive, by what the messages say. */
  async function idsOf(): Promise<Record<string, string>> {
    const messages = await found(mamQuery({}, '<max>250</max>'));
    return Object.fromEntries(
      messages.map((message) => [
        archivedIn(message)?.child('body', 'jabber:client')?.text,
        resultOf(message)?.attrs['id'],
      ]),
    ) as Record<string, string>;
  }

  describe('XEP-0313 §3 archives', () => {
    it('§3 have what came, and what was sent', async () => {
      await comes();
      await says(juliet, `to='${ROMEO}' type='chat' id='8a54s'`, '<body>What man art thou</body>');
      const lines = (await found()).map(archivedIn).map((message) => message && brief(message));
      expect(lines).to.deep.equal([
        `message chat ${ROMEO}→${JULIET} body stanza-id`,
        `message chat #8a54s ${JULIET}/balcony→${ROMEO} body`,
      ]);
    });

    it('§3 keep all of a message', async () => {
      await comes("type='chat' id='m1' xml:lang='en'", `${BODY}<thread>t</thread><x xmlns='urn:x'><y/></x>`);
      const [message] = (await found()).map(archivedIn);
      expect(message?.attrs).to.include({ id: 'm1', type: 'chat', 'xml:lang': 'en' });
      expect(message?.getChildElements().map(({ name }) => name)).to.deep.equal(['body', 'thread', 'x', 'stanza-id']);
    });

    it('§3.1 keep the order, also within one moment', async () => {
      for (let index = 0; index < 30; index += 1)
        juliet.sends(`<message to='${ROMEO}' type='chat'><body>${index}</body></message>`);
      await world.settle();
      expect(await bodies()).to.deep.equal(Array.from({ length: 30 }, (_, index) => String(index)));
    });

    it('§3.5 Example 1: the recipient is told under what id a message is archived', async () => {
      await comes();
      const message = juliet.one();
      const ids = message.getChildElements().filter(({ name }) => name === 'stanza-id');
      expect(ids.map(({ attrs }) => attrs['by'])).to.deep.equal([JULIET]);
      expect(ids[0]?.attrs['id']).to.equal(resultOf((await found())[0] as Element)?.attrs['id']);
    });

    it('§3.5 the id is not told to others', async () => {
      await says(juliet, `to='${ROMEO}' type='chat'`);
      expect(world.sent()).to.deep.equal([`message chat ${JULIET}/balcony→${ROMEO} body`]);
    });

    it('§3.5 the own clients are told, in carbons', async () => {
      const phone = await world.online(`${JULIET}/phone`);
      await world.ask(phone, "<iq type='set' id='c'><enable xmlns='urn:xmpp:carbons:2'/></iq>");
      await says(juliet, `to='${ROMEO}' type='chat'`);
      const copy = phone.one().child('sent', 'urn:xmpp:carbons:2')?.child('forwarded', 'urn:xmpp:forward:0');
      const id = copy?.getChildElements()[0]?.child('stanza-id', 'urn:xmpp:sid:0');
      expect(id?.attrs['by']).to.equal(JULIET);
      expect(id?.attrs['id']).to.equal(resultOf((await found())[0] as Element)?.attrs['id']);
      await comes("type='chat'", BODY, ROMEO, `${JULIET}/balcony`);
      const received = phone.one().child('received', 'urn:xmpp:carbons:2')?.child('forwarded', 'urn:xmpp:forward:0');
      expect(received?.getChildElements()[0]?.child('stanza-id', 'urn:xmpp:sid:0')?.attrs['by']).to.equal(JULIET);
    });

    it('§6.2 ids are opaque, and never the same', async () => {
      await conversation(...Array.from({ length: 20 }, (_, index) => String(index)));
      const ids = Object.values(await idsOf());
      expect(new Set(ids).size).to.equal(20);
      for (const id of ids) expect(id).to.match(/^[a-z2-7]{20}$/);
    });
  });

  describe('XEP-0313 §4 queries', () => {
    it('Examples 2 to 4: the messages, then the end', async () => {
      await comes();
      await says(juliet, `to='${ROMEO}' type='chat' id='8a54s'`);
      const [first, second, end] = await world.ask(juliet, mamQuery({}, '', '', "queryid='f27'"));
      const [one, two] = [first, second].map((message) => message && resultOf(message)?.attrs['id']);
      const content = (archived: string): string =>
        `<forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='2026-01-01T00:00:00.000Z'/>${archived}</forwarded>`;
      expect(first).equalXml(
        `<message xmlns='jabber:client' from='${JULIET}' to='${JULIET}/balcony'><result xmlns='urn:xmpp:mam:2'
          queryid='f27' id='${one}'>${content(`<message xmlns='jabber:client' from='${ROMEO}' to='${JULIET}' type='chat'>${BODY}<stanza-id
          xmlns='urn:xmpp:sid:0' by='${JULIET}' id='${one}'/></message>`)}</result></message>`,
      );
      expect(second).equalXml(
        `<message xmlns='jabber:client' from='${JULIET}' to='${JULIET}/balcony'><result xmlns='urn:xmpp:mam:2'
          queryid='f27' id='${two}'>${content(`<message xmlns='jabber:client' from='${JULIET}/balcony' to='${ROMEO}' type='chat'
          id='8a54s'>${BODY}</message>`)}</result></message>`,
      );
      expect(finOf(end)).equalXml(
        `<fin xmlns='urn:xmpp:mam:2' complete='true'><set xmlns='http://jabber.org/protocol/rsm'><first
          index='0'>${one}</first><last>${two}</last><count>2</count></set></fin>`,
      );
    });

    it('§4.1 of an empty archive succeed', async () => {
      const [end] = await world.ask(juliet, mamQuery());
      expect(finOf(end)).equalXml(
        "<fin xmlns='urn:xmpp:mam:2' complete='true'><set xmlns='http://jabber.org/protocol/rsm'><count>0</count></set></fin>",
      );
    });

    it('§4.2 without a query id have none', async () => {
      await comes();
      expect(resultOf((await found())[0] as Element)?.attrs).not.to.have.property('queryid');
    });

    it('§8.1 of others are forbidden, whether they exist or not', async () => {
      await world.account('tybalt');
      const tybalt = await world.online('tybalt@capulet.example/street');
      for (const to of [JULIET, 'nobody@capulet.example']) {
        for (const payload of ['<query', '<metadata', '<prefs']) {
          const asked = `<iq type='get' id='1' to='${to}'>${payload} xmlns='urn:xmpp:mam:2'/></iq>`;
          expect((await world.ask(tybalt, asked)).map(errorOf), `${payload} ${to}`).to.deep.equal(['auth/forbidden']);
        }
        const query = mamQuery().replace('<iq', `<iq to='${to}'`);
        expect((await world.ask(tybalt, query)).map(errorOf)).to.deep.equal(['auth/forbidden']);
      }
    });

    describe('§4.1.1 by address', () => {
      beforeEach(async () => {
        await comes("type='chat'", '<body>orchard</body>');
        await comes("type='chat'", '<body>home</body>', 'romeo@montague.example/home');
        await comes("type='chat'", '<body>nurse</body>', `nurse@capulet.example`);
        await says(juliet, "to='romeo@montague.example' type='chat'", '<body>to romeo</body>');
        await says(juliet, `to='${JULIET}' type='chat'`, '<body>note</body>');
        juliet.take();
      });

      const rows: readonly (readonly [string, string[]])[] = [
        ['romeo@montague.example', ['orchard', 'home', 'to romeo']],
        ['ROMEO@montague.example', ['orchard', 'home', 'to romeo']],
        [ROMEO, ['orchard']],
        ['nurse@capulet.example', ['nurse']],
        [JULIET, ['note']],
        ['mercutio@capulet.example', []],
      ];
      for (const [peer, expected] of rows) {
        it(`Example 6: with ${peer}`, async () => {
          expect(await bodies(mamQuery({ with: peer }))).to.deep.equal(expected);
        });
      }
    });

    it('§4.1.2 Examples 7 and 8: by time, the limits included', async () => {
      await conversation('one', 'two', 'three', 'four');
      const at = (minute: number): string => `2026-01-01T00:0${minute}:00Z`;
      expect(await bodies(mamQuery({ start: at(1) }))).to.deep.equal(['two', 'three', 'four']);
      expect(await bodies(mamQuery({ end: at(1) }))).to.deep.equal(['one', 'two']);
      expect(await bodies(mamQuery({ start: at(1), end: at(2) }))).to.deep.equal(['two', 'three']);
      expect(await bodies(mamQuery({ start: '2026-01-01T02:01:30.5+02:00' }))).to.deep.equal(['three', 'four']);
      expect(await bodies(mamQuery({ start: at(3), end: at(1) }))).to.deep.equal([]);
    });

    it('§4.1.3 Examples 9 to 11: by id', async () => {
      await conversation('one', 'two', 'three', 'four');
      const { one = '', two = '', four = '' } = await idsOf();
      expect(await bodies(mamQuery({ 'after-id': two }))).to.deep.equal(['three', 'four']);
      expect(await bodies(mamQuery({ 'before-id': two }))).to.deep.equal(['one']);
      expect(await bodies(mamQuery({ 'after-id': one, 'before-id': four }))).to.deep.equal(['two', 'three']);
      expect(await bodies(mamQuery({ ids: [four, one] }))).to.deep.equal(['one', 'four']);
    });

    it('§4.1.3 an id that is not there is item-not-found', async () => {
      await conversation('one');
      const { one = '' } = await idsOf();
      const queries = [
        mamQuery({ 'after-id': 'x' }),
        mamQuery({ 'before-id': 'x' }),
        mamQuery({ ids: [one, 'x'] }),
        mamQuery({}, '<after>x</after>'),
        mamQuery({}, '<before>x</before>'),
      ];
      for (const query of queries) {
        expect((await world.ask(juliet, query)).map(errorOf), query).to.deep.equal(['cancel/item-not-found']);
      }
    });

    it('§4.1.4 Examples 12 and 13: there are no messages of rooms, wanted or not', async () => {
      await comes("type='groupchat'", '<body>room</body>', 'room@muc.example/nick', `${JULIET}/balcony`);
      await conversation('one');
      for (const wanted of ['true', 'false', '1', '0']) {
        expect(await bodies(mamQuery({ 'include-groupchat': wanted }))).to.deep.equal(['one']);
      }
    });

    it('§4.1.5 Examples 14 and 15: the form tells its fields', async () => {
      const [answer] = await world.ask(juliet, "<iq type='get' id='form1'><query xmlns='urn:xmpp:mam:2'/></iq>");
      expect(answer?.child('query', 'urn:xmpp:mam:2')).equalXml(
        `<query xmlns='urn:xmpp:mam:2'><x xmlns='jabber:x:data' type='form'><field type='hidden'
          var='FORM_TYPE'><value>urn:xmpp:mam:2</value></field><field type='jid-single' var='with'/><field type='text-single'
          var='start'/><field type='text-single' var='end'/><field type='text-single' var='before-id'/><field type='text-single'
          var='after-id'/><field type='list-multi' var='ids'><validate xmlns="http://jabber.org/protocol/xdata-validate"
          datatype="xs:string"><open/></validate></field><field type='boolean' var='include-groupchat'/></x></query>`,
      );
    });

    it('§4.1.5 Example 16: a field that is not known is feature-not-implemented', async () => {
      const query = mamQuery({ '{http://example.com/}free-text-search': 'Where arth thou, my Juliet?' });
      expect((await world.ask(juliet, query)).map(errorOf)).to.deep.equal(['cancel/feature-not-implemented']);
    });

    const bad: readonly (readonly [string, string, string])[] = [
      ['an address that is none', mamQuery({ with: '@' }), 'modify/jid-malformed'],
      ['a time that is none', mamQuery({ start: 'yesterday' }), 'modify/bad-request'],
      ['a day that is none', mamQuery({ end: '2026-02-30T00:00:00Z' }), 'modify/bad-request'],
      ['two values for one', mamQuery({ with: ['a@b', 'c@d'] }), 'modify/bad-request'],
      ['a boolean that is none', mamQuery({ 'include-groupchat': 'maybe' }), 'modify/bad-request'],
      [
        'another form',
        mamQuery({ with: 'a@b' }).replace('<value>urn:xmpp:mam:2', '<value>urn:x'),
        'modify/bad-request',
      ],
      ['too many ids', mamQuery({ ids: Array.from({ length: 251 }, () => 'x') }), 'modify/policy-violation'],
      ['a maximum that is none', mamQuery({}, '<max>-1</max>'), 'modify/bad-request'],
      ['a page by number', mamQuery({}, '<max>1</max><index>3</index>'), 'cancel/feature-not-implemented'],
      ['§6.1.3 a node', mamQuery({}, '', '', "node='n'"), 'cancel/item-not-found'],
    ];
    for (const [title, query, expected] of bad) {
      it(`refuse ${title}`, async () => {
        expect((await world.ask(juliet, query)).map(errorOf)).to.deep.equal([expected]);
      });
    }
  });

  describe('XEP-0313 §4.3 pages', () => {
    /** What a page says, as words and the end of the answer in short. */
    async function page(set: string, more = '', fields = {}): Promise<string> {
      const answer = await world.ask(juliet, mamQuery(fields, set, more));
      const words = answer.slice(0, -1).map((message) => archivedIn(message)?.child('body', 'jabber:client')?.text);
      const fin = finOf(answer.at(-1));
      const rsm = fin?.child('set', 'http://jabber.org/protocol/rsm');
      const part = (name: string): string => rsm?.getChildElements().find((child) => child.name === name)?.text ?? '-';
      const index = rsm?.getChildElements().find((child) => child.name === 'first')?.attrs['index'] ?? '-';
      return `${words.join('')} ${index}/${part('count')}${fin?.attrs['complete'] === 'true' ? ' complete' : ''}`;
    }

    let ids: Record<string, string>;

    beforeEach(async () => {
      await conversation(...'abcdefg');
      ids = await idsOf();
    });

    it('Examples 18 and 19: have no more messages than were asked for', async () => {
      expect(await page('<max>3</max>')).to.equal('abc 0/7');
    });

    it('Example 20: go on behind a message', async () => {
      expect(await page(`<max>3</max><after>${ids['c']}</after>`)).to.equal('def 3/7');
    });

    it('Example 22: the last one is complete', async () => {
      expect(await page(`<max>3</max><after>${ids['f']}</after>`)).to.equal('g 6/7 complete');
      expect(await page(`<max>4</max><after>${ids['c']}</after>`)).to.equal('defg 3/7 complete');
      expect(await page(`<after>${ids['g']}</after>`)).to.equal(' -/7 complete');
    });

    it('Example 23: the last one may be asked for, and is in order', async () => {
      expect(await page('<max>3</max><before/>')).to.equal('efg 4/7');
      expect(await page(`<max>3</max><before>${ids['e']}</before>`)).to.equal('bcd 1/7');
      expect(await page(`<max>3</max><before>${ids['b']}</before>`)).to.equal('a 0/7 complete');
    });

    it('§4.3.4 Example 24: a flipped page has the same messages, the last first', async () => {
      expect(await page('<max>3</max>', '<flip-page/>')).to.equal('cba 0/7');
      expect(await page('<max>3</max><before/>', '<flip-page/>')).to.equal('gfe 4/7');
    });

    it('§4.3.4 the end of a flipped page names its first and last message in the order of the archive', async () => {
      const answer = await world.ask(juliet, mamQuery({}, '<max>3</max>', '<flip-page/>'));
      const rsm = finOf(answer.at(-1))?.child('set', 'http://jabber.org/protocol/rsm');
      expect(rsm?.getChildElements().map(({ text }) => text)).to.deep.equal([ids['a'], ids['c'], '7']);
    });

    it('XEP-0059 §2.7: none at all, for the count', async () => {
      expect(await page('<max>0</max>')).to.equal(' -/7');
      expect(await page('<max>0</max>', '', { start: '2026-01-01T00:03:00Z' })).to.equal(' -/4');
    });

    it('of a part of the archive count that part', async () => {
      expect(await page('<max>2</max>', '', { start: '2026-01-01T00:02:00Z' })).to.equal('cd 0/5');
      expect(await page(`<max>2</max><after>${ids['d']}</after>`, '', { 'before-id': ids['g'] })).to.equal(
        'ef 4/6 complete',
      );
    });

    it('§9 after and before together make a range', async () => {
      expect(await page(`<after>${ids['b']}</after><before>${ids['f']}</before>`)).to.equal('cde 2/7 complete');
    });

    it('a page without a maximum has 50 messages, and none has more than 250', async () => {
      for (let index = 0; index < 253; index += 1)
        juliet.sends(`<message to='${ROMEO}' type='chat'><body>.</body></message>`);
      await world.settle();
      expect((await found()).length).to.equal(50);
      expect((await found(mamQuery({}, '<max>1000</max>'))).length).to.equal(250);
    });

    it('a page is shortened when its messages are long, and says that there is more', async () => {
      const long = 'x'.repeat(100_000);
      for (let index = 0; index < 12; index += 1) await comes("type='chat'", `<body>${long}</body>`);
      const first = (set: string): Promise<string> => page(set).then((text) => text.replaceAll(long, 'x'));
      expect(await first(`<after>${ids['g']}</after>`)).to.equal('xxxxxxxxxx 7/19');
      expect(await first('<before/>')).to.equal('xxxxxxxxxx 9/19');
    });
  });

  describe('XEP-0313 §5 metadata', () => {
    const ASK = "<iq type='get' id='jui8921rr9'><metadata xmlns='urn:xmpp:mam:2'/></iq>";

    it('Examples 25 and 26: the first and the last message', async () => {
      await conversation('one', 'two', 'three');
      const { one, three } = await idsOf();
      const [answer] = await world.ask(juliet, ASK);
      expect(answer?.child('metadata', 'urn:xmpp:mam:2')).equalXml(
        `<metadata xmlns='urn:xmpp:mam:2'><start id='${one}' timestamp='2026-01-01T00:00:00.000Z'/><end id='${three}'
          timestamp='2026-01-01T00:02:00.000Z'/></metadata>`,
      );
    });

    it('of an empty archive is empty', async () => {
      const [answer] = await world.ask(juliet, ASK);
      expect(answer?.child('metadata', 'urn:xmpp:mam:2')).equalXml("<metadata xmlns='urn:xmpp:mam:2'/>");
    });
  });

  it('XEP-0313 §7 Example 29: archives announce what they can', async () => {
    const [answer] = await world.ask(
      juliet,
      `<iq type='get' id='disco1' to='${JULIET}'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`,
    );
    const features = answer?.child('query', 'http://jabber.org/protocol/disco#info')?.getChildElements();
    expect(features?.map(({ attrs }) => attrs['var'])).to.include.members([
      'http://jabber.org/protocol/rsm',
      'urn:xmpp:mam:2',
      'urn:xmpp:mam:2#extended',
      'urn:xmpp:mam:2#groupchat-field',
      'urn:xmpp:message-retract:1#tombstone',
    ]);
  });
});
