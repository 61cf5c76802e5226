import { z } from 'zod';
import { seconds, type Duration } from '../base/time.ts';
import type { Question } from '../xmpp/payloads/form.ts';
import type { FormFields } from '../xmpp/payloads/form-fields.ts';
import { defineCommand } from './command.ts';
import { adminNode, textOf, valueOf, type Face } from './face.ts';
import { announcementsOf, serverOf } from './needed.ts';
import { AdminError, type AdminTarget } from './target.ts';

/** Seconds that a stop or restart may be put off. */
const MAX_DELAY = 86_400;

const LATER = [
  { name: 'delay', description: 'seconds until then (0)', optional: true },
  { name: 'announcement', description: 'what users are told now', optional: true },
];
const LATER_INPUT = z.object({ delay: z.string().optional(), announcement: z.string().optional() });

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
  faces: [{ node: 'urn:holdfast:admin#status', name: 'Show Status of Service', isForAll: true }],
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
  faces: [{ node: 'urn:holdfast:admin#reload', name: 'Reload Configuration', isForAll: true }],
});

const stop = defineCommand({
  name: 'stop',
  summary: 'Stop the running server',
  needs: 'server',
  parameters: LATER,
  input: LATER_INPUT,
  async run(target, { delay, announcement }) {
    const after = delayOf(delay);
    announce(target, announcement);
    serverOf(target).stop(after);
    return { stopping: true, after };
  },
  render: ({ after }) =>
    after === 0 ? 'The server says goodbye to its clients and stops.' : `The server stops in ${after / 1000} s.`,
  faces: [laterFace('shutdown', 'Shut Down Service', 'Shutting Down the Service', 'shutting down')],
});

const restart = defineCommand({
  name: 'restart',
  summary: 'Stop the running server, and start it with the configuration as it is now',
  needs: 'server',
  parameters: LATER,
  input: LATER_INPUT,
  async run(target, { delay, announcement }) {
    const after = delayOf(delay);
    const server = serverOf(target);
    server.restart(after);
    announce(target, announcement);
    return { restarting: true, after };
  },
  render: ({ after }) => (after === 0 ? 'The server restarts.' : `The server restarts in ${after / 1000} s.`),
  faces: [laterFace('restart', 'Restart Service', 'Restarting the Service', 'restarting')],
});

const say = defineCommand({
  name: 'announce',
  summary: 'Tell everybody who is online',
  needs: 'server',
  parameters: [
    { name: 'text', description: 'what they are told' },
    { name: 'domain', description: 'the users of this domain; may be left out when there is only one', optional: true },
  ],
  input: z.object({ text: z.string().min(1), domain: z.string().optional() }),
  async run(target, { text, domain }) {
    serverOf(target);
    return { told: announcementsOf(target, domain).announce(text) };
  },
  render: ({ told }) => (told === 1 ? 'One client was told.' : `${told} clients were told.`),
  faces: [
    {
      node: adminNode('announce'),
      name: 'Send Announcement to Online Users',
      form: {
        title: 'Making an Announcement',
        instructions: 'Fill out this form to make an announcement to all online users of this service.',
        questions: () => [{ var: 'announcement', type: 'text-multi', label: 'Announcement', isRequired: true }],
      },
      inputs: (fields) => [{ text: textOf(fields, 'announcement') }],
    },
  ],
});

export const SERVICE_COMMANDS = [status, reload, stop, restart, say];

/** Everywhere. */
function announce(target: AdminTarget, text: string | undefined): void {
  if (!text) return;
  for (const domain of target.domains) announcementsOf(target, domain).announce(text);
}

function delayOf(text = '0'): Duration {
  const delay = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (delay <= MAX_DELAY) return seconds(delay);
  throw new AdminError(`"${text}" is no delay: 0 to ${MAX_DELAY} seconds`, 'usage');
}

/** @spec XEP-0133 §4.30 §4.31 */
function laterFace(node: string, name: string, title: string, doing: string): Face {
  const times: readonly (readonly [number, string])[] = [
    [30, '30 seconds'],
    [60, '60 seconds'],
    [90, '90 seconds'],
    [120, '2 minutes'],
    [180, '3 minutes'],
    [240, '4 minutes'],
    [300, '5 minutes'],
  ];
  const questions: Question[] = [
    {
      var: 'delay',
      type: 'list-single',
      label: `Time delay before ${doing}`,
      options: times.map(([value, label]) => ({ label, value: String(value) })),
    },
    { var: 'announcement', type: 'text-multi', label: 'Announcement' },
  ];
  return {
    node: adminNode(node),
    name,
    isForAll: true,
    form: { title, instructions: 'Fill out this form to do that for all domains.', questions: () => questions },
    inputs: (fields: FormFields) => [
      { delay: valueOf(fields, 'delay') || '0', announcement: textOf(fields, 'announcement') },
    ],
  };
}
