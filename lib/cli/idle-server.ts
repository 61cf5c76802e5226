import type { AdminTarget } from '../admin/target.ts';
import { serverTarget } from '../admin/targets.ts';
import type { Config } from '../config/schema.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { HoldfastServer } from '../server.ts';
import type { Store } from '../storage/store.ts';

/** Does what needs the modules where no server runs: with one that listens nowhere. It closes the store. */
export async function onIdleServer<T>(
  config: Config,
  store: Store,
  work: (target: AdminTarget) => Promise<T>,
): Promise<T> {
  const server = new HoldfastServer(config, store);
  try {
    return await work(serverTarget(server, systemClock));
  } finally {
    await server.close({ drain: 0 });
  }
}
