import { seconds } from '../../base/time.ts';
import { defineModule } from '../../core/module.ts';
import { Jid } from '../../xmpp/jid.ts';
import { CommandSessions } from '../commands/sessions.ts';
import type { RoomLimits } from './limits.ts';
import { RoomService } from './service.ts';

const SWEEP_PERIOD = seconds(60);

export interface RoomOptions {
  /** The domain of the rooms; `rooms.` before the domain of the host when it is empty. */
  readonly domain?: string | undefined;
  readonly name?: string | undefined;
  /** Clients enter without saying that they know rooms. @spec XEP-0045 §7.2.18 */
  readonly admitsLegacy?: boolean;
  readonly limits: RoomLimits;
}

/** Rooms for many. @spec XEP-0045 */
export default defineModule<RoomOptions>({
  name: 'muc',
  implements: [
    { spec: 'XEP-0045', version: '1.35.5', status: 'complete' },
    { spec: 'XEP-0249', version: '1.2', status: 'complete' },
    { spec: 'XEP-0317', version: '0.3.1', status: 'complete' },
    { spec: 'XEP-0410', version: '1.1.0', status: 'complete' },
    { spec: 'XEP-0421', version: '1.0.1', status: 'complete' },
    { spec: 'XEP-0425', version: '0.3.0', status: 'complete' },
    { spec: 'XEP-0433', version: '0.1.0', status: 'complete', note: 'of the rooms of one domain' },
    { spec: 'XEP-0486', version: '0.1.0', status: 'complete' },
  ],
  needs: ['disco'],

  setup(host, { domain = `rooms.${host.domain}`, name = 'Rooms', admitsLegacy = false, limits }) {
    const jid = Jid.make(undefined, domain);
    if (!jid) throw new Error(`"${domain}" is not a domain`);
    const commandSessions = new CommandSessions(host);
    const service = new RoomService(host, { jid, name, admitsLegacy, limits, commandSessions });
    host.hook('host:stopping', 'observe', () => service.shutDown());
    host.hook('session:ended', 'observe', ({ session }) => commandSessions.endOf(session.jid));
    host.every(SWEEP_PERIOD, () => commandSessions.sweep());
    host.hook('account:removed', 'observe', ({ account }) => service.forget(account));
    host.serve({ item: { jid: jid.domain, name }, receive: (stanza) => service.receive(stanza) });
  },
});
