import { defineModule, type HostContext } from '../../core/module.ts';
import { parse } from '../../xml/index.ts';
import type { Jid } from '../../xmpp/jid.ts';
import { NS_BOOKMARKS, NS_BOOKMARKS_CONVERSION, NS_BOOKMARKS_STORAGE } from '../../xmpp/ns.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import { PEP } from '../pep/index.ts';
import { BOOKMARK_LIST, Bookmarks } from './bookmarks.ts';

/** Bookmarks that old and new clients share. @spec XEP-0402 §5.3 */
export default defineModule({
  name: 'bookmarks',
  implements: [
    { spec: 'XEP-0402', version: '1.2.0', status: 'complete' },
    { spec: 'XEP-0048', version: '1.2', status: 'complete' },
    { spec: 'XEP-0411', version: '1.1.0', status: 'complete' },
  ],
  needs: ['pep'],

  setup(host) {
    const pep = host.service(PEP);
    if (!pep) throw new Error('bookmarks need PEP');
    const bookmarks = new Bookmarks(pep, host.store.documents);
    host.provide(BOOKMARK_LIST, bookmarks);
    pep.configure(NS_BOOKMARKS, {
      'pubsub#access_model': 'whitelist',
      'pubsub#max_items': 'max',
      'pubsub#send_last_published_item': 'never',
    });
    pep.configure(NS_BOOKMARKS_STORAGE, { 'pubsub#access_model': 'whitelist' });
    for (const feature of [`${NS_BOOKMARKS}#compat`, `${NS_BOOKMARKS}#compat-pep`, NS_BOOKMARKS_CONVERSION]) {
      host.accountFeature(feature);
    }
    // Only what clients change is carried over: what this module changes is in step already.
    pep.service.watch(({ owner, by, node, published }) => {
      if (by.isBare) return undefined;
      if (node === NS_BOOKMARKS) return mirror(host, bookmarks, owner);
      const list = node === NS_BOOKMARKS_STORAGE && published ? parse(published.xml) : undefined;
      return list?.ok ? bookmarks.take(owner, list.value) : undefined;
    });
  },
});

/** The bookmark itself is kept; a list that has become too long for one item stays as it was. */
async function mirror(host: HostContext, bookmarks: Bookmarks, account: Jid): Promise<void> {
  try {
    await bookmarks.mirror(account);
  } catch (error) {
    if (!(error instanceof StanzaError)) throw error;
    host.log.warn('bookmarks.stale', { account: account.toString(), condition: error.condition });
  }
}
