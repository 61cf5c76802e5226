import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort, LocalProcess } from '../peers/local-process.ts';
import { BOSH_PATH, DOMAIN, GUEST_DOMAIN, WEBSOCKET_PATH } from '../peers/peer.ts';
import type { Running } from './contestants.ts';

export interface HoldfastOptions {
  /** The folder with the built program. */
  readonly program: string;
  /** Where a profile of each run goes. */
  readonly profiles?: string | undefined;
}

/** As demo mode has it, but that all sessions may come from one address, and only warnings are logged. */
const configuration = (port: number) => `
hosts:
  ${DOMAIN}: {}
  ${GUEST_DOMAIN}: { anonymous: true }
http:
  listen: ["127.0.0.1:${port}"]
limits:
  sessions_per_address: 0
  session_creations_per_minute: 0
log:
  level: warn
`;

/** Starts the built program in a temporary folder. */
export async function startHoldfast(core: number | undefined, options: HoldfastOptions): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  const port = await freePort();
  writeFileSync(join(folder, 'holdfast.yaml'), configuration(port));
  const { program, profiles } = options;
  const profiling = profiles === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', resolve(profiles)];
  const args = [...profiling, resolve(program, 'main.js'), 'start'];
  const running = new LocalProcess(process.execPath, args, { cwd: folder, core });
  const stop = async () => {
    await running.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  await running.serving(`${url}/health/ready`).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return {
    pid: running.pid,
    urls: { bosh: `${url}${BOSH_PATH}`, websocket: `ws://127.0.0.1:${port}${WEBSOCKET_PATH}` },
    domain: GUEST_DOMAIN,
    metricsUrl: `${url}/metrics`,
    stop,
  };
}
