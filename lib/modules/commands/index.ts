import { seconds } from '../../base/time.ts';
import { defineModule } from '../../core/module.ts';
import { NS_COMMANDS } from '../../xmpp/ns.ts';
import { COMMANDS, type AdHocCommand } from './command.ts';
import { CommandDesk } from './desk.ts';
import { CommandSessions } from './sessions.ts';

const SWEEP_PERIOD = seconds(60);

/** Commands of the server, which other modules add. @spec XEP-0050 */
export default defineModule({
  name: 'commands',
  implements: [{ spec: 'XEP-0050', version: '1.3.0', status: 'complete', note: 'in English' }],
  needs: ['disco'],
  setup(host) {
    if (host.options.anonymous) return;
    const sessions = new CommandSessions(host);
    const commands = new Map<string, AdHocCommand>();
    const desk = new CommandDesk({ responder: host.jid, sessions, commands });
    host.feature(NS_COMMANDS);
    host.node((node, asker) => desk.node(node, asker));
    host.iq('set', NS_COMMANDS, 'command', (request) => desk.answer(request));
    host.hook('session:ended', 'observe', ({ session }) => sessions.endOf(session.jid));
    host.every(SWEEP_PERIOD, () => sessions.sweep());
    host.provide(COMMANDS, {
      add(command) {
        if (commands.has(command.node)) throw new Error(`there are two commands "${command.node}"`);
        commands.set(command.node, command);
        return () => void commands.delete(command.node);
      },
    });
  },
});
