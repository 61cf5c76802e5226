/** Characters that a call looks at or copies, told from what it was given and what it returned. */
type Cost = (text: string, args: readonly unknown[], result: unknown) => number;

const whole: Cost = (text) => text.length;
const COSTS: Readonly<Record<string, Cost>> = {
  charCodeAt: () => 1,
  charAt: () => 1,
  indexOf: (text, [, from = 0], result) => (Number(result) < 0 ? text.length : Number(result) + 1) - Number(from),
  slice: (_text, _args, result) => String(result).length,
  includes: whole,
  search: whole,
  replace: whole,
  startsWith: (_text, [start]) => String(start).length,
};

/**
 * How many characters the string methods look at or copy while the task runs: a measure of work that
 * is the same on every machine, so that a spec can tell linear from quadratic without a clock.
 */
export function countingStringWork(task: () => void): number {
  let work = 0;
  const restore: (() => void)[] = [];
  const patch = (
    owner: object,
    name: string,
    cost: (self: unknown, args: unknown[], result: unknown) => number,
  ): void => {
    const original = Reflect.get(owner, name) as (...args: unknown[]) => unknown;
    Reflect.set(owner, name, function (this: unknown, ...args: unknown[]): unknown {
      const result = original.apply(this, args);
      work += cost(this, args, result);
      return result;
    });
    restore.push(() => Reflect.set(owner, name, original));
  };
  for (const [name, cost] of Object.entries(COSTS)) {
    patch(String.prototype, name, (self, args, result) => cost(String(self), args, result));
  }
  patch(Array.prototype, 'join', (_self, _args, result) => String(result).length);
  try {
    task();
  } finally {
    for (const undo of restore) undo();
  }
  return work;
}
