import type { Command } from './command.ts';
import { invite } from './invite.ts';
import { MOTD_COMMANDS } from './motd-commands.ts';
import { SERVICE_COMMANDS } from './service-commands.ts';
import { SESSION_COMMANDS } from './session-commands.ts';
import { USER_COMMANDS } from './user-commands.ts';
import { USER_LISTS } from './user-lists.ts';

/** Everything an operator can do with a store or a running server. */
export const COMMANDS: readonly Command[] = [
  ...USER_COMMANDS,
  ...USER_LISTS,
  invite,
  ...SESSION_COMMANDS,
  ...SERVICE_COMMANDS,
  ...MOTD_COMMANDS,
];
