import { z } from 'zod';
import { path } from './formats.ts';

/** Sessions that an application opens for its users. */
export const prebind = z.strictObject({
  secret: z
    .union([z.literal(''), z.string().min(32, 'expected 32 characters or more')])
    .default('')
    .describe('By which the application is known, sent as "Authorization: Bearer …"; empty for no such endpoint.'),
  path: path.default('/prebind').describe('Path of the endpoint.'),
  create_accounts: z.boolean().default(false).describe('Whether users who have no account get one.'),
  per_minute: z.int().min(1).max(1_000_000).default(600).describe('Sessions that may be opened in a minute.'),
  plain_without_tls: z.boolean().default(false).describe('Take the secret also where others could read along.'),
});
