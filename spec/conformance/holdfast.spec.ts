import { expect } from 'chai';
import type { Wiring } from '../../lib/conformance/caller.ts';
import { CHECKS } from '../../lib/conformance/checks/index.ts';
import { examine } from '../../lib/conformance/examine.ts';
import type { Report, Row } from '../../lib/conformance/report.ts';
import type { HoldfastServer } from '../../lib/server.ts';
import { PROFILE } from './profile.ts';
import { DOMAIN, startServer } from '../support/running-server.ts';

const AT_ONCE = 24;
/** Optional features that are off by default. */
const NOT_ANNOUNCED = new Set(['B-7.2-13', 'B-7.2-17', 'B-7.2-18']);

const WIRINGS = ['keep-alive', 'http/1.0', 'pipelined'] as const;

describe('the conformance kit against Holdfast', function () {
  this.timeout(120_000);
  const servers: HoldfastServer[] = [];
  const reports = new Map<Wiring, Report>();

  before(async () => {
    await Promise.all(
      WIRINGS.map(async (wiring) => {
        const server = await startServer(['alice', 'bob'], PROFILE);
        servers.push(server);
        reports.set(wiring, await examineOver(wiring, server));
      }),
    );
  });

  after(() => Promise.all(servers.map((server) => server.close({ drain: 0 }))));

  for (const wiring of WIRINGS) {
    describe(`over ${wiring} connections`, () => {
      for (const [index, { id, title }] of CHECKS.entries()) {
        it(`${id} ${title}`, () => {
          const row = reports.get(wiring)?.rows[index];
          const verdicts = NOT_ANNOUNCED.has(id) ? ['pass', 'not supported'] : ['pass'];
          expect(verdicts, row && story(row)).to.include(row?.verdict);
        });
      }
    });
  }
});

function examineOver(wiring: Wiring, server: HoldfastServer): Promise<Report> {
  const account = (name: string) => ({ is: 'account', name, password: name }) as const;
  return examine({
    url: server.boshUrl,
    domain: DOMAIN,
    credentials: [account('alice'), account('bob')],
    wiring,
    strict: true,
    atOnce: AT_ONCE,
    kit: 'spec',
  });
}

function story({ reason, exchanges }: Row): string {
  const lines = exchanges.map(({ at, session, way, text }) => `${at} ms ${session} ${way}: ${text}`);
  return [reason, ...lines].join('\n');
}
