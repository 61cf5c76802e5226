import { z } from 'zod';
import { defineCommand } from './command.ts';
import { ACCOUNT, ACCOUNTS, adminNode, eachAccount, valueOf } from './face.ts';
import { accountOf, accountsOf, asAdminError, modulesOf, storeOf } from './needed.ts';
import { AdminError } from './target.ts';
import { formatDateTime } from '../xmpp/payloads/date-time.ts';
import type { Question } from '../xmpp/payloads/form.ts';
import type { FormFields } from '../xmpp/payloads/form-fields.ts';

const JID = { name: 'jid', description: 'the account, such as alice@example.com' };
const PASSWORD: Question = { var: 'password', type: 'text-private', label: 'The password', isRequired: true };

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
    if (!created) throw new AdminError(`${account} exists already`, 'conflict');
    return { jid: account.toString() };
  },
  render: ({ jid }) => `${jid} can log in.`,
  faces: [
    {
      node: adminNode('add-user'),
      name: 'Add User',
      form: {
        title: 'Adding a User',
        instructions: 'Fill out this form to add a user.',
        questions: () => [
          ACCOUNT,
          PASSWORD,
          { var: 'password-verify', type: 'text-private', label: 'Retype password' },
        ],
      },
      inputs: (fields) => {
        const again = fields.get('password-verify')?.[0];
        if (again !== undefined && again !== valueOf(fields, 'password')) {
          throw new AdminError('the two passwords are different', 'usage');
        }
        return [credentialsIn(fields)];
      },
    },
  ],
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
    if (!changed) throw new AdminError(`there is no ${account}`, 'missing');
    return { jid: account.toString() };
  },
  render: ({ jid }) => `${jid} has a new password.`,
  faces: [
    {
      node: adminNode('change-user-password'),
      name: 'Change User Password',
      form: {
        title: 'Changing a User Password',
        instructions: "Fill out this form to change a user's password.",
        questions: () => [ACCOUNT, PASSWORD],
      },
      inputs: (fields) => [credentialsIn(fields)],
    },
  ],
});

const userDel = defineCommand({
  name: 'user del',
  summary: 'Remove an account with everything of it',
  needs: 'modules',
  parameters: [JID],
  input: z.object({ jid: z.string() }),
  async run(target, { jid }) {
    const account = accountOf(jid);
    accountsOf(target, account);
    if (!(await modulesOf(target).removeAccount(account))) throw new AdminError(`there is no ${account}`, 'missing');
    return { jid: account.toString() };
  },
  render: ({ jid }) => `${jid} is gone.`,
  faces: [
    {
      node: adminNode('delete-user'),
      name: 'Delete User',
      form: {
        title: 'Deleting a User',
        instructions: 'Fill out this form to delete users with everything of them.',
        questions: () => [ACCOUNTS],
      },
      inputs: eachAccount,
    },
  ],
});

const userDisable = defineCommand({
  name: 'user disable',
  summary: 'Let nobody log in to an account, and lose nothing of it',
  needs: 'store',
  parameters: [JID],
  input: z.object({ jid: z.string() }),
  async run(target, { jid }) {
    const account = accountOf(jid);
    if (!(await accountsOf(target, account).disable(account)))
      throw new AdminError(`there is no ${account}`, 'missing');
    target.server?.kill(account);
    return { jid: account.toString() };
  },
  render: ({ jid }) => `${jid} is disabled.`,
  faces: [
    {
      node: adminNode('disable-user'),
      name: 'Disable User',
      form: {
        title: 'Disabling a User',
        instructions: 'Fill out this form to let users log in no more, and lose nothing of them.',
        questions: () => [ACCOUNTS],
      },
      inputs: eachAccount,
    },
  ],
});

