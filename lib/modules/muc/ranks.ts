import { StanzaError } from '../../xmpp/stanza-error.ts';

/** What somebody may do while in the room. @spec XEP-0045 §5.1 */
export type Role = 'none' | 'visitor' | 'participant' | 'moderator';

/** What ties somebody to the room, in it or not. @spec XEP-0045 §5.2 */
export type Affiliation = 'outcast' | 'none' | 'member' | 'admin' | 'owner';

export interface Standing {
  readonly role: Role;
  readonly affiliation: Affiliation;
}

const ROLES: readonly string[] = ['none', 'visitor', 'participant', 'moderator'] satisfies Role[];
const AFFILIATIONS: readonly string[] = ['outcast', 'none', 'member', 'admin', 'owner'] satisfies Affiliation[];

export function isRole(text: string): text is Role {
  return ROLES.includes(text);
}

export function isAffiliation(text: string): text is Affiliation {
  return AFFILIATIONS.includes(text);
}

/** Whether an affiliation is this one or a higher one. */
export function isAtLeast(affiliation: Affiliation, least: Affiliation): boolean {
  return AFFILIATIONS.indexOf(affiliation) >= AFFILIATIONS.indexOf(least);
}

/** The role of who enters, or whose affiliation changes. @spec XEP-0045 §5.1.2 */
export function defaultRole(affiliation: Affiliation, isModerated: boolean): Role {
  if (affiliation === 'outcast') return 'none';
  if (isAtLeast(affiliation, 'admin')) return 'moderator';
  return affiliation === 'none' && isModerated ? 'visitor' : 'participant';
}

/**
 * Whether `actor` may give `role` to `target`.
 *
 * @throws StanzaError forbidden, not-allowed
 * @spec XEP-0045 §5.1.3 §8.2 §8.3 §8.4 §9.6 §9.7
 */
export function checkRoleChange(actor: Standing, target: Standing, role: Role): void {
  const isAdmin = isAtLeast(actor.affiliation, 'admin');
  if (actor.role !== 'moderator' && !isAdmin) throw new StanzaError('forbidden', 'Only moderators change roles.');
  if (role === 'moderator' && !isAdmin) throw new StanzaError('forbidden', 'Only admins make moderators.');
  if (target.role === role) return;
  const isDemotion = role === 'none' || role === 'visitor' || target.role === 'moderator';
  if (!isDemotion) return;
  if (target.role === 'moderator' && !isAdmin) throw notAllowed('Only admins do this to a moderator.');
  if (role === 'none') {
    if (!isAtLeast(actor.affiliation, target.affiliation)) throw notAllowed('This occupant has a higher affiliation.');
    return;
  }
  if (isAtLeast(target.affiliation, 'admin')) throw notAllowed('Owners and admins are moderators.');
  // "At or above the moderator's level" (§8.4): who has no affiliation is on no level.
  const isAbove = isAtLeast(target.affiliation, 'member') && isAtLeast(target.affiliation, actor.affiliation);
  if (isAbove) throw notAllowed('This occupant has the same or a higher affiliation.');
}

export interface AffiliationChange {
  readonly actor: Affiliation;
  readonly from: Affiliation;
  readonly to: Affiliation;
  /** Somebody changes what they are themselves. */
  readonly isSelf: boolean;
  /** Who is changed is the only owner. */
  readonly isLastOwner: boolean;
}

/**
 * Whether an affiliation may be changed.
 *
 * @throws StanzaError forbidden, not-allowed, conflict
 * @spec XEP-0045 §5.2.2 §9.1 §9.3 §10.3 §10.4 §10.5 §10.6
 */
export function checkAffiliationChange({ actor, from, to, isSelf, isLastOwner }: AffiliationChange): void {
  if (!isAtLeast(actor, 'admin')) throw new StanzaError('forbidden', 'Only admins change affiliations.');
  if (to === 'outcast' && isSelf) throw new StanzaError('conflict', 'Nobody bans themselves.');
  if (actor !== 'owner') {
    if (to === 'outcast' && isAtLeast(from, 'admin')) throw notAllowed('Only owners ban admins and owners.');
    if (isAtLeast(from, 'admin') || isAtLeast(to, 'admin')) {
      throw new StanzaError('forbidden', 'Only owners change who is owner or admin.');
    }
  }
  if (isLastOwner && to !== 'owner') throw new StanzaError('conflict', 'A room has at least one owner.');
}

function notAllowed(text: string): StanzaError {
  return new StanzaError('not-allowed', text);
}
