import { defineModule } from '../../core/module.ts';
import { xml } from '../../xml/index.ts';
import { NS_VERSION } from '../../xmpp/ns.ts';

export interface VersionOptions {
  readonly name: string;
  readonly version: string;
  /** Left out of the answer unless the operator gives one. @spec XEP-0092 §5 */
  readonly os?: string | undefined;
}

/** Says which software this is. @spec XEP-0092 */
export default defineModule<VersionOptions>({
  name: 'version',
  implements: [{ spec: 'XEP-0092', version: '1.1', status: 'complete' }],
  setup(host, { name, version, os }) {
    host.feature(NS_VERSION);
    host.iq('get', NS_VERSION, 'query', () => {
      const answer = xml('query', { xmlns: NS_VERSION }, xml('name', {}, name), xml('version', {}, version));
      return os === undefined ? answer : answer.append(xml('os', {}, os));
    });
  },
});
