import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort, LocalProcess } from '../peers/local-process.ts';
import { BOSH_PATH, DOMAIN, GUEST_DOMAIN, ROOMS, WEBSOCKET_PATH } from '../peers/peer.ts';
import type { Running } from './contestants.ts';
import type { Job } from './plan.ts';

export interface HoldfastOptions {
  /** The folder with the built program. */
  readonly program: string;
  /** Where a profile of each run goes. */
  readonly profiles?: string | undefined;
}

/** What tokens are signed with. */
const SECRET = 'what the bench signs its tokens with';

/**
 * As demo mode has it, but that those with accounts have tokens, all sessions may come from one address,
 * people in rooms may speak as fast as they can, and only warnings are logged.
 */
const configuration = (port: number, tcpPort: number, archive: boolean) => `
hosts:
  ${DOMAIN}:
    login: { method: jwt, jwt: { secret: "${SECRET}" } }
  ${GUEST_DOMAIN}: { anonymous: true }
http:
  listen: ["127.0.0.1:${port}"]
http_poll:
  enabled: true
tcp:
  listen: ["127.0.0.1:${tcpPort}"]
archive:
  enabled: ${archive}
rooms:
  messages_per_second: 0
limits:
  sessions_per_address: 0
  session_creations_per_minute: 0
log:
  level: warn
`;

/** Starts the built program in a temporary folder. */
export async function startHoldfast(
  core: number | undefined,
  options: HoldfastOptions,
  accounts?: Job['accounts'],
): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  const [port, tcpPort] = [await freePort(), await freePort()];
  writeFileSync(join(folder, 'holdfast.yaml'), configuration(port, tcpPort, accounts?.archive ?? true));
  const { program, profiles } = options;
  const profiling = profiles === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', resolve(profiles)];
  const args = [...profiling, resolve(program, 'main.js'), 'start'];
  const running = new LocalProcess(process.execPath, args, { cwd: folder, core });
  const stop = async () => {
    await running.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  const frames = `${url}/xmpp/v1/sessions`;
  await running.serving(`${url}/health/ready`).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return {
    pid: running.pid,
    urls: {
      bosh: `${url}${BOSH_PATH}`,
      websocket: `ws://127.0.0.1:${port}${WEBSOCKET_PATH}`,
      tcp: `xmpp://127.0.0.1:${tcpPort}`,
      sse: frames,
      stream: frames,
      'long-poll': frames,
      poll: frames,
      'xep-0025': `${url}/http-poll`,
    },
    ...(accounts ? { domain: DOMAIN, secret: SECRET } : { domain: GUEST_DOMAIN }),
    rooms: ROOMS,
    metricsUrl: `${url}/metrics`,
    stop,
  };
}
