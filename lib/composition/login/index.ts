import type { LoginConfig } from '../../config/login-schema.ts';
import type { Login } from '../../core/login.ts';
import type { ServerParts } from '../server-parts.ts';
import { HttpLogin } from './http-login.ts';
import { JwtLogin } from './jwt-login.ts';

/** Who knows the passwords of a domain; undefined when the server does. @throws ConfigError when keys are no good */
export function createLogin(domain: string, config: LoginConfig, parts: ServerParts): Login | undefined {
  if (config.method === 'jwt') return new JwtLogin(config, parts.clock, `hosts.${domain}.login.jwt`);
  if (config.method === 'accounts') return undefined;
  const { url, secret, timeout, max_checks: maxChecks, cache } = config.http;
  return new HttpLogin({ url, secret, timeout, maxChecks, cache, makesAccounts: config.create_accounts }, parts);
}
