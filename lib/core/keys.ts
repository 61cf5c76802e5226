/**
 * Names one module's part of a bag that many modules share, and says what it holds at first.
 * Compared by identity, so two modules can never meet in one slot.
 */
export class StateKey<T> {
  readonly name: string;
  readonly initial: () => T;

  constructor(name: string, initial: () => T) {
    this.name = name;
    this.initial = initial;
  }
}

/** What modules keep about one session: made on first use, gone with the session. */
export class State {
  readonly #values = new Map<StateKey<unknown>, unknown>();

  get<T>(key: StateKey<T>): T {
    if (!this.#values.has(key)) this.#values.set(key, key.initial());
    // Only this method writes, and only what `key.initial` made.
    return this.#values.get(key) as T;
  }
}

/** Names a service that one module gives to the core and to the others. */
export class ServiceKey<T> {
  readonly name: string;
  /** Never set; carries the type. */
  declare readonly type?: T;

  constructor(name: string) {
    this.name = name;
  }
}

/** The services of one host, each given by one module. */
export class Services {
  readonly #services = new Map<ServiceKey<unknown>, unknown>();

  /** @returns takes the service back @throws Error when another module gives it already */
  provide<T>(key: ServiceKey<T>, service: T): () => void {
    if (this.#services.has(key)) throw new Error(`service "${key.name}" is given twice`);
    this.#services.set(key, service);
    return () => void this.#services.delete(key);
  }

  /** Undefined while no module gives it. */
  find<T>(key: ServiceKey<T>): T | undefined {
    // Only `provide` writes, and it ties the type of the service to the key.
    return this.#services.get(key) as T | undefined;
  }
}
