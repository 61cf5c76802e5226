import { expect } from 'chai';
import { pageSet, readPageRequest } from '../../lib/xmpp/payloads/rsm.ts';
import { StanzaError } from '../../lib/xmpp/stanza-error.ts';
import { element } from '../core/world.ts';
import '../support/chai-xml.ts';

const NOTHING = { max: undefined, after: undefined, before: undefined, isBackwards: false };

function read(inner: string): unknown {
  try {
    return readPageRequest(
      element(`<query xmlns='urn:x'><set xmlns='http://jabber.org/protocol/rsm'>${inner}</set></query>`),
    );
  } catch (error) {
    return error instanceof StanzaError ? error.condition : error;
  }
}

describe('XEP-0059 result set management', () => {
  const rows: readonly (readonly [string, string, unknown])[] = [
    ['§2.1 Example 1: a limit', '<max>10</max>', { ...NOTHING, max: 10 }],
    [
      '§2.2 Example 5: behind an item',
      '<max>10</max><after>peterpan@neverland.lit</after>',
      { ...NOTHING, max: 10, after: 'peterpan@neverland.lit' },
    ],
    [
      '§2.3 Example 8: before an item',
      '<max>10</max><before>a</before>',
      { max: 10, after: undefined, before: 'a', isBackwards: true },
    ],
    ['§2.5 Example 11: the last items', '<max>10</max><before/>', { ...NOTHING, max: 10, isBackwards: true }],
    ['§2.7 Example 15: the count', '<max>0</max>', { ...NOTHING, max: 0 }],
    ['nothing', '', NOTHING],
    ['an empty place to go on from', '<after/>', NOTHING],
    ['space around a number', '<max> 7 </max>', { ...NOTHING, max: 7 }],
    ['§2.6 Example 14: a page by number', '<max>10</max><index>371</index>', 'feature-not-implemented'],
    ['a limit that is no number', '<max>ten</max>', 'bad-request'],
    ['a limit below zero', '<max>-1</max>', 'bad-request'],
    ['no limit where there should be one', '<max/>', 'bad-request'],
    ['a limit beyond all measure', '<max>10000000000</max>', 'bad-request'],
  ];
  for (const [title, inner, expected] of rows) {
    it(title, () => expect(read(inner)).to.deep.equal(expected));
  }

  it('without a set everything is wanted', () => {
    expect(readPageRequest(element("<query xmlns='urn:x'><max>3</max></query>"))).to.deep.equal(NOTHING);
  });

  it('§2.2 Example 4: an answer names its first and last item, and counts all', () => {
    expect(pageSet({ first: 'stpeter@jabber.org', last: 'peterpan@neverland.lit', index: 0, count: 800 })).equalXml(
      `<set xmlns='http://jabber.org/protocol/rsm'><first index='0'>stpeter@jabber.org</first><last>peterpan@neverland.lit</last><count>800</count></set>`,
    );
  });

  it('§2.2 Example 7: an answer without items names none', () => {
    expect(pageSet({ first: undefined, last: undefined, count: 790 })).equalXml(
      "<set xmlns='http://jabber.org/protocol/rsm'><count>790</count></set>",
    );
  });

  it('§2.2 what was not counted is left out', () => {
    expect(pageSet({ first: 'a', last: 'b' })).equalXml(
      "<set xmlns='http://jabber.org/protocol/rsm'><first>a</first><last>b</last></set>",
    );
  });
});
