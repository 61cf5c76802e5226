import { z } from 'zod';
import type { Question } from '../xmpp/payloads/form.ts';
import { defineCommand } from './command.ts';
import { adminNode, textOf } from './face.ts';
import { announcementsOf } from './needed.ts';
import { AdminError, type AdminTarget } from './target.ts';

const DOMAIN = { name: 'domain', description: 'may be left out when there is only one', optional: true };
const TEXT = { name: 'text', description: 'what users are told' };
const WHERE = z.object({ domain: z.string().optional() });
const WHAT = z.object({ text: z.string().min(1), domain: z.string().optional() });
const QUESTION: Question = { var: 'motd', type: 'text-multi', label: 'Message of the Day', isRequired: true };

const motdShow = defineCommand({
  name: 'motd show',
  summary: 'Show the message of the day',
  needs: 'modules',
  parameters: [DOMAIN],
  input: WHERE,
  async run(target, { domain }) {
    return { text: (await announcementsOf(target, domain).today()) ?? null };
  },
  render: ({ text }) => text ?? 'There is no message of the day.',
});

const motdSet = defineCommand({
  name: 'motd set',
  summary: 'Tell every user something, once',
  needs: 'modules',
  makesStore: true,
  parameters: [TEXT, DOMAIN],
  input: WHAT,
  async run(target, { text, domain }) {
    await announcementsOf(target, domain).set(text);
    return { text };
  },
  render: () => 'Who is online knows; everybody else hears when they log in.',
  faces: [
    {
      node: adminNode('set-motd'),
      name: 'Set Message of the Day',
      form: {
        title: 'Setting the Message of the Day',
        instructions: 'Fill out this form to set the message of the day.',
        questions: () => [QUESTION],
      },
      inputs: (fields) => [{ text: textOf(fields, 'motd') }],
    },
  ],
});

const motdEdit = defineCommand({
  name: 'motd edit',
  summary: 'Change the message of the day for those who have not had it',
  needs: 'modules',
  parameters: [TEXT, DOMAIN],
  input: WHAT,
  async run(target, { text, domain }) {
    if (!(await announcementsOf(target, domain).edit(text))) throw noMessage();
    return { text };
  },
  render: () => 'The message of the day is changed.',
  faces: [
    {
      node: adminNode('edit-motd'),
      name: 'Edit Message of the Day',
      form: {
        title: 'Editing the Message of the Day',
        instructions: 'Fill out this form to edit the message of the day.',
        questions: questionWithMotd,
      },
      inputs: (fields) => [{ text: textOf(fields, 'motd') }],
    },
  ],
});

const motdDel = defineCommand({
  name: 'motd del',
  summary: 'Remove the message of the day',
  needs: 'modules',
  parameters: [DOMAIN],
  input: WHERE,
  async run(target, { domain }) {
    if (!(await announcementsOf(target, domain).remove())) throw noMessage();
    return {};
  },
  render: () => 'There is no message of the day any more.',
  faces: [{ node: adminNode('delete-motd'), name: 'Delete Message of the Day' }],
});

export const MOTD_COMMANDS = [motdShow, motdSet, motdEdit, motdDel];

async function questionWithMotd(target: AdminTarget, domain: string): Promise<Question[]> {
  const text = await announcementsOf(target, domain).today();
  return [{ ...QUESTION, value: text?.split('\n') ?? [] }];
}

function noMessage(): AdminError {
  return new AdminError('there is no message of the day', 'missing');
}
