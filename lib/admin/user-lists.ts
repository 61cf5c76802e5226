import { z } from 'zod';
import { defineCommand } from './command.ts';
import { adminNode, atMost, MAX_ITEMS } from './face.ts';
import { AdminError, type AdminTarget } from './target.ts';

/** Accounts in one page of a list. */
const PAGE = 500;

const userDisabled = defineCommand({
  name: 'user disabled',
  summary: 'List disabled accounts',
  needs: 'store',
  parameters: [{ name: 'domain', description: 'only those of this domain', optional: true }],
  input: z.object({ domain: z.string().optional() }),
  async run(target, { domain }) {
    const lists = (domain === undefined ? target.domains : [domain]).map((name) => {
      const accounts = target.accounts(name);
      if (!accounts) throw new AdminError(`${name} is not served here`);
      return accounts.disabled(name);
    });
    return { jids: (await Promise.all(lists)).flat() };
  },
  render: ({ jids }) => (jids.length > 0 ? jids.join('\n') : 'No account is disabled.'),
  faces: [
    {
      node: adminNode('get-disabled-users-num'),
      name: 'Get Number of Disabled Users',
      result: ([list]) => ({
        fields: [
          { var: 'disabledusersnum', label: 'The number of disabled users', values: [String(list?.jids.length ?? 0)] },
        ],
      }),
    },
    {
      node: adminNode('get-disabled-users-list'),
      name: 'Get List of Disabled Users',
      form: {
        title: 'Requesting List of Disabled Users',
        instructions: 'Fill out this form to request the disabled users of this service.',
        questions: () => [MAX_ITEMS],
      },
      result: ([list], fields) => ({
        fields: [
          {
            var: 'disableduserjids',
            type: 'jid-multi',
            label: 'The list of all disabled users',
            values: atMost(list?.jids ?? [], fields),
          },
        ],
      }),
    },
  ],
});

const userList = defineCommand({
  name: 'user list',
  summary: 'List accounts',
  needs: 'store',
  parameters: [{ name: 'domain', description: 'only those of this domain', optional: true }],
  input: z.object({ domain: z.string().optional() }),
  async run(target, { domain }) {
    const jids: string[] = [];
    for (const name of domain === undefined ? target.domains : [domain])
      jids.push(...(await allAccounts(target, name)));
    return { jids };
  },
  render: ({ jids }) => (jids.length > 0 ? jids.join('\n') : 'There are no accounts.'),
  faces: [
    {
      node: adminNode('get-registered-users-num'),
      name: 'Get Number of Registered Users',
      result: ([list]) => ({
        fields: [
          {
            var: 'registeredusersnum',
            label: 'The number of registered users',
            values: [String(list?.jids.length ?? 0)],
          },
        ],
      }),
    },
    {
      node: adminNode('get-registered-users-list'),
      name: 'Get List of Registered Users',
      form: {
        title: 'Requesting List of Registered Users',
        instructions: 'Fill out this form to request the registered users of this service.',
        questions: () => [MAX_ITEMS],
      },
      result: ([list], fields) => ({
        fields: [
          {
            var: 'registereduserjids',
            type: 'jid-multi',
            label: 'The list of all users',
            values: atMost(list?.jids ?? [], fields),
          },
        ],
      }),
    },
  ],
});

export const USER_LISTS = [userList, userDisabled];

async function allAccounts(target: AdminTarget, domain: string): Promise<string[]> {
  const accounts = target.accounts(domain);
  if (!accounts) throw new AdminError(`${domain} is not served here`);
  const jids: string[] = [];
  for (
    let page = await accounts.list(domain, PAGE);
    page.length > 0;
    page = await accounts.list(domain, PAGE, page.at(-1))
  ) {
    jids.push(...page);
  }
  return jids;
}
