import { createHmac } from 'node:crypto';

const NS = 'urn:ietf:params:xml:ns:xmpp-sasl';
/** Seconds since 1970 at which tokens expire: far in the future. */
const EXPIRES = 4_000_000_000;

/** Logs in as nobody in particular. */
export function guest(): string {
  return `<auth xmlns='${NS}' mechanism='ANONYMOUS'/>`;
}

/** Logs in as the holder of a token that the server takes for a password. @spec RFC 7519 §3.1 */
export function holder(name: string, secret: string): string {
  const claims = `${part({ alg: 'HS256' })}.${part({ sub: name, exp: EXPIRES })}`;
  const token = `${claims}.${createHmac('sha256', secret).update(claims).digest('base64url')}`;
  return `<auth xmlns='${NS}' mechanism='PLAIN'>${Buffer.from(`\0${name}\0${token}`).toString('base64')}</auth>`;
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
