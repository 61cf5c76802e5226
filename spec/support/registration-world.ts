import type { HostOptions } from '../../lib/core/host-options.ts';
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

export interface RegistrationWorldOptions extends Partial<RegistrationOptions> {
  readonly registration?: HostOptions['registration'];
  readonly store?: Store;
}

/** A host where people may register, with all that rosters need. */
export class RegistrationWorld extends ImWorld {
  constructor({ registration: mode = 'open', store = createMemoryStore(), ...options }: RegistrationWorldOptions = {}) {
    super({
      store,
      host: { registration: mode },
      modules: (host) => host.use(registration, { ...OPTIONS, ...options }),
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
