import { z } from 'zod';
import { bearer, path } from './formats.ts';

/** Characters: nobody guesses it. */
const MIN_SECRET = 32;

/** Sessions that an application opens for its users. */
export const prebind = z.strictObject({
  secret: bearer
    .refine(({ length }) => length === 0 || length >= MIN_SECRET, `expected ${MIN_SECRET} characters or more`)
    .default('')
    .describe('By which the application is known, sent as "Authorization: Bearer …"; empty for no such endpoint.'),
  path: path.default('/prebind').describe('Path of the endpoint.'),
  create_accounts: z.boolean().default(false).describe('Whether users who have no account get one.'),
  per_minute: z.int().min(1).max(1_000_000).default(600).describe('Sessions that may be opened in a minute.'),
  plain_without_tls: z.boolean().default(false).describe('Take the secret also where others could read along.'),
});
