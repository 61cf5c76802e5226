import { expect } from 'chai';
import type { Wiring } from '../../lib/conformance/caller.ts';
import type { Check } from '../../lib/conformance/check.ts';
import { CHECKS, WEBSOCKET_CHECKS } from '../../lib/conformance/checks/index.ts';
import { examine } from '../../lib/conformance/examine.ts';
import type { Report, Row } from '../../lib/conformance/report.ts';
import type { HoldfastServer } from '../../lib/server.ts';
import { PROFILE } from './profile.ts';
import { DOMAIN, startServer } from '../support/running-server.ts';

/** Of each of three runs side by side: most of what checks do is wait. */
const AT_ONCE = 12;
/** What a run over plain HTTP, against a server that announces all this, cannot see; and what is not there. */
const ELSEWHERE: Readonly<Record<string, string>> = {
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
      for (const [index, { id, title }] of checksOver(wiring).entries()) {
        it(`${id} ${title}`, () => {
          const row = reports.get(wiring)?.rows[index];
          expect(row?.verdict, row && story(row)).to.equal(ELSEWHERE[id] ?? 'pass');
        });
      }
    });
  }
});

/** WebSocket has nothing to do with how requests use connections: once is enough. */
function checksOver(wiring: Wiring): readonly Check[] {
  return wiring === 'keep-alive' ? [...CHECKS, ...WEBSOCKET_CHECKS] : CHECKS;
}

function examineOver(wiring: Wiring, server: HoldfastServer): Promise<Report> {
  const account = (name: string) => ({ is: 'account', name, password: name }) as const;
  return examine({
    url: server.boshUrl,
    websocket: wiring === 'keep-alive' ? server.webSocketUrl : undefined,
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
