import fc from 'fast-check';

/** What a client wants of its session, and what the server grants. */
export interface Setting {
  readonly wait: number;
  readonly hold: number;
  readonly ver: string;
  readonly acks: boolean;
  readonly strict: boolean;
  readonly polling: number;
  readonly maxPause: number;
  /** Every request has its key, from the first. */
  readonly keys: boolean;
  /** Most streams at once. */
  readonly streams: number;
  /** The client never does what the XEP forbids; what it read can be reckoned up in the end. */
  readonly honest: boolean;
}

/** One thing that happens; places are relative, so that a plan makes sense without any of its parts. */
export type Command =
  /** A new request, `ahead` of the lowest one that has not been sent. */
  | {
      readonly do: 'post';
      readonly ahead: number;
      readonly count: number;
      readonly ack: 'right' | 'behind' | 'none';
      readonly fate: Fate;
      readonly keys: Keys;
      readonly stream: Aim;
      readonly together: boolean;
    }
  /** The same words again, for the request that is so many below the highest. */
  | { readonly do: 'repeat'; readonly back: number; readonly fate: Fate; readonly together: boolean }
  /** Other words under a rid that was used before. */
  | { readonly do: 'forge'; readonly back: number; readonly keys: 'right' | 'wrong' }
  | { readonly do: 'break'; readonly which: number; readonly together: boolean }
  /** A request that breaks off in the middle. */
  | { readonly do: 'truncate'; readonly at: number }
  | {
      readonly do: 'pause';
      readonly ahead: number;
      readonly seconds: number;
      readonly count: number;
      readonly stream: Aim;
    }
  /** The end of one stream, or of all. */
  | { readonly do: 'terminate'; readonly ahead: number; readonly count: number; readonly stream: Aim }
  | { readonly do: 'restart'; readonly stream: Aim }
  /** Another stream is wished for. */
  | { readonly do: 'add'; readonly ahead: number; readonly to: 'example.com' | 'nowhere'; readonly together: boolean }
  /** `stream`: of those that are open, counted round and round. */
  | { readonly do: 'send'; readonly count: number; readonly stream: number; readonly together: boolean }
  | { readonly do: 'pass'; readonly time: number }
  | { readonly do: 'close'; readonly error: boolean; readonly stream: number };

/** The stream that a client names: none, one that was never there, or one that it heard of, counted round and round. */
export type Aim = 'all' | 'guess' | number;

/**
 * The keys of a request: the right one; a new sequence with the last key of the old, or the first of
 * all. Where the client has keys, somebody else may try a wrong one, none, or a new sequence without one.
 */
export type Keys = 'right' | 'switch' | 'wrong' | 'none' | 'seize';

/** What becomes of the answer: read, lost with its connection, or long in the writing. */
export type Fate = 'read' | 'lost' | 'slow';

export interface Plan {
  readonly setting: Setting;
  readonly commands: readonly Command[];
}

const count = fc.nat(2);
const together = fc.nat(9).map((chance) => chance === 9);
const fate = fc.constantFrom<Fate>('read', 'read', 'read', 'read', 'lost', 'slow');
const ack = fc.constantFrom<'right' | 'behind' | 'none'>('right', 'right', 'right', 'behind', 'none');
const keys = fc.oneof(
  { weight: 24, arbitrary: fc.constant<Keys>('right') },
  { weight: 2, arbitrary: fc.constant<Keys>('switch') },
  { weight: 1, arbitrary: fc.constantFrom<Keys>('wrong', 'none', 'seize') },
);
const named = fc.constantFrom(0, 1, 1, 2);
const stream = fc.oneof(
  { weight: 16, arbitrary: fc.constant<Aim>('all') },
  { weight: 16, arbitrary: named },
  { weight: 1, arbitrary: fc.constant<Aim>('guess') },
);
const to = fc.constantFrom('example.com', 'example.com', 'example.com', 'example.com', 'nowhere');
const ahead = fc.constantFrom(0, 0, 0, 0, 0, 1, 1, 2, 3);
const time = fc.constantFrom(10, 100, 500, 1000, 1750, 2000, 4000, 5000, 10_000);

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 40,
    arbitrary: fc.record({ do: fc.constant('post' as const), ahead, count, ack, fate, keys, stream, together }),
  },
  {
    weight: 20,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      count: fc.integer({ min: 1, max: 3 }),
      stream: fc.nat(2),
      together,
    }),
  },
  { weight: 12, arbitrary: fc.record({ do: fc.constant('repeat' as const), back: fc.nat(3), fate, together }) },
  { weight: 12, arbitrary: fc.record({ do: fc.constant('break' as const), which: fc.nat(2), together }) },
  { weight: 14, arbitrary: fc.record({ do: fc.constant('pass' as const), time }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('truncate' as const), at: fc.nat(99) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('forge' as const),
      back: fc.nat(3),
      keys: fc.constantFrom('right', 'right', 'wrong'),
    }),
  },
  { weight: 7, arbitrary: fc.record({ do: fc.constant('add' as const), ahead, to, together }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('pause' as const),
      ahead,
      seconds: fc.constantFrom(0, 1, 3, 6, 10, 11),
      count,
      stream,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('restart' as const), stream }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('terminate' as const),
      ahead,
      count,
      stream: fc.constant<Aim>('all'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('terminate' as const), ahead, count, stream: named }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('close' as const), error: fc.boolean(), stream: fc.nat(2) }),
  },
);

const setting: fc.Arbitrary<Setting> = fc.record({
  wait: fc.constantFrom(5, 5, 5, 2, 0),
  hold: fc.constantFrom(1, 1, 1, 2, 3, 0),
  ver: fc.constantFrom('1.11', '1.11', '1.11', '1.5'),
  acks: fc.boolean(),
  strict: fc.boolean(),
  polling: fc.constantFrom(0, 2),
  maxPause: fc.constantFrom(10, 10, 10, 0),
  keys: fc.nat(3).map((chance) => chance === 3),
  streams: fc.constantFrom(3, 3, 3, 1),
  honest: fc.boolean(),
});

/** @param length most commands of one plan */
export function plans(length: number): fc.Arbitrary<Plan> {
  return fc.record({ setting, commands: fc.array(command, { maxLength: length, size: 'max' }) });
}
