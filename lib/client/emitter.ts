type Listener<Arguments extends readonly unknown[]> = (...details: Arguments) => void;

/** Events with their listeners, in any surroundings. */
export class Emitter<Events extends Record<keyof Events, readonly unknown[]>> {
  readonly #listeners: { [Name in keyof Events]?: Set<Listener<Events[Name]>> } = {};

  /** @returns takes the listener away again */
  on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): () => void {
    const listeners = (this.#listeners[name] ??= new Set());
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  /** A listener that throws does not keep the others from hearing it, nor the client from counting. */
  protected emit<Name extends keyof Events>(name: Name, ...details: Events[Name]): void {
    for (const listener of this.#listeners[name] ?? []) {
      try {
        listener(...details);
      } catch (error) {
        setTimeout(() => {
          throw error;
        });
      }
    }
  }
}
