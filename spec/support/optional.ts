import { spawnSync } from 'node:child_process';
import type { Suite } from 'mocha';

/** Programs that some specs use when they are there, and how they are installed. */
const PROGRAMS = {
  chromium: { command: 'chromium', install: 'apt install chromium' },
  prosody: { command: 'prosody', install: 'apt install prosody' },
  ejabberd: { command: 'ejabberdctl', install: 'apt install ejabberd' },
} as const;

/** Skips a suite, and says why, when a program is missing. */
export function requires(suite: Suite, program: keyof typeof PROGRAMS): void {
  const { command, install } = PROGRAMS[program];
  const found = spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;
  if (found) return;
  (suite as Suite & { skipReason?: string }).skipReason = `${program} is not installed (${install})`;
  suite.pending = true;
}
