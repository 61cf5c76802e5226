import { z } from 'zod';
import { butGot } from './messages.ts';

/** Milliseconds in each unit of time that a configuration may use. */
const TIME = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const;
/** Bytes in each unit of size. */
const SIZE = { B: 1, KiB: 1024, KB: 1024, MiB: 1024 ** 2, MB: 1024 ** 2, GiB: 1024 ** 3, GB: 1024 ** 3 } as const;

/** The units that are used to tell a quantity, largest first. */
const TOLD_TIMES = ['h', 'min', 's'] as const;
const TOLD_SIZES = ['MiB', 'KiB', 'B'] as const;

const QUANTITY = /^\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*$/;

interface Range {
  readonly min: number;
  readonly max: number;
}

interface Kind {
  readonly units: Readonly<Record<string, number>>;
  /** The unit of a bare number. */
  readonly bare: string;
  readonly name: string;
  readonly show: (value: number) => string;
}

type Quantity = z.ZodType<number, string | number>;

/** A length of time such as `60 s` or `25s`; a bare number is seconds. Becomes milliseconds. */
export function duration(range: Range): Quantity {
  return quantity({ units: TIME, bare: 's', name: 'a duration such as "60 s"', show: showDuration }, range);
}

/** The same for what the protocol counts in seconds: half of one would become none, and none often means "never". */
export function wholeSeconds(range: Range): Quantity {
  return quantity({ units: TIME, bare: 's', name: 'a duration such as "60 s"', show: showDuration }, range, TIME.s);
}

/** A size such as `256 KiB`; a bare number is bytes. Becomes bytes. */
export function size(range: Range): Quantity {
  return quantity({ units: SIZE, bare: 'B', name: 'a size such as "256 KiB"', show: showSize }, range);
}

/** As people write it: `5 min`. */
function showDuration(milliseconds: number): string {
  return show(milliseconds, TOLD_TIMES, TIME);
}

/** As people write it: `256 KiB`. */
function showSize(bytes: number): string {
  return show(bytes, TOLD_SIZES, SIZE);
}

function show<Unit extends string>(
  value: number,
  told: readonly Unit[],
  units: Readonly<Record<Unit, number>>,
): string {
  const unit = told.find((name) => value >= units[name] && value % units[name] === 0) ?? told.at(-1);
  return unit === undefined ? String(value) : `${value / units[unit]} ${unit}`;
}

function quantity({ units, bare, name, show: tell }: Kind, { min, max }: Range, step?: number): Quantity {
  const read = (value: unknown): number => {
    const [, count, unit] = QUANTITY.exec(String(value)) ?? [];
    return Number(count) * (units[unit === '' ? bare : (unit ?? '')] ?? Number.NaN);
  };
  return z
    .union([z.string(), z.number()], { error: ({ input }) => `expected ${name}${butGot(input)}` })
    .transform((value, context) => {
      const result = read(value);
      if (Number.isNaN(result)) context.addIssue({ code: 'custom', message: `expected ${name}${butGot(value)}` });
      else if (result < min || result > max) {
        context.addIssue({ code: 'custom', message: `expected ${tell(min)} to ${tell(max)}${butGot(value)}` });
      } else if (step !== undefined && result % step !== 0) {
        context.addIssue({ code: 'custom', message: `expected whole seconds${butGot(value)}` });
      }
      return Math.floor(result);
    })
    .meta({ type: ['string', 'number'], format: name });
}
