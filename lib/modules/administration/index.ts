import { ANNOUNCEMENTS } from '../../core/announcements.ts';
import { defineModule } from '../../core/module.ts';
import { COMMANDS, type AdHocCommand } from '../commands/command.ts';
import { Announcer } from './announcer.ts';

export interface AdministrationOptions {
  /** What administrators may run, made of the registry that the command line has as well. */
  readonly commands: readonly AdHocCommand[];
}

/** What administrators do with a chat client, and what they tell users. @spec XEP-0133 */
export default defineModule<AdministrationOptions>({
  name: 'administration',
  implements: [
    {
      spec: 'XEP-0133',
      version: '1.3.1',
      status: 'partial',
      note: 'for hosts.<domain>.admins; no black and white lists, idle users or welcome message',
    },
  ],
  needs: ['commands', 'presence'],
  setup(host, { commands }) {
    if (host.options.anonymous) return;
    const announcer = new Announcer(host);
    host.provide(ANNOUNCEMENTS, announcer);
    for (const command of commands) host.service(COMMANDS)?.add(command);
    host.hook('presence:broadcast', 'observe', ({ session, stanza }) =>
      stanza.type === undefined ? announcer.greet(session) : undefined,
    );
  },
});
