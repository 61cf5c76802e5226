import { DOMAIN } from '../support/running-server.ts';

/** Short times, so that every check is quick, the letter of §11, everything optional, and room for all checks side by side. */
export const PROFILE = {
  hosts: { [DOMAIN]: { max_resources: 200 }, [`anon.${DOMAIN}`]: { anonymous: true } },
  bosh: {
    max_wait: 5,
    max_hold: 5,
    inactivity: 3,
    polling_inactivity: 8,
    polling: 2,
    max_pause: 10,
    strict: true,
    script_syntax: true,
  },
} as const;
