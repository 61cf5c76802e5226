import { z } from 'zod';
import { size } from './units.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

export const rooms = z.strictObject({
  enabled: z.boolean().default(true).describe('Whether there are rooms. (XEP-0045)'),
  groupchat_1_0: z
    .boolean()
    .default(false)
    .describe(
      'Admit clients that do not say that they know rooms. Others that were cut off do not learn of it. (XEP-0045 §7.2.18)',
    ),
  max: z.int().min(1).default(10_000).describe('Rooms of one domain.'),
  max_per_account: z.int().min(1).default(100).describe('Rooms that one account may have created at a time.'),
  max_occupants: z
    .int()
    .min(1)
    .max(100_000)
    .default(500)
    .describe('Clients in one room; ten more when they are admins.'),
  max_affiliations: z.int().min(1).default(5000).describe('Owners, admins, members and outcasts of one room.'),
  history: z.int().min(0).max(1000).default(50).describe('Messages that a room remembers for those who enter.'),
  max_stanza: size({ min: KIB, max: 16 * MIB })
    .prefault('192 KiB')
    .describe('Size of one message, presence or vCard in a room. More than the size of a BOSH body makes no sense.'),
  messages_per_second: z
    .int()
    .min(0)
    .default(10)
    .describe(
      'Messages, and changes of presence, of one client on average; five seconds’ worth may come at once. 0 for any number.',
    ),
  max_nick: z.int().min(1).max(1023).default(100).describe('Characters of a nickname.'),
});
