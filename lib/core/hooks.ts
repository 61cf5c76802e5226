import type { HookMap } from './hook-map.ts';
import type { MaybePromise } from './maybe-promise.ts';
import type { Phase, Verdict } from './module.ts';
import type { Failures } from './failures.ts';

export type HookName = keyof HookMap;
export type HookHandler<K extends HookName> = (event: HookMap[K]) => Verdict | Promise<Verdict>;

/** Whose handler it is, and the place of that module in the order of dependencies. */
export interface HookOwner {
  readonly module: string;
  readonly rank: number;
}

interface Step<K extends HookName> {
  readonly name: K;
  readonly phase: Phase;
  readonly owner: HookOwner;
  readonly handler: HookHandler<K>;
}

type Chains = { [K in HookName]?: readonly Step<K>[] };

/** How far an event has come. */
interface Progress<K extends HookName> {
  readonly event: HookMap[K];
  /** A filter ended it. */
  readonly isStopped: boolean;
  /** An act handler took it. */
  readonly isHandled: boolean;
}

const PHASES: Readonly<Record<Phase, number>> = { filter: 0, act: 1, observe: 2 };

/**
 * The handlers of every hook, each chain in the order in which it runs: by phase, then in the order
 * of the modules' dependencies, then in the order of registration.
 */
export class Hooks {
  readonly #failures: Failures;
  #chains: Chains = {};

  constructor(failures: Failures) {
    this.#failures = failures;
  }

  /** @returns takes the handler back */
  add<K extends HookName>(name: K, phase: Phase, owner: HookOwner, handler: HookHandler<K>): () => void {
    const step: Step<K> = { name, phase, owner, handler };
    const chain = [...this.#chain(name), step];
    chain.sort((a, b) => PHASES[a.phase] - PHASES[b.phase] || a.owner.rank - b.owner.rank);
    this.#chains = { ...this.#chains, [name]: chain };
    return () => {
      this.#chains = { ...this.#chains, [name]: this.#chain(name).filter((other) => other !== step) };
    };
  }

  /** Whether a module acts on this hook. */
  isHandled(name: HookName): boolean {
    return this.#chain(name).some((step) => step.phase === 'act');
  }

  /**
   * Runs a hook. Synchronous when every handler is.
   *
   * @returns the event to go on with; undefined when a filter stopped it or an act handler handled it
   * @throws StanzaError when a filter or an act handler refuses or fails: the stanza must not go on
   */
  run<K extends HookName>(name: K, event: HookMap[K]): MaybePromise<HookMap[K] | undefined> {
    const chain = this.#chains[name];
    return chain ? this.#walk(chain, 0, { event, isStopped: false, isHandled: false }) : event;
  }

  #walk<K extends HookName>(
    chain: readonly Step<K>[],
    start: number,
    from: Progress<K>,
  ): MaybePromise<HookMap[K] | undefined> {
    let progress = from;
    for (let index = start; index < chain.length && !progress.isStopped; index += 1) {
      const step = chain[index];
      if (!step || (step.phase === 'act' && progress.isHandled)) continue;
      const verdict = this.#call(step, progress.event);
      if (verdict instanceof Promise) {
        const before = progress;
        return verdict.then((late) => this.#walk(chain, index + 1, after(before, step.phase, late)));
      }
      progress = after(progress, step.phase, verdict);
    }
    return progress.isStopped || progress.isHandled ? undefined : progress.event;
  }

  #call<K extends HookName>(step: Step<K>, event: HookMap[K]): MaybePromise<Verdict> {
    try {
      const verdict = step.handler(event);
      return verdict instanceof Promise ? verdict.catch((error: unknown) => this.#thrown(step, error)) : verdict;
    } catch (error) {
      return this.#thrown(step, error);
    }
  }

  /** Who only observes may fail. Who filters or acts may not be skipped: the stanza is refused. */
  #thrown<K extends HookName>(step: Step<K>, error: unknown): void {
    const where = { hook: step.name, phase: step.phase, module: step.owner.module };
    if (step.phase !== 'observe') throw this.#failures.refusal(error, where);
    this.#failures.log(error, where);
  }

  #chain<K extends HookName>(name: K): readonly Step<K>[] {
    return this.#chains[name] ?? [];
  }
}

/** What a verdict does to an event. Observers do nothing to it. */
function after<K extends HookName>(progress: Progress<K>, phase: Phase, verdict: Verdict): Progress<K> {
  if (verdict === undefined || phase === 'observe') return progress;
  if (verdict !== 'handled') return { ...progress, event: { ...progress.event, stanza: verdict.replace } };
  return phase === 'filter' ? { ...progress, isStopped: true } : { ...progress, isHandled: true };
}
