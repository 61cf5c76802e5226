import { z } from 'zod';
import type { Accounts } from '../core/accounts.ts';
import { Jid } from '../xmpp/jid.ts';
import { defineCommand, table, type Command } from './command.ts';
import { invite } from './invite.ts';
import { AdminError, type AdminTarget, type ServerControl, type SessionInfo } from './target.ts';

/** Accounts in one page of a list. */
const PAGE = 500;

const JID = { name: 'jid', description: 'the account, such as alice@example.com' };

const userAdd = defineCommand({
  name: 'user add',
  summary: 'Create an account',
  needs: 'store',
  makesStore: true,
  parameters: [JID, { name: 'password', description: 'its password', secret: true }],
  input: z.object({ jid: z.string(), password: z.string() }),
  async run(target, { jid, password }) {
    const account = accountOf(jid);
    const created = await accountsOf(target, account).create(account, password).catch(asAdminError);
    if (!created) throw new AdminError(`${account} exists already`);
    return { jid: account.toString() };
  },
  render: ({ jid }) => `${jid} can log in.`,
});

const userPasswd = defineCommand({
  name: 'user passwd',
  summary: 'Change a password',
  needs: 'store',
  parameters: [JID, { name: 'password', description: 'the new password', secret: true }],
  input: z.object({ jid: z.string(), password: z.string() }),
  async run(target, { jid, password }) {
    const account = accountOf(jid);
    const changed = await accountsOf(target, account).setPassword(account, password).catch(asAdminError);
    if (!changed) throw new AdminError(`there is no ${account}`);
    return { jid: account.toString() };
  },
  render: ({ jid }) => `${jid} has a new password.`,
});

const userDel = defineCommand({
  name: 'user del',
  summary: 'Remove an account with everything of it',
  needs: 'store',
  parameters: [JID],
  input: z.object({ jid: z.string() }),
  async run(target, { jid }) {
    const account = accountOf(jid);
    accountsOf(target, account);
    if (!(await target.removeAccount(account))) throw new AdminError(`there is no ${account}`);
    return { jid: account.toString() };
  },
  render: ({ jid }) => `${jid} is gone.`,
});

const userList = defineCommand({
  name: 'user list',
  summary: 'List accounts',
  needs: 'store',
  parameters: [{ name: 'domain', description: 'only those of this domain', optional: true }],
  input: z.object({ domain: z.string().optional() }),
  async run(target, { domain }) {
    const domains = domain === undefined ? target.domains : [domain];
    const jids: string[] = [];
    for (const name of domains) {
      const accounts = target.accounts(name);
      if (!accounts) throw new AdminError(`${name} is not served here`);
      for (
        let page = await accounts.list(name, PAGE);
        page.length > 0;
        page = await accounts.list(name, PAGE, page.at(-1))
      ) {
        jids.push(...page);
      }
    }
    return { jids };
  },
  render: ({ jids }) => (jids.length > 0 ? jids.join('\n') : 'There are no accounts.'),
});

const sessionList = defineCommand({
  name: 'session list',
  summary: 'List connected clients',
  needs: 'server',
  parameters: [],
  input: z.object({}),
  async run(target) {
    return { sessions: serverOf(target).sessions() };
  },
  render: ({ sessions }) =>
    table(
      ['JID', 'TRANSPORT', 'ADDRESS', 'SINCE', 'PRESENCE', 'HELD', 'QUEUED'],
      sessions.map((session) => [
        session.jid,
        session.transport,
        session.address,
        session.since,
        session.available ? `available ${session.priority}` : '-',
        String(session.bosh?.held ?? '-'),
        String(session.bosh?.queued ?? '-'),
      ]),
    ),
});

const sessionShow = defineCommand({
  name: 'session show',
  summary: 'Show the sessions of one client',
  needs: 'server',
  parameters: [{ name: 'jid', description: 'a full JID, or a bare one for all its resources' }],
  input: z.object({ jid: z.string() }),
  async run(target, { jid }) {
    const wanted = jidOf(jid);
    const sessions = serverOf(target)
      .sessions()
      .filter((session) => session.jid === wanted.toString() || Jid.parse(session.jid)?.bare.equals(wanted));
    if (sessions.length === 0) throw new AdminError(`${wanted} is not connected`);
    return { sessions };
  },
  render: ({ sessions }) => sessions.map(describeSession).join('\n\n'),
});

