import { andThen, type MaybePromise } from '../../core/maybe-promise.ts';
import { defineModule } from '../../core/module.ts';
import { NS_OFFLINE_FEATURE } from '../../xmpp/ns.ts';
import { OfflineDesk } from './offline-desk.ts';

export interface OfflineOptions {
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
    // Before the presence module makes the resource available: what is kept comes before what is new.
    host.hook('presence:broadcast', 'act', ({ session, stanza }): MaybePromise<void> => {
      if (desk.isDue(session, stanza)) return andThen(desk.flush(session), () => undefined);
    });
    host.hook('session:ended', 'observe', ({ session }) => desk.ended(session));
  },
});
