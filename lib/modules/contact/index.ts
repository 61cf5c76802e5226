import { defineModule } from '../../core/module.ts';
import { resultForm } from '../../xmpp/payloads/data-form.ts';

const FORM_TYPE = 'http://jabber.org/network/serverinfo';

/** Tells in disco#info of the server whom to write to. @spec XEP-0157 §3 */
export default defineModule({
  name: 'contact',
  implements: [{ spec: 'XEP-0157', version: '1.1.1', status: 'complete' }],
  needs: ['disco'],
  setup(host) {
    const fields = Object.entries(host.options.contacts)
      .filter(([, addresses]) => addresses.length > 0)
      .map(([role, addresses]) => ({ var: `${role}-addresses`, values: addresses }))
      .sort((a, b) => (a.var < b.var ? -1 : 1));
    if (fields.length > 0) host.form(resultForm(FORM_TYPE, fields));
  },
});
