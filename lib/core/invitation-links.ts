import type { FormField } from '../xmpp/payloads/data-form.ts';
import type { Terms } from './invitations.ts';

/** FORM_TYPE of what whoever invites is told. @spec XEP-0401 §5.1 */
export const INVITATION_FORM = 'urn:xmpp:invite#invitation';

/** What an inviter hands on. */
export interface InvitationLinks {
  readonly uri: string;
  /** A page that says what to do with it; undefined where there is none. */
  readonly landing: string | undefined;
  /** As XEP-0082 writes it. */
  readonly expires: string;
}

/**
 * What a client opens to use an invitation: it registers a name, registers any name, or adds the
 * inviter as a contact, with an account made first where `ibr=y` says that this may be.
 *
 * @spec XEP-0401 §5.1 §5.4 @spec XEP-0445 §2
 */
export function invitationUri(terms: Terms, token: string, domain: string): string {
  if (terms.username !== undefined) return `xmpp:${escaped(terms.username)}@${domain}?register;preauth=${token}`;
  if (terms.inviter === undefined) return `xmpp:${domain}?register;preauth=${token}`;
  const [local = ''] = terms.inviter.split('@');
  return `xmpp:${escaped(local)}@${domain}?roster;preauth=${token}${terms.registers ? ';ibr=y' : ''}`;
}

/**
 * The page of a server that hands on an invitation. What it is about is in the fragment, which browsers
 * send to nobody.
 *
 * @param base the address of the server, without a slash at the end
 * @spec XEP-0379 §3.3
 */
export function landingUrl(base: string, uri: string): string {
  return `${base}/invite#${uri.replace(/^xmpp:/, '')}`;
}

/** What the inviter is told. @spec XEP-0401 §5.1 */
export function invitationFields({ uri, landing, expires }: InvitationLinks): FormField[] {
  return [
    { var: 'uri', type: 'text-single', values: [uri] },
    ...(landing === undefined ? [] : [{ var: 'landing-url', type: 'text-single', values: [landing] }]),
    { var: 'expire', type: 'text-single', values: [expires] },
  ];
}

/** @spec RFC 5122 §2.2 */
function escaped(local: string): string {
  return encodeURIComponent(local).replaceAll('%2B', '+');
}
