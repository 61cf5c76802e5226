import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Suite } from 'mocha';

/** Programs that some specs use when they are there, and how they are installed. */
const PROGRAMS = {
  profanity: { command: 'profanity', install: 'apt install profanity' },
  chromium: { command: 'chromium', install: 'apt install chromium' },
  prosody: { command: 'prosody', install: 'apt install prosody' },
  ejabberd: { command: 'ejabberdctl', install: 'apt install ejabberd' },
} as const;

/** Skips a suite, and says why, when a program is missing. */
export function requires(suite: Suite, program: keyof typeof PROGRAMS): void {
  const { command, install } = PROGRAMS[program];
  const found = spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;
  if (!found) skip(suite, `${program} is not installed (${install})`);
}

/** Skips a suite, and says why, when the client that the chat page serves is not installed. */
export function requiresConverse(suite: Suite): void {
  const isThere = existsSync(new URL('../../node_modules/converse.js', import.meta.url));
  if (!isThere) skip(suite, 'Converse.js is not installed (npm ci)');
}

/** Skips a suite, and says why, when Python's slixmpp is missing. */
export function requiresSlixmpp(suite: Suite): void {
  const isThere = spawnSync('/usr/bin/python3', ['-c', 'import slixmpp']).status === 0;
  if (!isThere) skip(suite, 'slixmpp is not installed (apt install python3-slixmpp)');
}

/** Skips a suite, and says why, where the system does not tell what its processes use. */
export function requiresLinux(suite: Suite): void {
  if (process.platform !== 'linux') skip(suite, 'only Linux has /proc');
}

/** The reporter finds the reason in the title: that is all it is told of a suite in another process. */
function skip(suite: Suite, reason: string): void {
  suite.title += ` [skipped: ${reason}]`;
  suite.pending = true;
}
