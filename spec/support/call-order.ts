import { Session } from 'node:inspector';

const TRACE = Symbol.for('holdfast.spec.calls');

/** Any function, also a constructor's method. */
type Callable = (...args: never[]) => unknown;

interface Shared {
  readonly functions: readonly Callable[];
  readonly calls: number[];
}

/**
 * Notes the calls of functions in their order, from the outside: the debugger evaluates a condition
 * at each call, which notes it and does not stop. Neither the functions nor who calls them are changed.
 */
export class CallOrder {
  readonly #session = new Session();
  readonly #shared: Shared;

  constructor(functions: readonly Callable[]) {
    this.#shared = { functions, calls: [] };
  }

  /** Indexes of the functions in the order of their calls so far. */
  get calls(): readonly number[] {
    return this.#shared.calls;
  }

  start(): void {
    Reflect.set(globalThis, TRACE, this.#shared);
    this.#session.connect();
    this.#post('Debugger.enable');
    for (const index of this.#shared.functions.keys()) this.#watch(index);
  }

  stop(): void {
    this.#session.disconnect();
    Reflect.deleteProperty(globalThis, TRACE);
  }

  #watch(index: number): void {
    const shared = `globalThis[Symbol.for('${TRACE.description ?? ''}')]`;
    const { result } = this.#post('Runtime.evaluate', { expression: `${shared}.functions[${index}]` });
    const condition = `${shared}.calls.push(${index}), false`;
    this.#post('Debugger.setBreakpointOnFunctionCall', { objectId: result?.objectId, condition });
  }

  /** To a session of the same thread everything is answered at once. */
  #post(method: string, params: object = {}): { readonly result?: { readonly objectId?: string } } {
    let failure: Error | null = null;
    let answer: object = {};
    this.#session.post(method, params, (error, result) => {
      failure = error;
      answer = result ?? {};
    });
    if (failure) throw new Error(`${method} failed`, { cause: failure });
    return answer;
  }
}
