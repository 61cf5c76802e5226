import { AdminError } from '../admin/target.ts';
import type { ServerActions } from '../admin/targets.ts';
import type { HoldfastServer } from '../server.ts';

const FRESH = 'Certificates are up to date.';
const STALE = 'The new certificate is no good; the old one stays.';

/** What administrators may have done to a server that is part of another program. */
export function ownActions(server: HoldfastServer): ServerActions {
  return {
    reload: () => (server.reloadCertificates() ? { done: [FRESH], failed: [] } : { done: [], failed: [STALE] }),
    // Whoever closes it again is told what went wrong.
    stop: () => void server.close().catch(() => undefined),
    prepareRestart: () => {
      throw new AdminError('this server is part of a program that has to start it', 'unavailable');
    },
  };
}
