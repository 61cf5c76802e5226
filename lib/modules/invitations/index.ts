import { seconds, type Duration } from '../../base/time.ts';
import { INVITATION_FORM, invitationFields, invitationUri } from '../../core/invitation-links.ts';
import { InvitationRefused } from '../../core/invitations.ts';
import { defineModule, type HostContext } from '../../core/module.ts';
import type { Jid } from '../../xmpp/jid.ts';
import { resultForm } from '../../xmpp/payloads/data-form.ts';
import { formatDateTime } from '../../xmpp/payloads/date-time.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import { COMMANDS, type Outcome } from '../commands/command.ts';
import { Redemption } from './redemption.ts';

const SWEEP_PERIOD = seconds(3600);

export interface InvitationOptions {
  readonly lifetime: Duration;
  /** Users may let others make accounts where invitations are needed for that. */
  readonly usersInvite: boolean;
  /** The page that says what to do with an invitation; undefined where there is none. */
  readonly landing: (uri: string) => string | undefined;
}

/** Links by which users get contacts, who make accounts first if they have none. @spec XEP-0401 @spec XEP-0379 */
export default defineModule<InvitationOptions>({
  name: 'invitations',
  implements: [
    { spec: 'XEP-0379', version: '0.3.3', status: 'complete', note: 'the server approves for the user' },
    { spec: 'XEP-0401', version: '0.6.0', status: 'complete', note: 'administrators create accounts' },
  ],
  // Blocking goes first: whoever is blocked needs no answer.
  needs: ['commands', 'subscriptions', 'blocking'],
  setup(host, options) {
    if (host.options.anonymous) return;
    host.service(COMMANDS)?.add({
      node: 'urn:xmpp:invite#invite',
      name: 'Invite user',
      isFor: (asker) => asker.domain === host.domain && asker.local !== undefined,
      begin: (asker) => invite(host, options, asker.bare),
    });
    const redemption = new Redemption(host);
    host.hook('stanza:to-account', 'filter', ({ account, stanza }) => redemption.before(account, stanza));
    host.hook('stanza:to-account', 'observe', ({ account, stanza }) =>
      redemption.has(stanza) ? redemption.after(account, stanza) : undefined,
    );
    host.hook('account:removed', 'observe', ({ account }) => host.invitations.forget(account.toString()));
    host.every(SWEEP_PERIOD, () => host.invitations.sweep());
  },
});

/** @spec XEP-0401 §5.1 */
async function invite(
  host: HostContext,
  { lifetime, usersInvite, landing }: InvitationOptions,
  user: Jid,
): Promise<Outcome> {
  const { registration } = host.options;
  const registers = registration === 'open' || (registration === 'invite' && usersInvite);
  const terms = { inviter: user.toString(), uses: 1, registers };
  const { token, invitation } = await host.invitations.create(terms, lifetime).catch(asRefusal);
  const uri = invitationUri(terms, token, host.domain);
  const fields = invitationFields({ uri, landing: landing(uri), expires: formatDateTime(invitation.expiresAt) });
  return { result: resultForm(INVITATION_FORM, fields) };
}

function asRefusal(error: unknown): never {
  if (error instanceof InvitationRefused) throw new StanzaError('resource-constraint', error.message);
  throw error;
}
