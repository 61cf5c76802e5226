import { readFileSync, writeFileSync } from 'node:fs';
import { randomInt } from 'node:crypto';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { completeConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import type { HoldfastServer } from '../server.ts';
import { Jid } from '../xmpp/jid.ts';

const DOMAIN = 'localhost';
const USERS = ['alice', 'bob'] as const;
const PASSWORD_LENGTH = 10;
/** No characters that look like others. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
const ACCOUNTS = z.record(z.string(), z.string());

/** The configuration when there is none: this machine only, two accounts, and anonymous guests. */
export function demoConfig(): Config {
  return completeConfig({
    hosts: { [DOMAIN]: {}, [`anon.${DOMAIN}`]: { anonymous: true } },
    tcp: { listen: ['127.0.0.1:5222'] },
  });
}

/** Address and password of the demo accounts: made at the first start, and the same ever after. */
export async function demoAccounts(server: HoldfastServer): Promise<Readonly<Record<string, string>>> {
  const file = join(dirname(server.config.storage.file), 'demo-accounts.json');
  const known = readAccounts(file);
  const accounts = known ?? makeAccounts();
  for (const [address, password] of Object.entries(accounts)) {
    const jid = Jid.parse(address);
    const host = jid && server.hosts.find(jid.domain);
    if (!host) continue;
    const isNew = await host.accounts.create(jid, password);
    // The store has outlived the file: nobody knows the old password any more.
    if (!isNew && !known) await host.accounts.setPassword(jid, password);
  }
  if (!known) writeFileSync(file, `${JSON.stringify(accounts, undefined, 2)}\n`, { mode: 0o600 });
  return accounts;
}

/** Undefined when there are none, or when what is there is of no use. */
function readAccounts(file: string): Record<string, string> | undefined {
  try {
    return ACCOUNTS.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

function makeAccounts(): Record<string, string> {
  return Object.fromEntries(USERS.map((user) => [`${user}@${DOMAIN}`, makePassword()]));
}

function makePassword(): string {
  return Array.from({ length: PASSWORD_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}
