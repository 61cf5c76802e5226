import { z } from 'zod';
import { path } from './formats.ts';
import { duration, size } from './units.ts';

const SECOND = 1000;
const HOUR = 3600 * SECOND;
const KIB = 1024;
const MIB = 1024 * KIB;

/** Jabber HTTP Polling. */
export const httpPoll = z.strictObject({
  enabled: z
    .boolean()
    .default(false)
    .describe('Whether there is an endpoint for it: for comparison and very old clients, who had better use BOSH.'),
  path: path.default('/http-poll').describe('Path of the endpoint.'),
  inactivity: duration({ min: SECOND, max: 24 * HOUR })
    .prefault('5 min')
    .describe('Silence after which a session ends. (XEP-0025 §3.1.4)'),
  max_body: size({ min: KIB, max: 64 * MIB })
    .prefault('256 KiB')
    .describe('Largest request body, and largest stanza.'),
  max_body_unauthenticated: size({ min: KIB, max: 64 * MIB })
    .prefault('16 KiB')
    .describe('Largest element before login.'),
});
