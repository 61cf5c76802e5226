import type { HostContext, Module } from './module.ts';

/** A module with its options, before its types are forgotten. */
interface Entry {
  readonly name: string;
  readonly needs: readonly string[];
  readonly claims: Module['implements'];
  readonly setup: (host: HostContext) => void;
}

/** What a module was given, and how all of it is taken back. */
export interface Scope {
  readonly context: HostContext;
  readonly release: () => void;
}

/** The modules of one host, set up in the order of what they need. */
export class ModuleLoader {
  readonly #entries = new Map<string, Entry>();
  readonly #running: Scope[] = [];

  /** @throws Error when a module of this name is there already */
  use<Options>(module: Module<Options>, options: Options): void {
    if (this.#entries.has(module.name)) throw new Error(`module "${module.name}" is used twice`);
    this.#entries.set(module.name, {
      name: module.name,
      needs: module.needs ?? [],
      claims: module.implements,
      setup: (host) => module.setup(host, options),
    });
  }

  /** Which documents the modules implement, in the order of their names. */
  get claims(): readonly { readonly module: string; readonly claims: Module['implements'] }[] {
    return [...this.#entries.values()]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, claims }) => ({ module: name, claims }));
  }

  /**
   * Sets all modules up. When one fails, those before it are stopped.
   *
   * @param open makes what a module may touch; `rank` is its place in the order
   * @throws Error when a module is missing, needs itself in the end, or fails
   */
  start(open: (module: string, rank: number) => Scope): void {
    this.#order().forEach((entry, rank) => {
      const scope = open(entry.name, rank);
      this.#running.push(scope);
      try {
        entry.setup(scope.context);
      } catch (cause) {
        this.stop();
        throw new Error(`module "${entry.name}" could not be set up`, { cause });
      }
    });
  }

  /** Stops all modules, those that need others first. */
  stop(): void {
    for (let scope = this.#running.pop(); scope; scope = this.#running.pop()) scope.release();
  }

  /** Each module behind what it needs; by name where that leaves a choice. */
  #order(): Entry[] {
    const ordered = new Set<Entry>();
    const visit = (name: string, path: readonly string[]): void => {
      const entry = this.#entries.get(name);
      if (!entry) throw new Error(`module "${path.at(-1)}" needs "${name}", which is not there`);
      if (path.includes(name)) throw new Error(`modules need each other: ${[...path, name].join(' → ')}`);
      if (ordered.has(entry)) return;
      for (const need of [...entry.needs].sort()) visit(need, [...path, name]);
      ordered.add(entry);
    };
    for (const name of [...this.#entries.keys()].sort()) visit(name, []);
    return [...ordered];
  }
}
