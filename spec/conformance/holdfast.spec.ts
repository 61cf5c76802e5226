import { expect } from 'chai';
import { CHECKS } from '../../lib/conformance/checks/index.ts';
import { run, type Result } from '../../lib/conformance/runner.ts';
import { targetOf } from '../../lib/conformance/target.ts';
import type { Wiring } from '../../lib/conformance/caller.ts';
import type { HoldfastServer } from '../../lib/server.ts';
import { DOMAIN, startServer } from '../support/running-server.ts';

/** Short times, so that every check can be run, and the letter of §11. */
const PROFILE = {
  max_wait: 5,
  max_hold: 5,
  inactivity: 3,
  polling_inactivity: 8,
  polling: 2,
  max_pause: 10,
  strict: true,
} as const;
const AT_ONCE = 24;
const LIMIT = 40_000;

describe('the conformance kit against Holdfast', function () {
  this.timeout(240_000);

  for (const wiring of ['keep-alive', 'http/1.0'] as const) {
    describe(`over ${wiring} connections`, () => {
      let server: HoldfastServer;
      let results: readonly Result[];

      before(async () => {
        server = await startServer(['alice', 'bob'], { bosh: PROFILE });
        results = await checkAll(server, wiring);
      });

      after(() => server.close({ drain: 0 }));

      for (const [index, { id, title }] of CHECKS.entries()) {
        it(`${id} ${title}`, () => {
          const result = results[index];
          const lines = result?.transcript.map((line) => `${line.at} ms ${line.session} ${line.way}: ${line.text}`);
          expect(result?.verdict, `${result?.reason ?? ''}\n${lines?.join('\n') ?? ''}`).to.not.equal('fail');
        });
      }
    });
  }
});

function checkAll(server: HoldfastServer, wiring: Wiring): Promise<Result[]> {
  const account = (name: string) => ({ is: 'account', name, password: name }) as const;
  return run({
    subject: {
      target: targetOf(server.boshUrl),
      domain: DOMAIN,
      credentials: [account('alice'), account('bob')],
      wiring,
      patience: 4000,
      silence: 500,
      strict: true,
    },
    checks: CHECKS,
    atOnce: AT_ONCE,
    limit: LIMIT,
  });
}
