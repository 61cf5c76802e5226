import { z } from 'zod';
import { bearer } from './formats.ts';
import { duration } from './units.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** Characters: HS256 asks for 256 bits. (RFC 7518 §3.2) */
const MIN_SECRET = 32;

/** Signatures that a token may have. */
export const TOKEN_ALGORITHMS = ['HS256', 'RS256', 'ES256', 'EdDSA'] as const;

/** Of another server, which may be without TLS on this machine only, or where the options say so. */
const webAddress = z
  .string()
  .regex(/^$|^https?:\/\/[^\s@/?#]+([/?#]\S*)?$/, 'expected an address such as "https://app.example.com/keys"')
  .refine((text) => text === '' || URL.canParse(text), 'expected an address such as "https://app.example.com/keys"')
  .default('');

const jwt = z.strictObject({
  secret: z
    .string()
    .refine(({ length }) => length === 0 || length >= MIN_SECRET, `expected ${MIN_SECRET} characters or more`)
    .default('')
    .describe('What HS256 tokens are signed with.'),
  key_file: z.string().default('').describe('Public key of who signs the tokens, in PEM: RSA, P-256 or Ed25519.'),
  jwks_file: z.string().default('').describe('Public keys of who signs the tokens, as a JSON Web Key Set. (RFC 7517)'),
  jwks_url: webAddress.describe('Where that set is; it is fetched when a token needs it, and kept for ten minutes.'),
  algorithms: z
    .array(z.enum(TOKEN_ALGORITHMS))
    .default([])
    .describe('Signatures that are taken; empty for those that fit the key. (RFC 7518 §3.1)'),
  issuer: z.string().default('').describe('The "iss" that a token must have; empty for any.'),
  audience: z
    .string()
    .default('')
    .describe('An "aud" that a token must have; empty for any, which only a secret of one application may have.'),
  claim: z
    .string()
    .min(1)
    .default('sub')
    .describe('The claim with the user: the name before the "@", or the whole address.'),
  leeway: duration({ min: 0, max: 5 * MINUTE })
    .prefault('10 s')
    .describe('How far the clocks may be apart for "exp" and "nbf".'),
});

const http = z.strictObject({
  url: webAddress.describe('Where to ask: a POST with user, domain and password as JSON.'),
  secret: bearer.default('').describe('Sent along as "Authorization: Bearer …"; empty for nothing.'),
  plain_without_tls: z.boolean().default(false).describe('Ask also where others could read along.'),
  timeout: duration({ min: 100, max: MINUTE }).prefault('5 s').describe('Time for an answer.'),
  max_checks: z.int().min(1).max(1000).default(32).describe('Passwords that are asked about at the same time.'),
  cache: duration({ min: 0, max: 60 * MINUTE })
    .prefault('0 s')
    .describe('How long a password that was right is not asked about again; 0 to ask each time.'),
});

/** Who knows the passwords of a domain. */
export const login = z.strictObject({
  method: z
    .enum(['accounts', 'jwt', 'http'])
    .default('accounts')
    .describe(
      'How users prove who they are: with the password of their account, with a JSON Web Token in place of it, or with a password that another program knows.',
    ),
  create_accounts: z
    .boolean()
    .default(true)
    .describe('With jwt and http: who logs in for the first time gets an account.'),
  jwt: jwt.prefault({}),
  http: http.prefault({}),
});

export type LoginConfig = z.output<typeof login>;

/** Something missing, or one thing too many. */
interface LoginFault {
  readonly path: readonly string[];
  readonly message: string;
}

/** What fits the schema, and still is no way to log in. */
export function faultsOfLogin(config: LoginConfig): LoginFault[] {
  if (config.method === 'jwt') return faultsOfJwt(config.jwt);
  if (config.method === 'http') return faultsOfHttp(config.http);
  return [];
}

function faultsOfJwt({
  secret,
  key_file,
  jwks_file,
  jwks_url,
  algorithms,
  audience,
}: LoginConfig['jwt']): LoginFault[] {
  const keys = [secret, key_file, jwks_file, jwks_url].filter((key) => key !== '');
  if (keys.length !== 1) return [{ path: ['jwt'], message: 'needs one of secret, key_file, jwks_file and jwks_url' }];
  const faults: LoginFault[] = [];
  if (secret === '' && audience === '') {
    faults.push({ path: ['jwt', 'audience'], message: 'is needed: tokens for others would be taken' });
  }
  if (algorithms.some((name) => (name === 'HS256') !== (secret !== ''))) {
    faults.push({ path: ['jwt', 'algorithms'], message: 'HS256 goes with secret, the others with public keys' });
  }
  if (jwks_url !== '' && !isConfidential(new URL(jwks_url))) {
    faults.push({ path: ['jwt', 'jwks_url'], message: 'needs https, or a server on this machine' });
  }
  return faults;
}

function faultsOfHttp({ url, plain_without_tls: isPlainAllowed }: LoginConfig['http']): LoginFault[] {
  if (url === '') return [{ path: ['http', 'url'], message: 'is needed' }];
  if (isPlainAllowed || isConfidential(new URL(url))) return [];
  return [{ path: ['http', 'url'], message: 'needs https, a server on this machine, or plain_without_tls: true' }];
}

function isConfidential({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || /^(?:localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
}
