import type { Accounts } from '../core/accounts.ts';
import type { Announcements } from '../core/announcements.ts';
import type { Store } from '../storage/store.ts';
import { Jid } from '../xmpp/jid.ts';
import { AdminError, type AdminTarget, type ModuleControl, type ServerControl } from './target.ts';

/** What commands need, or the sentence that says why it is not there. @throws AdminError */

export function jidOf(text: string): Jid {
  const jid = Jid.parse(text);
  if (!jid) throw new AdminError(`"${text}" is not an address`);
  return jid;
}

export function accountOf(text: string): Jid {
  const jid = jidOf(text);
  if (jid.local === undefined || jid.isFull) {
    throw new AdminError(`"${text}" is not an account such as alice@example.com`);
  }
  return jid;
}

export function accountsOf(target: AdminTarget, { domain }: Jid): Accounts {
  return target.accounts(domain) ?? notServed(target, domain);
}

export function storeOf(target: AdminTarget, { domain }: Jid): Store {
  return target.store(domain) ?? notServed(target, domain);
}

export function modulesOf(target: AdminTarget): ModuleControl {
  if (!target.modules) throw new AdminError('this cannot be done on the store alone', 'unavailable');
  return target.modules;
}

/** @param domain may be left out where there is only one */
export function announcementsOf(target: AdminTarget, domain: string | undefined): Announcements {
  const [only, ...others] = target.domains;
  if (domain === undefined && others.length > 0) {
    throw new AdminError(`where? served are: ${target.domains.join(', ')}`, 'usage');
  }
  const name = domain ?? only ?? '';
  return modulesOf(target).announcements(name) ?? notServed(target, name);
}

export function serverOf(target: AdminTarget): ServerControl {
  if (!target.server) throw new AdminError('no server is running here', 'unavailable');
  return target.server;
}

/** A password that is none is the operator's mistake, not ours. */
export function asAdminError(error: unknown): never {
  if (error instanceof RangeError) throw new AdminError(error.message);
  throw error;
}

function notServed(target: AdminTarget, domain: string): never {
  throw new AdminError(`${domain} is not served here, or has no accounts; served are: ${target.domains.join(', ')}`);
}
