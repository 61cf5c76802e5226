/** A broken promise of our own code, never of a remote entity. It ends one session, not the process. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/** States what must be true here. @throws AssertionError */
export function assert(condition: unknown, claim: string): asserts condition {
  if (!condition) throw new AssertionError(claim);
}
