import { defineModule, type HostContext } from '../../core/module.ts';
import type { Jid } from '../../xmpp/jid.ts';
import { NS_CAPS } from '../../xmpp/ns.ts';
import { capsElement, verificationString } from '../../xmpp/payloads/entity-caps.ts';
import type { Stanza } from '../../xmpp/stanza.ts';
import { CAPABILITIES, Learner, PATIENCE } from './capabilities.ts';

interface CapsOptions {
  /** A URI that names the software; "urn:holdfast" by default. */
  readonly node?: string | undefined;
}

/**
 * Tells clients in the stream features what the server can do, so that they need not ask; and learns
 * from their presence what they can do.
 *
 * @spec XEP-0115
 */
export default defineModule<CapsOptions | undefined>({
  name: 'caps',
  implements: [
    {
      spec: 'XEP-0115',
      version: '1.6.0',
      status: 'complete',
      note: 'without caps optimisation, which is optional',
    },
  ],
  needs: ['disco'],
  setup(host, options) {
    const { discovery } = host;
    const software = options?.node ?? 'urn:holdfast';
    let known = { revision: -1, ver: '' };
    /** The modules after this one announce more, so the string is made when it is asked for. */
    const ver = (): string => {
      const { revision } = discovery;
      if (known.revision !== revision) known = { revision, ver: verificationString(discovery.server) };
      return known.ver;
    };
    host.feature(NS_CAPS);
    host.node((node) => (node === `${software}#${ver()}` ? discovery.server : undefined));
    host.hook('stream:features', 'act', ({ features }) => {
      features.push(capsElement(software, ver()));
    });
    learn(host);
  },
});

/** Clients of this host are asked by the server, others by the account that gets their presence. */
function learn(host: HostContext): void {
  const { clock, random, domain } = host;
  const learner = new Learner({ clock, random, domain, send: (stanza) => host.send(stanza) });
  host.provide(CAPABILITIES, learner);
  host.every(PATIENCE, () => learner.sweep());
  const note = (stanza: Stanza, asker: Jid): void => {
    const { from, type } = stanza;
    if (from && type === undefined) learner.noted(from, stanza, asker);
    else if (from && type === 'unavailable') learner.gone(from);
  };
  host.hook('presence:broadcast', 'observe', ({ stanza }) => note(stanza, host.jid));
  host.hook('session:ended', 'observe', ({ session }) => learner.gone(session.jid));
  host.hook('stanza:to-account', 'observe', ({ account, stanza }) => {
    if (stanza.kind === 'presence' && stanza.from?.domain !== domain) note(stanza, account);
  });
  const answered = ({ stanza }: { readonly stanza: Stanza }): 'handled' | undefined =>
    stanza.kind === 'iq' && !stanza.isRequest && stanza.to?.isBare && learner.answered(stanza) ? 'handled' : undefined;
  host.hook('stanza:to-server', 'act', answered);
  host.hook('stanza:to-account', 'act', answered);
}