const userEnable = defineCommand({
  name: 'user enable',
  summary: 'Enable an account that was disabled',
  needs: 'store',
  parameters: [JID],
  input: z.object({ jid: z.string() }),
  async run(target, { jid }) {
    const account = accountOf(jid);
    if (!(await accountsOf(target, account).enable(account)))
      throw new AdminError(`${account} is not disabled`, 'missing');
    return { jid: account.toString() };
  },
  render: ({ jid }) => `${jid} can log in again.`,
  faces: [
    {
      node: adminNode('reenable-user'),
      name: 'Re-Enable User',
      form: {
        title: 'Re-Enabling a User',
        instructions: 'Fill out this form to let users log in again.',
        questions: () => [ACCOUNTS],
      },
      inputs: eachAccount,
    },
  ],
});

const userShow = defineCommand({
  name: 'user show',
  summary: 'Show what is known of an account',
  needs: 'store',
  parameters: [JID],
  input: z.object({ jid: z.string() }),
  async run(target, { jid }) {
    const account = accountOf(jid);
    const store = storeOf(target, account);
    const found = await store.accounts.find(account.toString());
    if (!found) throw new AdminError(`there is no ${account}`, 'missing');
    const own = (target.server?.sessions(account.domain) ?? []).filter(
      (session) => session.account === account.toString(),
    );
    const seen = await store.lastSeen.get(account.toString());
    const { items } = await store.roster.load(account.toString());
    return {
      jid: account.toString(),
      created: formatDateTime(found.createdAt),
      disabled: (await target.accounts(account.domain)?.isDisabled(account)) ?? false,
      /** Of the newest session, or when the last one ended. */
      lastLogin:
        own
          .map(({ since }) => since)
          .sort()
          .at(-1) ??
        (seen && formatDateTime(seen.at)),
      roster: items.filter((item) => item.listed),
      resources: own.map((session) => session.jid.slice(account.toString().length + 1)),
      addresses: [...new Set(own.map(({ address }) => address))],
    };
  },
  render: ({ jid, created, disabled, lastLogin, roster, resources }) =>
    [
      disabled ? `${jid} (disabled)` : jid,
      `  created     ${created}`,
      `  last seen   ${resources.length > 0 ? 'now' : (lastLogin ?? 'never')}`,
      `  resources   ${resources.length > 0 ? resources.join(', ') : 'none'}`,
      `  contacts    ${roster.length}`,
    ].join('\n'),
  faces: [
    {
      node: adminNode('get-user-lastlogin'),
      name: 'Get User Last Login Time',
      form: {
        title: 'Getting the Last Login Time',
        instructions: 'Fill out this form to get the time of a last login.',
        questions: () => [ACCOUNTS],
      },
      inputs: eachAccount,
      result: (users) => ({
        fields: [
          { var: 'accountjids', values: users.map(({ jid }) => jid) },
          { var: 'lastlogin', values: users.map(({ lastLogin }) => lastLogin ?? '') },
        ],
      }),
    },
    {
      node: adminNode('user-stats'),
      name: 'Get User Statistics',
      form: {
        title: 'Get User Statistics',
        instructions: 'Fill out this form to gather user statistics.',
        questions: () => [ACCOUNT],
      },
      inputs: (fields) => [{ jid: valueOf(fields, 'accountjid') }],
      result: ([user]) => ({
        fields: [
          { var: 'ipaddresses', values: user?.addresses ?? [] },
          { var: 'rostersize', values: [String(user?.roster.length ?? 0)] },
          { var: 'onlineresources', values: user?.resources ?? [] },
        ],
      }),
    },
    {
      node: adminNode('get-user-roster'),
      name: 'Get User Roster',
      form: {
        title: 'Getting a User Roster',
        instructions: 'Fill out this form to get the roster of a user.',
        questions: () => [{ ...ACCOUNT, var: 'accountjids' }],
      },
      inputs: eachAccount,
      result: ([user]) => ({
        fields: [{ var: 'accountjids', values: user ? [user.jid] : [] }],
        roster: user?.roster ?? [],
      }),
    },
  ],
});

export const USER_COMMANDS = [userAdd, userPasswd, userDel, userDisable, userEnable, userShow];

function credentialsIn(fields: FormFields): { jid: string; password: string } {
  return { jid: valueOf(fields, 'accountjid'), password: valueOf(fields, 'password') };
}
