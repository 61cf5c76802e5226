import { z } from 'zod';
import { invitationUri } from '../core/invitation-uri.ts';
import { InvitationRefused } from '../core/invitations.ts';
import { Jid } from '../xmpp/jid.ts';
import { formatDateTime } from '../xmpp/payloads/date-time.ts';
import type { Config } from '../config/schema.ts';
import type { FormField } from '../xmpp/payloads/data-form.ts';
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
    const page = pageOf(target.config, local === undefined ? domain : `${local}@${domain}`, made.token);
    const uri = invitationUri(terms, made.token, domain);
    return { uri, ...(page === undefined ? {} : { page }), expires: formatDateTime(made.invitation.expiresAt) };
  },
  render: ({ uri, page, expires }) => `${page === undefined ? '' : `${page}\n`}${uri}\nUntil ${expires}.`,
  faces: [
    {
      node: 'urn:xmpp:invite#create-account',
      name: 'Create account',
      formType: 'urn:xmpp:invite#invitation',
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

/** @spec XEP-0401 §5.1 */
function invitationFields({ uri, page, expires }: { uri: string; page?: string; expires: string }): FormField[] {
  return [
    { var: 'uri', type: 'text-single', values: [uri] },
    ...(page === undefined ? [] : [{ var: 'landing-url', type: 'text-single', values: [page] }]),
    { var: 'expire', type: 'text-single', values: [expires] },
  ];
}

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

/** The chat page with the registration form; the token is in the fragment, which browsers send to nobody. */
function pageOf({ http, pages }: Config, address: string, token: string): string | undefined {
  const [listener = ''] = http.listen_tls.length > 0 ? http.listen_tls : http.listen;
  const here = `http${http.listen_tls.length > 0 ? 's' : ''}://${listener}`;
  const base = http.public_url === '' ? here : http.public_url.replace(/\/$/, '');
  return pages.chat ? `${base}/chat#register&${new URLSearchParams({ jid: address, token })}` : undefined;
}

function numberOf(uses: string): number {
  const count = /^\d{1,5}$/.test(uses) ? Number(uses) : 0;
  if (count >= 1 && count <= MAX_USES) return count;
  throw new AdminError(`"${uses}" is no number of uses: 1 to ${MAX_USES}`);
}

function asAdminError(error: unknown): never {
  if (error instanceof InvitationRefused) throw new AdminError(error.message);
  throw error;
}
