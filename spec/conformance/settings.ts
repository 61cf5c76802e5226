import { resolve } from 'node:path';
import type { Wiring } from '../../lib/conformance/caller.ts';
import type { Verdict } from '../../lib/conformance/check.ts';
import type { Credentials } from '../../lib/conformance/sasl-client.ts';
import type { ConfigInput } from '../../lib/config/schema.ts';
import { DOMAIN } from '../support/running-server.ts';
import { PROFILE } from './profile.ts';

/** One run of the kit against Holdfast. */
export interface Setting {
  readonly name: string;
  /** Of the server. */
  readonly config: Partial<ConfigInput>;
  readonly domain: string;
  readonly credentials: readonly [Credentials, Credentials];
  readonly wiring: Wiring;
  /** Beginnings of ids; everything by default. */
  readonly only?: readonly string[];
  readonly isSecure?: boolean;
  readonly isBoshOnly?: boolean;
  /** Verdicts other than pass, by id. */
  readonly elsewhere: Readonly<Record<string, Verdict>>;
}

const CERTIFICATES = resolve('spec', 'support', 'certificates');
const ANY = ['127.0.0.1:0'];
const ANYBODY = { is: 'anonymous' } as const;

/** What a run over plain HTTP, against a server that announces all this, cannot see; and what is not there. */
const ELSEWHERE: Setting['elsewhere'] = {
  'B-10-04': 'not observable',
  'B-11-04': 'not observable',
  'B-11-06': 'not observable',
  'B-12-05': 'not observable',
  'B-16.3-02': 'not observable',
  'B-19.1-01': 'not observable',
  'J-2.1-01': 'not observable',
  'W-3.9-01': 'not observable',
  'W-4-01': 'not supported',
};

const WITH_ACCOUNTS = {
  config: PROFILE,
  domain: DOMAIN,
  credentials: [account('alice'), account('bob')],
  elsewhere: ELSEWHERE,
} as const;

/** WebSocket has nothing to do with how requests use connections: once is enough. */
export const SETTINGS: readonly Setting[] = [
  { ...WITH_ACCOUNTS, name: 'over keep-alive connections', wiring: 'keep-alive' },
  { ...WITH_ACCOUNTS, name: 'over http/1.0 connections', wiring: 'http/1.0', isBoshOnly: true },
  { ...WITH_ACCOUNTS, name: 'over pipelined connections', wiring: 'pipelined', isBoshOnly: true },
  {
    name: 'for anonymous clients',
    config: PROFILE,
    domain: `anon.${DOMAIN}`,
    credentials: [ANYBODY, ANYBODY],
    wiring: 'keep-alive',
    elsewhere: {
      ...ELSEWHERE,
      // Nobody logs in again as the same anonymous user, nor has two resources.
      'W-3.6-04': 'not supported',
      'X-3-03': 'not observable',
      'X-7-01': 'not observable',
    },
  },
  {
    ...WITH_ACCOUNTS,
    name: 'over TLS',
    config: {
      ...PROFILE,
      http: {
        listen: ANY,
        listen_tls: ANY,
        tls: { cert: resolve(CERTIFICATES, 'first.pem'), key: resolve(CERTIFICATES, 'first.key') },
      },
    },
    wiring: 'keep-alive',
    only: ['B-7.2', 'B-14.3', 'B-19.1', 'X-5', 'W-3.2', 'W-3.9'],
    isSecure: true,
    elsewhere: {},
  },
  {
    ...WITH_ACCOUNTS,
    name: 'with one stream in a session, and without script syntax',
    config: { ...PROFILE, bosh: { ...PROFILE.bosh, max_streams: 1, script_syntax: false } },
    wiring: 'keep-alive',
    only: ['B-16.2-01', 'B-16.3-02', 'J-2.1-01'],
    isBoshOnly: true,
    elsewhere: {},
  },
];

function account(name: string): Credentials {
  return { is: 'account', name, password: name };
}
