import type { Jid } from '../../xmpp/jid.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import { pubsubError } from './errors.ts';
import { valuesOf } from './node-config.ts';
import type { Affiliation, Node } from './node.ts';

/** How somebody stands to the owner of a service. */
export interface Standing {
  readonly isOwner: boolean;
  /** Subscribed to the presence of the owner. */
  readonly isContact: boolean;
  /** Roster groups of the owner that they are in. */
  readonly groups: readonly string[];
}

export function affiliationOf(node: Node, who: Jid, standing: Standing): Affiliation {
  return standing.isOwner ? 'owner' : (node.affiliations.get(who.bare.toString()) ?? 'none');
}

/** Whether somebody has an approved subscription, of any of their resources. */
function isSubscribed(node: Node, who: Jid): boolean {
  const states = [node.subscriptions.get(who.toString()), node.subscriptions.get(who.bare.toString())];
  return states.includes('subscribed');
}

/** Why somebody may not retrieve items or get notifications; undefined when they may. @spec XEP-0060 §4.5 §6.5.9 */
export function readRefusal(node: Node, who: Jid, standing: Standing): StanzaError | undefined {
  const refusal = subscribeRefusal(node, who, standing);
  if (refusal || node.config['pubsub#access_model'] !== 'authorize') return refusal;
  if (hasPrivilege(affiliationOf(node, who, standing)) || isSubscribed(node, who)) return undefined;
  return pubsubError('not-authorized', 'not-subscribed');
}

/** Why somebody may not subscribe; undefined when they may, be it that the owner is asked first. @spec XEP-0060 §6.1.3 */
export function subscribeRefusal(node: Node, who: Jid, standing: Standing): StanzaError | undefined {
  const affiliation = affiliationOf(node, who, standing);
  if (hasPrivilege(affiliation)) return undefined;
  if (affiliation !== 'none') return new StanzaError('forbidden');
  switch (node.config['pubsub#access_model']) {
    case 'open':
    case 'authorize':
      return undefined;
    case 'presence':
      return standing.isContact ? undefined : pubsubError('not-authorized', 'presence-subscription-required');
    case 'roster':
      return isInGroup(node, standing) ? undefined : pubsubError('not-authorized', 'not-in-roster-group');
    default:
      return pubsubError('not-allowed', 'closed-node');
  }
}

/** @spec XEP-0060 §4.1 §7.1.3.1 */
export function mayPublish(node: Node, who: Jid, standing: Standing): boolean {
  const affiliation = affiliationOf(node, who, standing);
  if (affiliation === 'outcast') return false;
  if (affiliation === 'owner' || affiliation === 'publisher' || affiliation === 'publish-only') return true;
  const model = node.config['pubsub#publish_model'];
  return model === 'open' || (model === 'subscribers' && isSubscribed(node, who));
}

/** They get in whatever the access model says. */
export function hasPrivilege(affiliation: Affiliation): boolean {
  return affiliation === 'owner' || affiliation === 'publisher' || affiliation === 'member';
}

function isInGroup(node: Node, { isContact, groups }: Standing): boolean {
  const allowed = valuesOf(node.config, 'pubsub#roster_groups_allowed');
  return isContact && groups.some((group) => allowed.includes(group));
}
