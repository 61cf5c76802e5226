import { defineModule } from '../../core/module.ts';
import { NS_OFFLINE_FEATURE } from '../../xmpp/ns.ts';
import { OFFLINE, OfflineDesk } from './offline-desk.ts';

interface OfflineOptions {
  /** Messages kept for one account. */
  readonly maxMessages: number;
}

/** Messages for those who are away. @spec XEP-0160 */
export default defineModule<OfflineOptions>({
  name: 'offline',
  implements: [
    { spec: 'XEP-0160', version: '1.0.1', status: 'complete' },
    { spec: 'XEP-0203', version: '2.0', status: 'complete' },
  ],

  setup(host, { maxMessages }) {
    const desk = new OfflineDesk(host, maxMessages);
    host.feature(NS_OFFLINE_FEATURE);
    host.hook('message:undeliverable', 'act', ({ account, stanza, at }) => desk.keep(account, stanza, at));
    // What is kept comes before what is new: while it is handed over, new messages wait.
    host.hook('stanza:to-account', 'act', ({ account, stanza }) =>
      stanza.kind === 'message' ? desk.pending(account) : undefined,
    );
    host.hook('account:removed', 'observe', ({ account }) => desk.forget(account));
    host.provide(OFFLINE, desk);
  },
});
