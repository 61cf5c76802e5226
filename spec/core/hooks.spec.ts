import { expect } from 'chai';
import { Failures } from '../../lib/core/failures.ts';
import { Hooks, type HookOwner } from '../../lib/core/hooks.ts';
import type { Phase, Verdict } from '../../lib/core/module.ts';
import { StanzaError } from '../../lib/xmpp/stanza-error.ts';
import { Stanza } from '../../lib/xmpp/stanza.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { element, FakeLog } from './world.ts';

const stanza = new Stanza(element("<message id='first'/>"), undefined, undefined);
const other = new Stanza(element("<message id='other'/>"), undefined, undefined);

describe('hooks', () => {
  let log: FakeLog;
  let hooks: Hooks;
  let calls: string[];

  beforeEach(() => {
    log = new FakeLog();
    hooks = new Hooks(new Failures(log, new SeededRandom(1)));
    calls = [];
  });

  function owner(module: string, rank = 0): HookOwner {
    return { module, rank };
  }

  /** A handler that notes its name and the stanza that it sees. */
  function on(phase: Phase, name: string, verdict?: Verdict | Promise<Verdict>, rank = 0): () => void {
    return hooks.add('stanza:to-server', phase, owner(name, rank), (event) => {
      calls.push(`${name}:${event.stanza.id}`);
      return verdict;
    });
  }

  it('run filters, then act handlers, then observers, whatever the order of registration', () => {
    on('observe', 'c');
    on('act', 'b');
    on('filter', 'a');
    void hooks.run('stanza:to-server', { stanza });
    expect(calls).to.deep.equal(['a:first', 'b:first', 'c:first']);
  });

  it('run in the order of the modules within a phase, and of registration within a module', () => {
    on('act', 'late', undefined, 2);
    on('act', 'early', undefined, 1);
    on('act', 'early again', undefined, 1);
    void hooks.run('stanza:to-server', { stanza });
    expect(calls).to.deep.equal(['early:first', 'early again:first', 'late:first']);
  });

  it('give back the event as it came when nobody is there, or nobody cares', () => {
    expect(hooks.run('stanza:to-server', { stanza })).to.deep.equal({ stanza });
    on('act', 'a');
    expect(hooks.run('stanza:to-server', { stanza })).to.deep.equal({ stanza });
  });

  for (const [way, made] of [
    ['synchronous', (verdict: Verdict) => verdict],
    ['asynchronous', async (verdict: Verdict) => verdict],
  ] as const) {
    describe(`with ${way} handlers`, () => {
      it('a filter that handles ends the event', async () => {
        on('filter', 'a', made('handled'));
        for (const phase of ['filter', 'act', 'observe'] as const) on(phase, phase);
        expect(await hooks.run('stanza:to-server', { stanza })).to.equal(undefined);
        expect(calls).to.deep.equal(['a:first']);
      });

      it('an act handler that handles leaves out the other act handlers, not the observers', async () => {
        on('act', 'a', made('handled'));
        on('act', 'b');
        on('observe', 'c');
        expect(await hooks.run('stanza:to-server', { stanza })).to.equal(undefined);
        expect(calls).to.deep.equal(['a:first', 'c:first']);
      });

      it('filters and act handlers replace the stanza for those behind them', async () => {
        on('filter', 'a', made({ replace: other }));
        on('act', 'b');
        expect(await hooks.run('stanza:to-server', { stanza })).to.deep.equal({ stanza: other });
        expect(calls).to.deep.equal(['a:first', 'b:other']);
      });

      it('observers change nothing', async () => {
        on('observe', 'a', made('handled'));
        on('observe', 'b', made({ replace: other }));
        expect(await hooks.run('stanza:to-server', { stanza })).to.deep.equal({ stanza });
      });

      for (const phase of ['filter', 'act'] as const) {
        it(`what a handler in phase ${phase} refuses does not go on`, async () => {
          const refusal = new StanzaError('not-acceptable');
          hooks.add('stanza:to-server', phase, owner('a'), () => raise(refusal, way));
          on('observe', 'b');
          expect(await caught(() => hooks.run('stanza:to-server', { stanza }))).to.equal(refusal);
          expect(calls).to.deep.equal([]);
          expect(log.lines).to.deep.equal([]);
        });

        it(`a bug in phase ${phase} fails closed, and is logged`, async () => {
          hooks.add('stanza:to-server', phase, owner('a'), () => raise(new TypeError('a bug'), way));
          on('act', 'b');
          const error = await caught(() => hooks.run('stanza:to-server', { stanza }));
          expect(error).to.be.instanceOf(StanzaError).with.property('condition', 'internal-server-error');
          expect(calls).to.deep.equal([]);
          const [fields] = log.of('core.failed');
          expect(fields).to.include({ hook: 'stanza:to-server', phase, module: 'a' });
          expect(String((error as StanzaError).text)).to.contain(String(fields?.['reference']));
        });
      }

      it('a bug in an observer is logged and nothing else', async () => {
        hooks.add('stanza:to-server', 'observe', owner('a'), () => raise(new TypeError('a bug'), way));
        on('observe', 'b');
        expect(await hooks.run('stanza:to-server', { stanza })).to.deep.equal({ stanza });
        expect(calls).to.deep.equal(['b:first']);
        expect(log.of('core.failed')).to.have.length(1);
      });
    });
  }

  it('run at once when every handler is synchronous, and wait for one that is not', async () => {
    on('act', 'a');
    expect(hooks.run('stanza:to-server', { stanza })).not.to.be.instanceOf(Promise);
    on('act', 'b', Promise.resolve());
    on('act', 'c');
    const run = hooks.run('stanza:to-server', { stanza });
    expect(run).to.be.instanceOf(Promise);
    expect(calls).to.deep.equal(['a:first', 'a:first', 'b:first']);
    await run;
    expect(calls.at(-1)).to.equal('c:first');
  });

  it('forget a handler that is taken back', () => {
    const takeBack = on('act', 'a');
    expect(hooks.isHandled('stanza:to-server')).to.equal(true);
    takeBack();
    void hooks.run('stanza:to-server', { stanza });
    expect(calls).to.deep.equal([]);
    expect(hooks.isHandled('stanza:to-server')).to.equal(false);
  });

  it('are handled by act handlers only', () => {
    on('observe', 'a');
    on('filter', 'b');
    expect(hooks.isHandled('stanza:to-server')).to.equal(false);
    on('act', 'c');
    expect(hooks.isHandled('stanza:to-server')).to.equal(true);
  });
});

function raise(error: Error, way: 'synchronous' | 'asynchronous'): Promise<never> {
  if (way === 'synchronous') throw error;
  return Promise.reject(error);
}

async function caught(work: () => unknown): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
