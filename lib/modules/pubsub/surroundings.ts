import type { MaybePromise } from '../../core/maybe-promise.ts';
import type { Jid } from '../../xmpp/jid.ts';
import type { Stanza } from '../../xmpp/stanza.ts';
import type { Standing } from './access.ts';
import type { Node } from './node.ts';

/** What a service must know of the world that it does not keep itself. */
export interface Surroundings {
  /** How somebody stands to the owner of a service. */
  standing(owner: Jid, who: Jid): MaybePromise<Standing>;
  /** Who gets notifications of a node without having subscribed to it: full JIDs, each once. */
  audience(owner: Jid, node: Node): MaybePromise<readonly Jid[]>;
  send(stanza: Stanza): MaybePromise<void>;
}
