import { seconds } from '../../base/time.ts';
import { UPLOADS } from '../../core/uploads.ts';
import { defineModule } from '../../core/module.ts';
import { NS_UPLOAD, NS_UPLOAD_PURPOSE } from '../../xmpp/ns.ts';
import { resultForm } from '../../xmpp/payloads/data-form.ts';
import { SlotDesk, type SlotOptions } from './slot-desk.ts';

const SWEEP_PERIOD = seconds(3600);

/** Files that users share by their address. The server itself is the service. @spec XEP-0363 */
export default defineModule<SlotOptions>({
  name: 'upload',
  implements: [
    {
      spec: 'XEP-0363',
      version: '1.2.0',
      status: 'complete',
      note: 'the server itself is the service; purposes message and ephemeral',
    },
  ],
  needs: ['disco'],
  setup(host, options) {
    if (host.options.anonymous) return;
    const desk = new SlotDesk(host, options);
    host.identity({ category: 'store', type: 'file', name: 'HTTP File Upload' });
    for (const feature of [NS_UPLOAD, `${NS_UPLOAD_PURPOSE}#message`, `${NS_UPLOAD_PURPOSE}#ephemeral`]) {
      host.feature(feature);
    }
    host.form(resultForm(NS_UPLOAD, [{ var: 'max-file-size', values: [String(options.maxSize)] }]));
    host.iq('get', NS_UPLOAD, 'request', (request) => desk.give(request));
    host.provide(UPLOADS, desk);
    host.hook('account:removing', 'observe', async ({ account }) => {
      await options.files.remove(await desk.filesOf(account));
    });
    host.every(SWEEP_PERIOD, () => options.files.sweep(host.clock.date()));
  },
});
