import type { ConfigInput } from '../../lib/config/schema.ts';
import { createServer, type HoldfastServer, type ServerDependencies } from '../../lib/server.ts';
import { createMemoryStore } from '../../lib/storage/memory.ts';
import { Jid } from '../../lib/xmpp/jid.ts';

export const DOMAIN = 'localhost';
/** Passwords are the names; as few rounds as clients accept (RFC 7677 §4). */
const ITERATIONS = 4096;

type Parts<T> = { [K in keyof T]?: T[K] };

/** A whole server on a free port of this machine, with these accounts and every transport. */
export async function startServer(
  accounts: readonly string[] = [],
  config: Parts<ConfigInput> = {},
  dependencies: ServerDependencies = {},
): Promise<HoldfastServer> {
  const server = await createServer(
    {
      hosts: { [DOMAIN]: {}, [`anon.${DOMAIN}`]: { anonymous: true } },
      auth: { iterations: ITERATIONS },
      limits: { sessions_per_address: 0, session_creations_per_minute: 0 },
      http_poll: { enabled: true },
      ...config,
      http: { listen: ['127.0.0.1:0'], ...config.http },
    },
    { store: createMemoryStore(), ...dependencies },
  );
  for (const name of accounts) await createAccount(server, name);
  await server.listen();
  return server;
}

export async function createAccount(server: HoldfastServer, name: string, domain = DOMAIN): Promise<void> {
  const jid = Jid.make(name, domain);
  const host = server.hosts.find(domain);
  if (!jid || !host || !(await host.accounts.create(jid, name))) throw new Error(`cannot create ${name}`);
}
