import { z } from 'zod';
import { INVITATION_FORM, invitationFields, invitationUri, landingUrl } from '../core/invitation-links.ts';
import { InvitationRefused } from '../core/invitations.ts';
import { Jid } from '../xmpp/jid.ts';
import { formatDateTime } from '../xmpp/payloads/date-time.ts';
import type { Config } from '../config/schema.ts';
import { defineCommand } from './command.ts';
import { isYes, valueOf } from './face.ts';
import { AdminError, type AdminTarget } from './target.ts';

const MAX_USES = 10_000;

/** @spec XEP-0401 §5.4 */
export const invite = defineCommand({
  name: 'invite',
  summary: 'Invite somebody to make an account',
  needs: 'store',
  makesStore: true,
  parameters: [
    { name: 'address', description: 'a domain, or the address that the account shall have', optional: true },
    { name: 'contact', description: 'the account that becomes their contact', optional: true },
    { name: 'uses', description: 'how many accounts may be made with it (1)', optional: true },
  ],
  input: z.object({ address: z.string().optional(), contact: z.string().optional(), uses: z.string().optional() }),
  async run(target, { address, contact, uses = '1' }) {
    const { domain, local } = addressee(target, address);
    const book = target.invitations(domain);
    if (!book) throw new AdminError(`${domain} is not served here, or has no accounts`);
    const { hosts, registration } = target.config;
    if ((hosts[domain]?.registration ?? 'off') === 'off') {
      throw new AdminError(`nobody can register at ${domain}: set hosts.${domain}.registration to "invite"`);
    }
    const terms = {
      username: local,
      inviter: await inviterOf(target, domain, contact),
      uses: numberOf(uses),
      registers: true,
    };
    const made = await book.create(terms, registration.invitation_lifetime).catch(asAdminError);
    const { pages } = target.config;
    const base = baseOf(target.config);
    const uri = invitationUri(terms, made.token, domain);
    const jid = local === undefined ? domain : `${local}@${domain}`;
    const page = pages.chat ? { page: `${base}/chat#register&${new URLSearchParams({ jid, token: made.token })}` } : {};
    const landing = pages.invite ? landingUrl(base, uri) : undefined;
    return { uri, ...page, landing, expires: formatDateTime(made.invitation.expiresAt) };
  },
  render: ({ uri, page, landing, expires }) =>
    [page ?? landing, uri, `Until ${expires}.`].filter((line) => line !== undefined).join('\n'),
  faces: [
    {
      node: 'urn:xmpp:invite#create-account',
      name: 'Create account',
      formType: INVITATION_FORM,
      form: {
        title: 'Inviting a User',
        instructions: 'Fill out this form to make a link that registers an account.',
        questions: () => [
          { var: 'username', type: 'text-single', label: 'Username' },
          { var: 'roster-subscription', type: 'boolean', label: 'Roster subscription', value: 'false' },
        ],
      },
      inputs: (fields, { domain, jid }) => {
        const name = valueOf(fields, 'username');
        const address = name === '' ? domain : `${name}@${domain}`;
        return [isYes(fields, 'roster-subscription') ? { address, contact: jid.toString() } : { address }];
      },
      result: ([made]) => ({ fields: made ? invitationFields(made) : [] }),
    },
  ],
});

function addressee(target: AdminTarget, address: string | undefined): { domain: string; local: string | undefined } {
  const [only, ...others] = target.domains;
  if (address === undefined && others.length > 0) {
    throw new AdminError(`where? served are: ${target.domains.join(', ')}`);
  }
  const jid = Jid.parse(address ?? only ?? '');
  if (!jid || jid.isFull) throw new AdminError(`"${address ?? ''}" is neither a domain nor an account`);
  return { domain: jid.domain, local: jid.local };
}

async function inviterOf(
  target: AdminTarget,
  domain: string,
  contact: string | undefined,
): Promise<string | undefined> {
  if (contact === undefined) return undefined;
  const jid = Jid.parse(contact);
  const isThere = jid?.domain === domain && jid.isBare && (await target.accounts(domain)?.exists(jid));
  if (!jid || !isThere) throw new AdminError(`there is no account ${contact} at ${domain}`);
  return jid.toString();
}

/** Where others reach the server, as far as the configuration tells. */
function baseOf({ http }: Config): string {
  const [listener = ''] = http.listen_tls.length > 0 ? http.listen_tls : http.listen;
  const here = `http${http.listen_tls.length > 0 ? 's' : ''}://${listener}`;
  return http.public_url === '' ? here : http.public_url.replace(/\/$/, '');
}

function numberOf(uses: string): number {
  const count = /^\d{1,5}$/.test(uses) ? Number(uses) : 0;
  if (count >= 1 && count <= MAX_USES) return count;
  throw new AdminError(`"${uses}" is no number of uses: 1 to ${MAX_USES}`);
}

function asAdminError(error: unknown): never {
  if (error instanceof InvitationRefused) throw new AdminError(error.message, error.kind);
  throw error;
}
