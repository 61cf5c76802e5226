import type { ClientSession } from '../../core/client-session.ts';
import { defineModule, type IqRequest } from '../../core/module.ts';
import { NS_CARBONS, NS_CARBONS_RULES } from '../../xmpp/ns.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import { CARBONS, CopyDesk } from './copy-desk.ts';

/** Every client of a user sees all that is said, whichever of them says it or is spoken to. @spec XEP-0280 */
export default defineModule({
  name: 'carbons',
  implements: [
    { spec: 'XEP-0280', version: '1.0.1', status: 'complete' },
    { spec: 'XEP-0297', version: '1.0', status: 'complete' },
  ],
  needs: ['stanza-ids'],
  setup(host) {
    const desk = new CopyDesk(host);
    host.feature(NS_CARBONS);
    host.feature(NS_CARBONS_RULES);
    host.iq('set', NS_CARBONS, 'enable', (request) => switchTo(true, request), 'both');
    host.iq('set', NS_CARBONS, 'disable', (request) => switchTo(false, request), 'both');
    host.hook('bind:features', 'act', ({ features }) => void features.push(NS_CARBONS));
    host.hook('session:bound', 'act', ({ session }) => switchWithBind(session));
    host.hook('stanza:from-client', 'observe', ({ session, stanza }) => desk.sent(session, stanza));
    host.hook('message:delivery', 'observe', ({ account, stanza, sessions }) =>
      desk.received(account, stanza, sessions),
    );
    host.hook('message:undeliverable', 'observe', ({ account, stanza, isReturned }) => {
      if (!isReturned) desk.received(account, stanza, []);
    });
  },
});

/** @spec XEP-0386 §3.2.1 */
function switchWithBind(session: ClientSession): void {
  const isWanted = session.origin?.features.some((one) => one.getNS() === NS_CARBONS && one.getName() === 'enable');
  if (isWanted) session.state(CARBONS).isEnabled = true;
}

/** Again and again, as often as the client likes. @spec XEP-0280 §4 §5 §10.1 */
function switchTo(isEnabled: boolean, { session, account, isOwn }: IqRequest): undefined {
  if (!session || !account || !isOwn) throw new StanzaError('not-allowed');
  session.state(CARBONS).isEnabled = isEnabled;
}
