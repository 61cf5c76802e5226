import { expect } from 'chai';
import { addressesIn } from '../../lib/tcp/certified-addresses.ts';

describe('RFC 6120 §13.7.1.4: the addresses that a certificate names', () => {
  const CASES: readonly (readonly [string, readonly string[]])[] = [
    ['othername:XmppAddr:alice@localhost', ['alice@localhost']],
    ['DNS:a.example, othername:XmppAddr:a@b, email:c@d, othername:XmppAddr:e@f', ['a@b', 'e@f']],
    ['othername:"XmppAddr:a\\u002cb@localhost", othername:XmppAddr:c@d', ['c@d']],
    ['DNS:"x\\u002c othername:XmppAddr:evil@localhost"', []],
    ['DNS:"x, othername:XmppAddr:evil@localhost, y"', []],
    ['othername:XmppAddr:\u00c3\u00b6lga@localhost', []],
    ['othername:<unsupported>, URI:xmpp:alice@localhost, email:alice@localhost', []],
    ['', []],
  ];
  for (const [names, addresses] of CASES) {
    it(names === '' ? 'none' : names, () => {
      expect(addressesIn(names)).to.deep.equal(addresses);
    });
  }
});
