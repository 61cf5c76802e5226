import { defineModule } from '../../core/module.ts';
import { NS_CAPS } from '../../xmpp/ns.ts';
import { capsElement, verificationString } from '../../xmpp/payloads/entity-caps.ts';

interface CapsOptions {
  /** A URI that names the software; "urn:holdfast" by default. */
  readonly node?: string | undefined;
}

/** Tells clients in the stream features what the server can do, so that they need not ask. @spec XEP-0115 */
export default defineModule<CapsOptions | undefined>({
  name: 'caps',
  implements: [
    {
      spec: 'XEP-0115',
      version: '1.6.0',
      status: 'partial',
      note: 'what the server announces of itself; no caps optimisation',
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
  },
});
