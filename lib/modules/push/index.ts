import { defineModule, type IqRequest } from '../../core/module.ts';
import { serialize } from '../../xml/index.ts';
import { Jid } from '../../xmpp/jid.ts';
import { NS_DATA, NS_PUSH } from '../../xmpp/ns.ts';
import { filledForm } from '../../xmpp/payloads/form-fields.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import { PushDesk, type PushService } from './push-desk.ts';

const PUBLISH_OPTIONS = 'http://jabber.org/protocol/pubsub#publish-options';
/** UTF-16 units of the publish options of one service. */
const MAX_OPTIONS = 4096;
/** UTF-16 units of the name of a node. */
const MAX_NODE = 1024;

/** Tells the app servers of clients that something waits for their user. @spec XEP-0357 */
export default defineModule({
  name: 'push',
  implements: [
    {
      spec: 'XEP-0357',
      version: '0.4.1',
      status: 'complete',
      note: 'to services of this server; there are no other servers yet',
    },
  ],
  needs: ['offline'],
  setup(host) {
    const desk = new PushDesk(host);
    if (host.options.anonymous) return;
    host.accountFeature(NS_PUSH);
    host.iq('set', NS_PUSH, 'enable', (request) => desk.enable(ownerOf(request), readService(request)), 'account');
    host.iq(
      'set',
      NS_PUSH,
      'disable',
      (request) => desk.disable(ownerOf(request), addressIn(request), request.payload.attrs['node']),
      'account',
    );
    host.hook('message:undeliverable', 'observe', ({ account, stanza, isReturned }) => {
      if (!isReturned) desk.noticed(account, stanza);
    });
    host.hook('message:delivery', 'observe', ({ account, stanza, sessions }) => {
      const isSeen = sessions.some((session) => !session.isAway && session.holdsBack === undefined);
      if (!isSeen) desk.noticed(account, stanza);
    });
    host.hook('stanza:to-server', 'act', ({ stanza }) => desk.answered(stanza));
    host.hook('stanza:to-account', 'act', ({ account, stanza }) => desk.withdrawn(account, stanza));
  },
});

function ownerOf({ account, isOwn }: IqRequest): Jid {
  if (!account || !isOwn) throw new StanzaError('forbidden');
  return account;
}

/** @spec XEP-0357 §5 */
function addressIn({ payload }: IqRequest): string {
  const jid = Jid.parse(payload.attrs['jid'] ?? '');
  if (!jid) throw new StanzaError('jid-malformed', 'Which push service?');
  return jid.toString();
}

/** @spec XEP-0357 §5 */
function readService(request: IqRequest): PushService {
  const { payload } = request;
  const jid = addressIn(request);
  const node = payload.attrs['node'] ?? '';
  if (node.length > MAX_NODE) throw new StanzaError('not-acceptable', 'The name of the node is too long.');
  const form = payload.child('x', NS_DATA);
  if (!form) return { jid, node, options: undefined };
  if (filledForm(payload, PUBLISH_OPTIONS)?.type !== 'submit') throw new StanzaError('bad-request', 'Which form?');
  const options = serialize(form);
  if (options.length > MAX_OPTIONS) throw new StanzaError('not-acceptable', 'The publish options are too long.');
  return { jid, node, options };
}
