import { seconds } from '../base/time.ts';
import type { ConnectionManager } from '../bosh/connection-manager.ts';
import { Prebinding } from '../bosh/prebinding.ts';
import { Counter } from '../core/auth-limiter.ts';
import type { Host } from '../core/host.ts';
import type { Hosts } from '../core/hosts.ts';
import type { AppOptions } from '../http/app.ts';
import type { ClientAddress } from '../http/client-address.ts';
import { refusal } from '../http/routes/prebind.ts';
import { Jid } from '../xmpp/jid.ts';
import type { ServerParts } from './server-parts.ts';

export interface PrebindParts extends ServerParts {
  readonly manager: ConnectionManager;
  readonly hosts: Hosts;
  readonly clients: ClientAddress;
}

const MINUTE = seconds(60);
/** Wrong secrets from one address in a minute. */
const MAX_FAILURES = 20;
/** What pages ask for that do not care. */
const USUAL_WAIT = 60;
const USUAL_HOLD = 1;
/** There is one budget for all. */
const ALL = '';

/** Sessions that the application opens for its users; undefined where it cannot. */
export function prebindRoute(parts: PrebindParts): AppOptions['prebind'] {
  const { config, clock, random, log, manager, hosts, clients } = parts;
  const {
    secret,
    path,
    create_accounts: makesAccounts,
    per_minute: perMinute,
    plain_without_tls: allowsPlain,
  } = config.prebind;
  if (secret === '') return undefined;
  const failures = new Counter(clock, MINUTE);
  const opened = new Counter(clock, MINUTE);
  const prebinding = new Prebinding(manager, random);
  const secondsLeft = (counter: Counter, key: string): number => Math.ceil(counter.remaining(key) / 1000);
  return {
    secret,
    path,
    allowsPlain,
    clients,
    isBlocked: (address) => (failures.count(address) >= MAX_FAILURES ? secondsLeft(failures, address) : undefined),
    failed: (address) => {
      failures.add(address);
      log.warn('prebind.refused', { address });
    },
    open: async ({ jid, resource, wait = USUAL_WAIT, hold = USUAL_HOLD }, origin) => {
      if (opened.count(ALL) >= perMinute) {
        return { ...refusal(429, 'too many sessions'), retryAfter: secondsLeft(opened, ALL) };
      }
      opened.add(ALL);
      const account = Jid.parse(jid);
      const host = account && hosts.find(account.domain);
      if (!account || !host || !(await hasAccount(host, account, makesAccounts))) {
        return refusal(404, 'there is no such account');
      }
      // Where the back end is says nothing of the page.
      const session = await prebinding.open({ account, resource, wait, hold }, { ...origin, loopback: false });
      return 'sid' in session
        ? { status: 200, json: session }
        : refusal(statusOf(session.condition), session.condition);
    },
  };
}

async function hasAccount(host: Host, account: Jid, makesAccounts: boolean): Promise<boolean> {
  if (host.anonymous || account.local === undefined || account.resource !== undefined) return false;
  if (makesAccounts) await host.accounts.ensure(account);
  return (await host.accounts.exists(account)) && !(await host.accounts.isDisabled(account));
}

/** HTTP's word for it. */
function statusOf(condition: string): number {
  if (condition === 'bad-request') return 400;
  return condition === 'conflict' || condition === 'resource-constraint' ? 409 : 503;
}
