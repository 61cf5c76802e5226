import { z } from 'zod';
import { defineCommand, table } from './command.ts';
import { ACCOUNTS, adminNode, atMost, eachAccount, MAX_ITEMS } from './face.ts';
import { jidOf, serverOf } from './needed.ts';
import { AdminError, type SessionInfo } from './target.ts';

const JID = { name: 'jid', description: 'a full JID, or a bare one for all its resources' };

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
  faces: [
    {
      node: adminNode('get-online-users-num'),
      name: 'Get Number of Online Users',
      result: ([list]) => ({
        fields: [
          {
            var: 'onlineusersnum',
            label: 'The number of online users',
            values: [String(usersOf(list?.sessions ?? []).length)],
          },
        ],
      }),
    },
    {
      node: adminNode('get-online-users-list'),
      name: 'Get List of Online Users',
      form: {
        title: 'Requesting List of Online Users',
        instructions: 'Fill out this form to request the online users of this service.',
        questions: () => [MAX_ITEMS],
      },
      result: ([list], fields) => ({
        fields: [
          {
            var: 'onlineuserjids',
            type: 'jid-multi',
            label: 'The list of all online users',
            values: atMost(usersOf(list?.sessions ?? []), fields),
          },
        ],
      }),
    },
  ],
});

const sessionShow = defineCommand({
  name: 'session show',
  summary: 'Show the sessions of one client',
  needs: 'server',
  parameters: [JID],
  input: z.object({ jid: z.string() }),
  async run(target, { jid }) {
    const wanted = jidOf(jid);
    const sessions = serverOf(target)
      .sessions()
      .filter((session) => session.jid === wanted.toString() || session.account === wanted.toString());
    if (sessions.length === 0) throw new AdminError(`${wanted} is not connected`, 'missing');
    return { sessions };
  },
  render: ({ sessions }) => sessions.map(describeSession).join('\n\n'),
});

const sessionKill = defineCommand({
  name: 'session kill',
  summary: 'End the sessions of one client',
  needs: 'server',
  parameters: [JID],
  input: z.object({ jid: z.string() }),
  async run(target, { jid }) {
    const killed = serverOf(target).kill(jidOf(jid));
    if (killed === 0) throw new AdminError(`${jid} is not connected`, 'missing');
    return { killed };
  },
  render: ({ killed }) => (killed === 1 ? 'One session ended.' : `${killed} sessions ended.`),
  faces: [
    {
      node: adminNode('end-user-session'),
      name: 'End User Session',
      form: {
        title: 'Ending a User Session',
        instructions: 'Fill out this form to end the sessions of users, or one session by its full address.',
        questions: () => [ACCOUNTS],
      },
      inputs: eachAccount,
    },
  ],
});

export const SESSION_COMMANDS = [sessionList, sessionShow, sessionKill];

function usersOf(sessions: readonly SessionInfo[]): string[] {
  return [...new Set(sessions.map(({ account }) => account))].sort();
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
