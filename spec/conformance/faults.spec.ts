import { expect } from 'chai';
import type { Check } from '../../lib/conformance/check.ts';
import { CHECKS } from '../../lib/conformance/checks/index.ts';
import { run, type Result } from '../../lib/conformance/runner.ts';
import { targetOf } from '../../lib/conformance/target.ts';
import { FAULTS, type Fault } from './faults.ts';
import { faulty, Mutants } from './mutants.ts';
import { PROFILE } from './profile.ts';

const DOMAIN = 'anon.localhost';
const ANYBODY = { is: 'anonymous' } as const;
/** How many servers run side by side, and how many checks of each. */
const SERVERS = 4;
const AT_ONCE = 12;
/** What is wrong there is seen where script syntax is off. */
const SCRIPT_ROUTE = 'http/routes/http-bind.ts';
/** Checks of other requirements that may fail for the same fault. */
const FEW = 8;
/** Faults that spoil so much that a wide look shows up to 25 others. */
const SWEEPING: readonly string[] = [
  'payloads count as haste',
  'every client gets HTTP errors',
  'requests are held too long',
  'a stream is not added',
  'streams are not named',
];
/** `all` faults, or a `wide` look at all of them: by every check that takes no time by its nature. */
const scope = process.env['FAULTS'];
const faults = FAULTS.filter(({ isTypical }) => scope !== undefined || isTypical);

/** The library as far as a server needs it, of a program that is loaded by its path. */
interface Library {
  createServer(
    config: object,
    dependencies: object,
  ): Promise<{ boshUrl: string; listen(): Promise<void>; close(how: object): Promise<void> }>;
  createMemoryStore(): object;
}

/** The checks that have to notice a fault, and those of the sections around, or of all. */
function checksNear({ caughtBy }: Fault): Check[] {
  const sections = new Set(caughtBy.map(sectionOf));
  const isNear = (id: string): boolean => scope === 'wide' || sections.has(sectionOf(id));
  return CHECKS.filter(({ id, slow }) => caughtBy.includes(id) || (isNear(id) && !slow));
}

/** `B-14.3` of `B-14.3-02` */
function sectionOf(id: string): string {
  return id.slice(0, id.lastIndexOf('-'));
}

async function examine(fault: Fault, mutants: Mutants): Promise<Result[]> {
  const library = (await import(await mutants.load(fault))) as Library;
  const server = await library.createServer(
    {
      ...PROFILE,
      bosh: { ...PROFILE.bosh, script_syntax: fault.file !== SCRIPT_ROUTE },
      http: { listen: ['127.0.0.1:0'] },
      limits: { sessions_per_address: 0, session_creations_per_minute: 0 },
    },
    { store: library.createMemoryStore() },
  );
  await server.listen();
  try {
    return await run({
      subject: {
        target: targetOf(server.boshUrl),
        domain: DOMAIN,
        credentials: [ANYBODY, ANYBODY],
        wiring: 'keep-alive',
        patience: 2500,
        silence: 300,
        strict: true,
      },
      checks: checksNear(fault),
      atOnce: AT_ONCE,
      again: scope === 'wide',
      limit: 25_000,
    });
  } finally {
    await server.close({ drain: 0 });
  }
}

describe('faults of a server', function () {
  this.timeout(3_000_000);
  const results = new Map<Fault, Result[]>();
  const mutants = new Mutants();

  before(async () => {
    const waiting = [...faults];
    const work = async (): Promise<void> => {
      for (let fault = waiting.shift(); fault; fault = waiting.shift())
        results.set(fault, await examine(fault, mutants));
    };
    await Promise.all(Array.from({ length: SERVERS }, work));
  });

  after(() => mutants.close());

  for (const fault of faults) {
    it(`${fault.name}: ${fault.caughtBy.join(', ')} fails`, () => {
      const failed = (results.get(fault) ?? []).filter(({ verdict }) => verdict === 'fail');
      const ids = new Set(failed.map(({ requirement }) => requirement.id));
      expect([...ids], failed.map(({ reason }) => reason).join('\n')).to.include.members([...fault.caughtBy]);
      if (scope === 'wide' && SWEEPING.includes(fault.name)) return;
      const others = [...ids].filter((id) => !fault.caughtBy.includes(id));
      expect(others.length, `other requirements whose checks fail: ${others.join(', ')}`).to.be.at.most(FEW);
    });
  }
});

describe('the table of faults', () => {
  for (const fault of FAULTS) {
    it(`has a place for: ${fault.name}`, () => {
      expect(faulty(fault)).to.contain(fault.to);
    });
  }

  it('is long, and typical ones are a part of it', () => {
    expect(FAULTS.length).to.be.at.least(60);
    expect(FAULTS.filter(({ isTypical }) => isTypical).length).to.be.within(12, 30);
  });
});
