import type { Terms } from './invitations.ts';

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

/** @spec RFC 5122 §2.2 */
function escaped(local: string): string {
  return encodeURIComponent(local).replaceAll('%2B', '+');
}
