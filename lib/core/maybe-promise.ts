/**
 * Work that waits only when it has to. A stanza whose handlers are all synchronous goes from the
 * sender's request to the recipient's transport without one turn of the promise queue.
 */
export type MaybePromise<T> = T | Promise<T>;

/** Goes on with a value: at once, or when it is there. */
export function andThen<T, R>(value: MaybePromise<T>, next: (value: T) => MaybePromise<R>): MaybePromise<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** Runs `work`; what it throws, or rejects with, goes to `failed`. */
export function attempt<T>(work: () => MaybePromise<T>, failed: (error: unknown) => MaybePromise<T>): MaybePromise<T> {
  try {
    const result = work();
    return result instanceof Promise ? result.catch(failed) : result;
  } catch (error) {
    return failed(error);
  }
}

/** Handles items one after the other, the next when the one before is done. */
export function inOrder<T>(items: readonly T[], handle: (item: T) => MaybePromise<void>): MaybePromise<void> {
  let done: MaybePromise<void> = undefined;
  for (const item of items) done = andThen(done, () => handle(item));
  return done;
}
