import { StateKey } from '../../core/keys.ts';
import { andThen, type MaybePromise } from '../../core/maybe-promise.ts';
import { defineModule, type HostContext, type Verdict } from '../../core/module.ts';
import type { Jid } from '../../xmpp/jid.ts';
import { NS_AVATAR_DATA, NS_AVATAR_METADATA, NS_PEP_VCARD_CONVERSION } from '../../xmpp/ns.ts';
import type { Stanza } from '../../xmpp/stanza.ts';
import { PEP } from '../pep/index.ts';
import { PRESENCE } from '../presence/index.ts';
import type { Change } from '../pubsub/service.ts';
import { AVATARS, Avatars } from './avatars.ts';
import { HashBoard } from './hash-board.ts';
import { isWithoutAvatar, withHash } from './presence-hash.ts';

/** Whether the client wants no avatar in its presence. */
const SHOWN = new StateKey('avatar', () => ({ wantsNone: false }));

/**
 * Avatars that are published by either way are seen by both: presence carries their hash, whoever
 * sends it. The vCards themselves are another module's.
 *
 * @spec XEP-0398
 */
export default defineModule({
  name: 'avatars',
  implements: [
    { spec: 'XEP-0084', version: '1.1.4', status: 'complete', note: 'kept in PEP' },
    { spec: 'XEP-0153', version: '1.1.1', status: 'complete' },
    { spec: 'XEP-0398', version: '1.0.0', status: 'complete' },
  ],
  needs: ['pep', 'presence'],

  setup(host) {
    const pep = host.service(PEP);
    if (!pep) throw new Error('avatars need PEP');
    const avatars = new Avatars(pep);
    const board = new HashBoard(avatars);
    host.provide(AVATARS, avatars);
    host.accountFeature(NS_PEP_VCARD_CONVERSION);
    stampPresence(host, board);
    pep.service.watch((change) => {
      if (concernsAvatars(change, board)) host.background(() => changed(host, board, change.owner));
    });
  },
});

/** @spec XEP-0398 §4 */
function stampPresence(host: HostContext, board: HashBoard): void {
  const stamp = (account: Jid, stanza: Stanza): MaybePromise<Verdict> => {
    if (stanza.kind !== 'presence' || stanza.type !== undefined || isWithoutAvatar(stanza)) return undefined;
    return andThen(board.of(account), (hash) => ({ replace: withHash(stanza, hash) }));
  };
  host.hook('presence:broadcast', 'filter', ({ session, stanza }) => {
    session.state(SHOWN).wantsNone = isWithoutAvatar(stanza);
    return stamp(session.account, stanza);
  });
  host.hook('stanza:from-client', 'filter', ({ session, stanza }) =>
    stanza.to ? stamp(session.account, stanza) : undefined,
  );
  host.hook('session:bound', 'observe', async ({ session }) => void (await board.of(session.account)));
  host.hook('session:ended', 'observe', ({ session }) => {
    if (host.sessions.of(session.account).length === 0) board.forget(session.account);
  });
}

/** Data that replaces other data says nothing before its metadata does. */
function concernsAvatars({ owner, node, retracted }: Change, board: HashBoard): boolean {
  if (node === NS_AVATAR_METADATA) return true;
  return node === NS_AVATAR_DATA && (retracted !== undefined || board.of(owner) === '');
}

/** Contacts whose clients only know vCards learn of a new avatar by presence. */
async function changed(host: HostContext, board: HashBoard, account: Jid): Promise<void> {
  const sessions = host.sessions.available(account);
  if (host.sessions.of(account).length === 0) return board.forget(account);
  const hash = await board.renew(account);
  if (hash === undefined) return;
  for (const session of sessions) {
    const { presence } = session;
    if (presence && !session.state(SHOWN).wantsNone) {
      await host.service(PRESENCE)?.broadcast(session, withHash(presence, hash));
    }
  }
}
