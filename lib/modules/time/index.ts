import { defineModule } from '../../core/module.ts';
import { xml } from '../../xml/index.ts';
import { NS_TIME } from '../../xmpp/ns.ts';
import { formatDateTime } from '../../xmpp/payloads/date-time.ts';

/** Tells the time of the server, in UTC. @spec XEP-0202 */
export default defineModule({
  name: 'time',
  implements: [{ spec: 'XEP-0202', version: '2.0', status: 'complete' }],
  setup(host) {
    host.feature(NS_TIME);
    host.iq('get', NS_TIME, 'time', () =>
      xml(
        'time',
        { xmlns: NS_TIME },
        // Where the machine stands is nobody's business. XEP-0202 §6
        xml('tzo', {}, '+00:00'),
        xml('utc', {}, formatDateTime(host.clock.date())),
      ),
    );
  },
});
