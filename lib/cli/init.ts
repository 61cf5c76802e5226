import { existsSync, writeFileSync } from 'node:fs';
import { AdminError } from '../admin/target.ts';
import { USUAL_FILES, readConfig } from '../config/load.ts';
import { prepareDomain } from '../xmpp/jid.ts';
import { ask } from './prompt.ts';

export interface InitOptions {
  readonly file: string;
  /** Overwrite a file that is there. */
  readonly force: boolean;
  /** Take the defaults instead of asking. */
  readonly yes: boolean;
  readonly domain?: string | undefined;
}

/** What was written. */
export interface Written {
  readonly file: string;
  readonly domain: string;
}

interface Answers {
  readonly domain: string;
  readonly listen: string;
  readonly proxy: string;
  readonly store: string;
}

/** Writes a configuration with a word on each option. @throws AdminError when there is one already */
export async function init({ file, force, yes, domain = 'localhost' }: InitOptions): Promise<Written> {
  if (existsSync(file) && !force) throw new AdminError(`${file} is there already; --force overwrites it`);
  const asks = !yes && process.stdin.isTTY;
  const question = async (text: string, fallback: string): Promise<string> => (asks ? ask(text, fallback) : fallback);
  const answers = {
    domain: domainOf(await question('Domain of the addresses (the part behind the @)?', domain)),
    listen: await question('Where to listen (host:port)?', '127.0.0.1:5280'),
    proxy: await question('Address of a reverse proxy with TLS in front ("none")?', 'none'),
    store: await question('File for accounts and messages?', './data/holdfast.db'),
  };
  const text = render(answers);
  readConfig(text, file);
  writeFileSync(file, text, { mode: 0o600 });
  return { file, domain: answers.domain };
}

/** What to do next. */
export function afterInit({ file, domain }: Written): string {
  const isFound = USUAL_FILES.some((usual) => usual === file || usual === `./${file}`);
  const option = isFound ? '' : ` --config ${file}`;
  return [
    `Wrote ${file}.`,
    `Next:  npx holdfast config check${option}`,
    `       npx holdfast user add you@${domain}${option}`,
    `       npx holdfast start${option}`,
  ].join('\n');
}

function domainOf(text: string): string {
  const domain = prepareDomain(text);
  if (domain === undefined) throw new AdminError(`"${text}" is not a domain`);
  return domain;
}

function render({ domain, listen, proxy, store }: Answers): string {
  const text = (value: string): string => JSON.stringify(value);
  return `# Holdfast's configuration. Every option has a default; "holdfast config explain" tells them all.
# Durations are written "60 s" or "5 min", sizes "256 KiB".

hosts:
  ${text(domain)}:
    anonymous: false            # true: clients log in without an account, and only so
    conflict: rename            # a resource asked for twice: replace, refuse or rename
    # contacts: { admin: ["mailto:you@${domain}"] }

http:
  listen: [${text(listen)}]
  # listen_tls: ["0.0.0.0:5281"]
  # tls: { cert: /etc/ssl/holdfast.pem, key: /etc/ssl/holdfast.key }
  trusted_proxies: [${proxy === 'none' ? '' : text(proxy)}]
  cors_origins: "*"

# tcp:
#   listen: ["0.0.0.0:5222"]    # clients start TLS; needs a certificate
#   listen_tls: ["0.0.0.0:5223"]

# components:                   # other programs, at 127.0.0.1:5347
#   services: [{ domain: ${text(`echo.${domain}`)}, secret: "a long random text" }]

bosh:
  path: /http-bind
  max_wait: 50 s                # below the 60 s after which proxies give up
  max_hold: 1
  inactivity: 60 s

auth:
  # mechanisms: [SCRAM-SHA-256, SCRAM-SHA-1]   # no others
  plain_without_tls: false

storage:
  driver: sqlite
  file: ${text(store)}

log:
  level: info
`;
}
