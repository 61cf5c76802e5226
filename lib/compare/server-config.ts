import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

export const GUESTS = 'guests.localhost';
export const MEMBERS = 'members.localhost';
/** Everybody who needs an account is this one, each with a resource of his own. */
export const MEMBER = { is: 'account', name: 'member', password: 'of the comparison' } as const;
/** Shortest interval between polls, in seconds: an ordinary server wants 5. */
export const POLLING = 2;

/** A server for guests, and for one member; nothing is limited that a comparison needs. */
export const configuration = (folder: string, certificate: Certificate | undefined): string => `
storage:
  file: ${JSON.stringify(join(folder, 'holdfast.db'))}
hosts:
  ${GUESTS}: { anonymous: true }
  ${MEMBERS}: { max_resources: 1000 }
http:
  listen: ["127.0.0.1:0"]
${certificate ? tlsOf(certificate) : ''}
tcp:
  listen: ["127.0.0.1:0"]
http_poll:
  enabled: true
bosh:
  max_hold: 5
  polling: ${POLLING} s
auth:
  iterations: 4096
limits:
  sessions_per_address: 0
  session_creations_per_minute: 0
log:
  level: warn
`;
interface Certificate {
  readonly cert: string;
  readonly key: string;
}

function tlsOf({ cert, key }: Certificate): string {
  return `  listen_tls: ["127.0.0.1:0"]\n  tls: { cert: ${JSON.stringify(cert)}, key: ${JSON.stringify(key)} }`;
}

/** Undefined where there is no openssl. */
export function makeCertificate(folder: string): Certificate | undefined {
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const kind = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-subj',
    '/CN=localhost',
    '-days',
    '2',
  ];
  const made = spawnSync('openssl', ['req', '-x509', ...kind, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return made.status === 0 ? { cert, key } : undefined;
}
