import { isIP } from 'node:net';
import { z } from 'zod';
import { Jid, prepareDomain } from '../xmpp/jid.ts';

const LISTENER = /^(?:\[[0-9a-fA-F:.]+\]|[^:/\s]+):(\d{1,5})$/;
const MAX_PORT = 65_535;
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^/\s]+$/;
const URI = /^[a-z][a-z0-9+.-]*:\S+$/i;
const PATH = /^\/[^\s?#]*[^/\s?#]$/;

/** `127.0.0.1:5280` or `[::1]:5280` */
export const listener = z
  .string()
  .refine((text) => Number(LISTENER.exec(text)?.[1]) <= MAX_PORT, 'expected "host:port"');

/** An address, or a range in CIDR. */
export const network = z.string().refine(isNetwork, 'expected an address or a range such as "10.0.0.0/8"');

/** As browsers send it: without a path. */
export const origin = z.string().regex(ORIGIN, 'expected an origin such as "https://chat.example.com"');

export const uri = z.string().regex(URI, 'expected an address such as "mailto:admin@example.com"');

/** Without a slash at its end. */
export const path = z.string().regex(PATH, 'expected a path such as "/http-bind"');

export const domain = z
  .string()
  .refine((text) => prepareDomain(text) !== undefined, 'expected a domain such as "chat.example.com"');

/** Text that no message repeats. */
export const secret = z.string({ error: 'expected text; put numbers in quotes' }).min(1);

/** A bare JID with a local part. */
export const account = z.string().refine((text) => {
  const jid = Jid.parse(text);
  return jid?.local !== undefined && jid.isBare;
}, 'expected an account such as "alice@chat.example.com"');

/** What is sent as a bearer token; empty for none. */
export const bearer = z.string().regex(/^[\x21-\x7e]*$/, 'expected letters, digits and signs without spaces');

function isNetwork(text: string): boolean {
  const [address = '', prefix, ...others] = text.split('/');
  const family = isIP(address);
  if (family === 0 || others.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 6 ? 128 : 32));
}
