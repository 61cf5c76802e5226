import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, hasProgram, LocalProcess, packageVersion } from './local-process.ts';
import {
  ACCOUNTS,
  BACKLOG,
  BOSH_PATH,
  DOMAIN,
  GUEST_DOMAIN,
  ROOMS,
  WEBSOCKET_PATH,
  type Peer,
  type PeerOptions,
} from './peer.ts';

/** Undefined when it is not installed. */
export function prosodyVersion(): string | undefined {
  return hasProgram('prosody') ? (packageVersion('prosody') ?? 'of unknown version') : undefined;
}

/** Starts the installed Prosody with a configuration to throw away. The system's service is left alone. */
export async function startProsody({ accounts = ACCOUNTS, core, inactivity }: PeerOptions = {}): Promise<Peer> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-prosody-'));
  const [port, tcpPort] = [await freePort(), await freePort()];
  const config = join(folder, 'prosody.cfg.lua');
  writeFileSync(config, configuration(folder, { port, tcpPort }, inactivity));
  writeAccounts(folder, accounts);
  const running = new LocalProcess('prosody', ['-F', '--config', config], { cwd: folder, core });
  const boshUrl = `http://127.0.0.1:${port}${BOSH_PATH}`;
  const stop = async () => {
    await running.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  await running.serving(boshUrl).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return {
    name: `Prosody ${prosodyVersion()}`,
    pid: running.pid,
    boshUrl,
    webSocketUrl: `ws://127.0.0.1:${port}${WEBSOCKET_PATH}`,
    tcpUrl: `xmpp://127.0.0.1:${tcpPort}`,
    domain: DOMAIN,
    guestDomain: GUEST_DOMAIN,
    stop,
  };
}

/** No shapers ("limits"), no other servers, no logs but errors; the rest is what its documentation shows. */
function configuration(
  folder: string,
  { port, tcpPort }: { readonly port: number; readonly tcpPort: number },
  inactivity: number | undefined,
): string {
  return `
run_as_root = true
daemonize = false
data_path = "${folder}/data"
certificates = "${folder}"
pidfile = "${folder}/prosody.pid"
log = { error = "${folder}/prosody.log" }
interfaces = { "127.0.0.1" }
http_ports = { ${port} }
c2s_ports = { ${tcpPort} }
c2s_require_encryption = false
https_ports, s2s_ports = {}, {}
http_default_host = "${DOMAIN}"
http_paths = { bosh = "${BOSH_PATH}", websocket = "${WEBSOCKET_PATH}" }
network_settings = { tcp_backlog = ${BACKLOG} }
modules_enabled = { "roster", "saslauth", "disco", "ping", "bosh", "websocket" }
modules_disabled = { "s2s", "limits" }
authentication = "internal_hashed"
consider_bosh_secure = true
${inactivity === undefined ? '' : `bosh_max_inactivity = ${inactivity}`}
consider_websocket_secure = true
VirtualHost "${DOMAIN}"
VirtualHost "${GUEST_DOMAIN}"
  authentication = "anonymous"
Component "${ROOMS}" "muc"
`;
}

/** As its own store writes them; it replaces a password by its hash at the first login. */
function writeAccounts(folder: string, accounts: readonly string[]): void {
  const path = join(folder, 'data', DOMAIN, 'accounts');
  mkdirSync(path, { recursive: true });
  for (const name of accounts) writeFileSync(join(path, `${name}.dat`), `return { ["password"] = "${name}" };\n`);
}
