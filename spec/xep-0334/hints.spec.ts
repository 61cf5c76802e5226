import { expect } from 'chai';
import { hasHint, type Hint } from '../../lib/xmpp/payloads/hints.ts';
import { Stanza } from '../../lib/xmpp/stanza.ts';
import { element } from '../core/world.ts';

const HINTS: readonly Hint[] = ['no-permanent-store', 'no-store', 'no-copy', 'store'];

function message(attributes: string, inner: string): Stanza {
  return new Stanza(element(`<message ${attributes}><body/>${inner}</message>`), undefined, undefined);
}

/** What the hints do is in the specs of who heeds them: XEP-0160, XEP-0280, XEP-0313. */
describe('XEP-0334 message processing hints', () => {
  for (const hint of HINTS) {
    it(`§4 ${hint} is seen, and no other`, () => {
      const stanza = message("type='chat'", `<${hint} xmlns='urn:xmpp:hints'/>`);
      expect(HINTS.filter((each) => hasHint(stanza, each))).to.deep.equal([hint]);
    });

    it(`§5 ${hint} of an error is not`, () => {
      expect(hasHint(message("type='error'", `<${hint} xmlns='urn:xmpp:hints'/>`), hint)).to.equal(false);
    });

    it(`${hint} of another namespace is not`, () => {
      expect(hasHint(message('', `<${hint} xmlns='urn:x'/><${hint}/>`), hint)).to.equal(false);
    });
  }
});
