import { expect } from 'chai';
import { CHECKS, WEBSOCKET_CHECKS } from '../../lib/conformance/checks/index.ts';
import { examine } from '../../lib/conformance/examine.ts';
import type { Report, Row } from '../../lib/conformance/report.ts';
import type { HoldfastServer } from '../../lib/server.ts';
import { startServer } from '../support/running-server.ts';
import { SETTINGS, type Setting } from './settings.ts';

/** Of each of several runs side by side: most of what checks do is wait. */
const AT_ONCE = 12;

describe('the conformance kit against Holdfast', function () {
  this.timeout(120_000);
  const servers: HoldfastServer[] = [];
  const reports = new Map<Setting, Report>();

  before(async () => {
    await Promise.all(
      SETTINGS.map(async (setting) => {
        const server = await startServer(['alice', 'bob'], setting.config);
        servers.push(server);
        reports.set(setting, await examineIn(setting, server));
      }),
    );
  });

  after(() => Promise.all(servers.map((server) => server.close({ drain: 0 }))));

  for (const setting of SETTINGS) {
    describe(setting.name, () => {
      for (const [index, { id, title }] of checksIn(setting).entries()) {
        it(`${id} ${title}`, () => {
          const row = reports.get(setting)?.rows[index];
          expect(row?.verdict, row && story(row)).to.equal(setting.elsewhere[id] ?? 'pass');
          if (row?.verdict !== 'pass') expect(row?.reason).to.not.equal('');
        });
      }
    });
  }
});

function checksIn({ only, isBoshOnly }: Setting): { id: string; title: string }[] {
  const checks = isBoshOnly ? CHECKS : [...CHECKS, ...WEBSOCKET_CHECKS];
  return checks.filter(({ id }) => only === undefined || only.some((prefix) => id.startsWith(prefix)));
}

function examineIn(setting: Setting, server: HoldfastServer): Promise<Report> {
  const { domain, credentials, wiring, only, isSecure, isBoshOnly } = setting;
  const scheme = isSecure ? 'https:' : 'http:';
  const base = server.urls.find((url) => url.startsWith(scheme)) ?? expect.fail(`there is no listener for ${scheme}`);
  return examine({
    url: `${base}${server.config.bosh.path}`,
    websocket: isBoshOnly ? undefined : `${base.replace(/^http/, 'ws')}${server.config.websocket.path}`,
    domain,
    credentials,
    wiring,
    only,
    strict: true,
    slow: true,
    atOnce: AT_ONCE,
    kit: 'spec',
  });
}

function story({ reason, exchanges }: Row): string {
  const lines = exchanges.map(({ at, session, way, text }) => `${at} ms ${session} ${way}: ${text}`);
  return [reason, ...lines].join('\n');
}
