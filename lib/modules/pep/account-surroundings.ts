import { BLOCKS } from '../../core/blocks.ts';
import { andThen, type MaybePromise } from '../../core/maybe-promise.ts';
import type { HostContext } from '../../core/module.ts';
import { Jid } from '../../xmpp/jid.ts';
import type { Stanza } from '../../xmpp/stanza.ts';
import { CAPABILITIES } from '../caps/capabilities.ts';
import { readRefusal, type Standing } from '../pubsub/access.ts';
import type { Node } from '../pubsub/node.ts';
import type { Surroundings } from '../pubsub/surroundings.ts';
import { ROSTERS, type Roster } from '../roster/rosters.ts';
import type { Sharers } from './sharers.ts';

const OWNER: Standing = { isOwner: true, isContact: true, groups: [] };
const STRANGER: Standing = { isOwner: false, isContact: false, groups: [] };
const EMPTY: Roster = { version: 0, items: new Map() };

/**
 * What accounts know of the world: their contacts are subscribers, as far as the access model of a
 * node lets them, and get what their clients announce an interest in.
 *
 * @spec XEP-0060 §9 @spec XEP-0163 §4
 */
export class AccountSurroundings implements Surroundings {
  readonly #host: HostContext;
  readonly #sharers: Sharers;

  constructor(host: HostContext, sharers: Sharers) {
    this.#host = host;
    this.#sharers = sharers;
  }

  standing(owner: Jid, who: Jid): MaybePromise<Standing> {
    if (who.bare.equals(owner)) return OWNER;
    return andThen(this.#roster(owner), (roster) => standingIn(roster, who));
  }

  audience(owner: Jid, node: Node): MaybePromise<readonly Jid[]> {
    const feature = `${node.name}+notify`;
    const capabilities = this.#host.service(CAPABILITIES);
    return andThen(this.#roster(owner), (roster) => {
      const audience = new Map<string, Jid>();
      const add = (jid: Jid, standing: Standing): void => {
        if (!capabilities?.features(jid).has(feature) || readRefusal(node, jid, standing)) return;
        audience.set(jid.toString(), jid);
      };
      for (const { jid } of this.#host.sessions.available(owner)) add(jid, OWNER);
      for (const contact of subscribers(roster)) {
        for (const { jid } of this.#host.sessions.available(contact)) add(jid, standingIn(roster, jid));
      }
      for (const jid of this.#sharers.of(owner)) add(jid, standingIn(roster, jid));
      return [...audience.values()];
    });
  }

  /** Not to those whom the owner has blocked, whatever made them subscribers. @spec XEP-0163 §4.3.3 */
  send(stanza: Stanza): MaybePromise<void> {
    const { from, to } = stanza;
    const blocks = from && this.#host.service(BLOCKS)?.of(from.bare);
    if (!to || !blocks) return this.#host.send(stanza);
    return andThen(blocks, (list) => (list.has(to) ? undefined : this.#host.send(stanza)));
  }

  /** The accounts of this host whose nodes a resource may be interested in. @spec XEP-0163 §4.3.4 */
  publishersFor(resource: Jid): MaybePromise<Jid[]> {
    const sharing = [...this.#sharers.accountsOf(resource)];
    if (resource.domain !== this.#host.domain) return sharing;
    const account = resource.bare;
    return andThen(this.#roster(account), ({ items }) => {
      const accounts = new Map([account, ...sharing].map((jid) => [jid.toString(), jid]));
      for (const { contact, subscription } of items.values()) {
        const jid = subscription === 'to' || subscription === 'both' ? Jid.parse(contact) : undefined;
        if (jid?.domain === this.#host.domain) accounts.set(contact, jid);
      }
      return [...accounts.values()];
    });
  }

  #roster(owner: Jid): MaybePromise<Roster> {
    return this.#host.service(ROSTERS)?.get(owner) ?? EMPTY;
  }
}

function standingIn({ items }: Roster, who: Jid): Standing {
  const item = items.get(who.bare.toString());
  if (item?.subscription !== 'from' && item?.subscription !== 'both') return STRANGER;
  return { isOwner: false, isContact: true, groups: item.groups };
}

/** Those who get the presence of the owner of a roster. */
function subscribers({ items }: Roster): Jid[] {
  return [...items.values()]
    .filter(({ subscription }) => subscription === 'from' || subscription === 'both')
    .flatMap(({ contact }) => Jid.parse(contact) ?? []);
}