const sessionKill = defineCommand({
  name: 'session kill',
  summary: 'End the sessions of one client',
  needs: 'server',
  parameters: [{ name: 'jid', description: 'a full JID, or a bare one for all its resources' }],
  input: z.object({ jid: z.string() }),
  async run(target, { jid }) {
    const killed = serverOf(target).kill(jidOf(jid));
    if (killed === 0) throw new AdminError(`${jid} is not connected`);
    return { killed };
  },
  render: ({ killed }) => (killed === 1 ? 'One session ended.' : `${killed} sessions ended.`),
});

const status = defineCommand({
  name: 'status',
  summary: 'Show what the running server does',
  needs: 'server',
  parameters: [],
  input: z.object({}),
  async run(target) {
    return serverOf(target).status();
  },
  render: (now) =>
    [
      `Holdfast ${now.version}, process ${now.pid}, up ${now.uptimeSeconds} s`,
      `Listening at  ${now.urls.join(' ')}`,
      `Serving       ${now.domains.join(' ')}`,
      `Sessions      ${now.sessions} (BOSH ${now.boshSessions}, ${now.heldRequests} requests held)`,
    ].join('\n'),
});

const reload = defineCommand({
  name: 'reload',
  summary: 'Read configuration and certificates again',
  needs: 'server',
  parameters: [],
  input: z.object({}),
  async run(target) {
    const { done, failed } = serverOf(target).reload();
    if (failed.length > 0) throw new AdminError([...failed, ...done].join('\n'));
    return { done };
  },
  render: ({ done }) => done.join('\n'),
});

const stop = defineCommand({
  name: 'stop',
  summary: 'Stop the running server',
  needs: 'server',
  parameters: [],
  input: z.object({}),
  async run(target) {
    serverOf(target).stop();
    return { stopping: true };
  },
  render: () => 'The server says goodbye to its clients and stops.',
});

/** Everything an operator can do with a store or a running server. */
export const COMMANDS: readonly Command[] = [
  userAdd,
  userPasswd,
  userDel,
  userList,
  invite,
  sessionList,
  sessionShow,
  sessionKill,
  status,
  reload,
  stop,
];

function jidOf(text: string): Jid {
  const jid = Jid.parse(text);
  if (!jid) throw new AdminError(`"${text}" is not an address`);
  return jid;
}

function accountOf(text: string): Jid {
  const jid = jidOf(text);
  if (jid.local === undefined || jid.isFull)
    throw new AdminError(`"${text}" is not an account such as alice@example.com`);
  return jid;
}

function accountsOf(target: AdminTarget, jid: Jid): Accounts {
  const accounts = target.accounts(jid.domain);
  if (accounts) return accounts;
  throw new AdminError(
    `${jid.domain} is not served here, or has no accounts; served are: ${target.domains.join(', ')}`,
  );
}

function serverOf(target: AdminTarget): ServerControl {
  if (!target.server) throw new AdminError('no server is running here', 'unavailable');
  return target.server;
}

/** A password that is none is the operator's mistake, not ours. */
function asAdminError(error: unknown): never {
  if (error instanceof RangeError) throw new AdminError(error.message);
  throw error;
}

function describeSession({ bosh, ...session }: SessionInfo): string {
  const lines = [
    session.jid,
    `  transport   ${session.transport}${session.secure ? ' over TLS' : ''} from ${session.address}`,
    `  since       ${session.since}`,
    `  presence    ${session.available ? `available, priority ${session.priority}` : 'none'}`,
  ];
  if (!bosh) return lines.join('\n');
  const { ver, wait, hold, requests, inactivity, held, queued } = bosh;
  lines.push(
    `  agreed      ver ${ver}, wait ${wait} s, hold ${hold}, requests ${requests}, inactivity ${inactivity} s`,
  );
  lines.push(`  now         ${held} requests held, ${queued} payloads queued`);
  return lines.join('\n');
}
