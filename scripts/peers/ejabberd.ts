import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, hasProgram, LocalProcess, packageVersion } from './local-process.ts';
import {
  ACCOUNTS,
  BACKLOG,
  BOSH_PATH,
  DOMAIN,
  GUEST_DOMAIN,
  WEBSOCKET_PATH,
  type Peer,
  type PeerOptions,
} from './peer.ts';

/** Where Debian's package has its libraries. */
const LIBRARIES = '/usr/lib/x86_64-linux-gnu:/usr/lib/aarch64-linux-gnu:/usr/lib';
/** Debian's settings, room for many connections, and no busy waiting: it would be counted as work. */
const EMULATOR = '+K true +P 250000 +Q 65536 +sbwt none +sbwtdcpu none +sbwtdio none'.split(' ');
const READY = 'accounts are there';

/** Undefined when it is not installed. */
export function ejabberdVersion(): string | undefined {
  return hasProgram('ejabberdctl') && hasProgram('erl')
    ? (packageVersion('ejabberd') ?? 'of unknown version')
    : undefined;
}

/**
 * Starts the installed ejabberd with a configuration to throw away. The system's service is left alone, and
 * so is Erlang's port mapper: the node has no name.
 */
export async function startEjabberd({ accounts = ACCOUNTS, core, inactivity }: PeerOptions = {}): Promise<Peer> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-ejabberd-'));
  const [port, tcpPort] = [await freePort(), await freePort()];
  const config = join(folder, 'ejabberd.yml');
  writeFileSync(config, configuration(port, tcpPort, inactivity));
  const running = new LocalProcess('erl', [...EMULATOR, ...program(folder, accounts)], {
    cwd: folder,
    core,
    environment: {
      EJABBERD_CONFIG_PATH: config,
      EJABBERD_LOG_PATH: join(folder, 'ejabberd.log'),
      ERL_CRASH_DUMP: join(folder, 'crash.dump'),
      ERL_LIBS: LIBRARIES,
      HOME: folder,
    },
  });
  const boshUrl = `http://127.0.0.1:${port}${BOSH_PATH}`;
  const stop = async () => {
    await running.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await running.saying(READY);
    await running.serving(boshUrl);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    name: `ejabberd ${ejabberdVersion()}`,
    pid: running.pid,
    boshUrl,
    webSocketUrl: `ws://127.0.0.1:${port}${WEBSOCKET_PATH}`,
    tcpUrl: `xmpp://127.0.0.1:${tcpPort}`,
    domain: DOMAIN,
    guestDomain: GUEST_DOMAIN,
    stop,
  };
}

/** `fqdn` keeps it from asking the DNS for the name of the machine. */
function configuration(port: number, tcpPort: number, inactivity: number | undefined): string {
  return `
hosts: [${DOMAIN}, ${GUEST_DOMAIN}]
fqdn: localhost
loglevel: error
auth_method: [internal]
auth_password_format: scram
host_config:
  ${GUEST_DOMAIN}:
    auth_method: [anonymous]
    anonymous_protocol: sasl_anon
    allow_multiple_connections: true
listen:
  - port: ${port}
    ip: "127.0.0.1"
    module: ejabberd_http
    backlog: ${BACKLOG}
    request_handlers:
      ${BOSH_PATH}: mod_bosh
      ${WEBSOCKET_PATH}: ejabberd_http_ws
  - port: ${tcpPort}
    ip: "127.0.0.1"
    module: ejabberd_c2s
    backlog: ${BACKLOG}
modules:
  mod_bosh: {${inactivity === undefined ? '' : `max_inactivity: ${inactivity}`}}
  mod_disco: {}
  mod_offline: {}
  mod_muc: { host: "rooms.@HOST@" }
  mod_ping: {}
  mod_roster: {}
`;
}

/** Starts the server, then makes the accounts from inside. */
function program(folder: string, accounts: readonly string[]): readonly string[] {
  const register = accounts.map(
    (name) => `ok = ejabberd_auth:try_register(<<"${name}">>, <<"${DOMAIN}">>, <<"${name}">>)`,
  );
  const steps = [...register, `io:format("${READY}~n")`].join(', ');
  return ['-noinput', '-mnesia', 'dir', `"${folder}/database"`, '-s', 'ejabberd', '-eval', `${steps}.`];
}
