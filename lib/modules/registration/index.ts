import { NEWCOMERS } from '../../core/newcomers.ts';
import { defineModule } from '../../core/module.ts';
import { NS_REGISTER } from '../../xmpp/ns.ts';
import { OwnAccount, type OwnAccountRules } from './own-account.ts';
import { Reception, type ReceptionOptions } from './reception.ts';

export type RegistrationOptions = ReceptionOptions & OwnAccountRules;

/** Accounts that people make themselves, keep, and remove. Who has none gets one as the domain allows. @spec XEP-0077 */
export default defineModule<RegistrationOptions>({
  name: 'registration',
  implements: [
    { spec: 'XEP-0077', version: '2.4', status: 'complete', note: 'making accounts is off by default' },
    { spec: 'XEP-0445', version: '0.2.0', status: 'complete' },
  ],
  needs: ['roster'],
  setup(host, options) {
    if (host.options.anonymous) return;
    const own = new OwnAccount(host, options);
    host.feature(NS_REGISTER);
    host.iq('get', NS_REGISTER, 'query', (request) => own.get(request), 'both');
    host.iq('set', NS_REGISTER, 'query', (request) => own.set(request), 'both');
    if (host.options.registration === 'off') return;
    host.provide(NEWCOMERS, new Reception(host, options));
  },
});
