import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createLocalJWKSet, createRemoteJWKSet, customFetch, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { ConfigError } from '../../config/problem.ts';
import type { LoginConfig, TOKEN_ALGORITHMS } from '../../config/login-schema.ts';
import { boundedFetch } from './bounded-fetch.ts';

type Algorithm = (typeof TOKEN_ALGORITHMS)[number];
type JwtConfig = LoginConfig['jwt'];

/** What signatures are checked with. */
export interface TokenKeys {
  /** The key that a token names. @throws Error when it cannot be fetched */
  readonly find: JWTVerifyGetKey;
  /** The signatures that are taken; no other, whatever the token says. */
  readonly algorithms: readonly Algorithm[];
}

const PUBLIC_KEY_ALGORITHMS: readonly Algorithm[] = ['RS256', 'ES256', 'EdDSA'];
const FETCH_TIMEOUT = 5000;
const MAX_KEY_SET = 65_536;

/** @param option where the options are, for what is wrong @throws ConfigError when the keys cannot be used */
export function readTokenKeys(config: JwtConfig, option: string): TokenKeys {
  if (config.secret !== '') return single(createSecretKey(config.secret, 'utf8'), 'HS256');
  const algorithms = config.algorithms.length > 0 ? config.algorithms : PUBLIC_KEY_ALGORITHMS;
  if (config.jwks_url !== '') return { find: remoteKeys(config.jwks_url), algorithms };
  if (config.jwks_file !== '') {
    // Not what it should be: jose says so.
    return readAs(`${option}.jwks_file`, config.jwks_file, (text) => ({
      find: createLocalJWKSet(JSON.parse(text) as JSONWebKeySet),
      algorithms,
    }));
  }
  return readAs(`${option}.key_file`, config.key_file, (text) => {
    const key = createPublicKey(text);
    const algorithm = algorithmOf(key);
    if (!algorithm || !algorithms.includes(algorithm)) throw new Error('the key fits none of the algorithms');
    return single(key, algorithm);
  });
}

function single(key: KeyObject, algorithm: Algorithm): TokenKeys {
  return { find: () => key, algorithms: [algorithm] };
}

function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): Algorithm | undefined {
  if (asymmetricKeyType === 'rsa') return 'RS256';
  if (asymmetricKeyType === 'ed25519') return 'EdDSA';
  return asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1' ? 'ES256' : undefined;
}

function readAs<T>(option: string, file: string, read: (text: string) => T): T {
  try {
    return read(readFileSync(file, 'utf8'));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new ConfigError([{ where: file, key: option, message }]);
  }
}

function remoteKeys(url: string): JWTVerifyGetKey {
  return createRemoteJWKSet(new URL(url), {
    timeoutDuration: FETCH_TIMEOUT,
    [customFetch]: async (address, { headers }) => {
      const { status, text } = await boundedFetch(address, { headers }, { timeout: FETCH_TIMEOUT, bytes: MAX_KEY_SET });
      return new Response(text, { status });
    },
  });
}
