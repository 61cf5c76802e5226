import { seconds } from '../../lib/base/time.ts';
import type { HostOptions } from '../../lib/core/host-options.ts';
import blocking from '../../lib/modules/blocking/index.ts';
import commands from '../../lib/modules/commands/index.ts';
import disco from '../../lib/modules/disco/index.ts';
import invitations, { type InvitationOptions } from '../../lib/modules/invitations/index.ts';
import registration, { type RegistrationOptions } from '../../lib/modules/registration/index.ts';
import { createMemoryStore } from '../../lib/storage/memory.ts';
import type { Store } from '../../lib/storage/store.ts';
import type { Element } from '../../lib/xml/index.ts';
import { NS_DATA } from '../../lib/xmpp/ns.ts';
import { ImWorld } from './im-world.ts';
import { StreamClient, type StreamClientOptions } from './stream-client.ts';

const OPTIONS: RegistrationOptions = {
  maxAttempts: 5,
  window: 3_600_000,
  patience: 600_000,
  minPassword: 6,
  reservedNames: ['admin'],
  allowsReading: false,
};

/** Time in which an invitation of a user can be used. */
export const WEEK = seconds(7 * 24 * 3600);

const INVITATIONS: InvitationOptions = {
  lifetime: WEEK,
  usersInvite: true,
  landing: (uri) => `https://chat.example/invite#${uri.slice(5)}`,
};

export interface RegistrationWorldOptions extends Partial<RegistrationOptions> {
  readonly registration?: HostOptions['registration'];
  readonly store?: Store;
  readonly invitations?: Partial<InvitationOptions>;
}

/** A host where people may register and invite, with all that rosters and commands need. */
export class RegistrationWorld extends ImWorld {
  constructor({
    registration: mode = 'open',
    store = createMemoryStore(),
    invitations: inviting = {},
    ...options
  }: RegistrationWorldOptions = {}) {
    super({
      store,
      host: { registration: mode },
      modules: (host) => {
        host.use(registration, { ...OPTIONS, ...options });
        host.use(disco);
        host.use(commands);
        host.use(blocking);
        host.use(invitations, { ...INVITATIONS, ...inviting });
      },
    });
  }

  /** A client that has opened its stream and not logged in. */
  async stranger(options?: StreamClientOptions): Promise<StreamClient> {
    const client = new StreamClient(this, options).opens();
    await client.next();
    return client;
  }
}

/** The answer to an IQ of somebody who has not logged in. */
export async function asks(client: StreamClient, type: 'get' | 'set', payload: string): Promise<Element> {
  client.says(`<iq xmlns='jabber:client' type='${type}' id='r'>${payload}</iq>`);
  return client.next();
}

export function query(...fields: readonly string[]): string {
  return `<query xmlns='jabber:iq:register'>${fields.join('')}</query>`;
}

/** The plain fields. */
export function fields(username: string, password: string): string {
  return query(`<username>${username}</username>`, `<password>${password}</password>`);
}

/** A form that was filled in. */
export function filled(values: Readonly<Record<string, string>>): string {
  const entries = Object.entries({ FORM_TYPE: 'jabber:iq:register', ...values });
  const form = entries.map(([name, value]) => `<field var='${name}'><value>${value}</value></field>`);
  return query(`<x xmlns='jabber:x:data' type='submit'>${form.join('')}</x>`);
}

/** Names of the fields of the form in an answer. */
export function questionsIn(answer: Element): string[] {
  const form = answer.child('query', 'jabber:iq:register')?.child('x', NS_DATA);
  const found = form?.getChildElements().filter(({ name }) => name === 'field') ?? [];
  return found.map(({ attrs }) => attrs['var'] ?? '');
}
