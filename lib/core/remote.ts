import type { Stanza } from '../xmpp/stanza.ts';
import type { ClientSession } from './client-session.ts';
import { ServiceKey } from './keys.ts';
import type { MaybePromise } from './maybe-promise.ts';

/**
 * Takes a stanza to a domain of another server.
 *
 * @throws StanzaError when that is not possible
 * @spec RFC 6120 §10.4
 */
export type RemoteRoute = (stanza: Stanza, session: ClientSession | undefined) => MaybePromise<void>;

/** The way to other servers: the service of a module that federates. Without one there is no other server. */
export const REMOTE = new ServiceKey<RemoteRoute>('remote');
