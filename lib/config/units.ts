import { z } from 'zod';

/** Milliseconds in each unit of time that a configuration may use. */
const TIME = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const;
/** Bytes in each unit of size. */
const SIZE = { B: 1, KiB: 1024, KB: 1024, MiB: 1024 ** 2, MB: 1024 ** 2, GiB: 1024 ** 3, GB: 1024 ** 3 } as const;

const QUANTITY = /^\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*$/;

interface Range {
  readonly min: number;
  readonly max: number;
}

/** A length of time such as `60 s` or `25s`; a bare number is seconds. Becomes milliseconds. */
export function duration(range: Range): z.ZodType<number> {
  return quantity(TIME, 's', range, 'a duration such as "60 s"', (value) => `${value / 1000} s`);
}

/** A size such as `256 KiB`; a bare number is bytes. Becomes bytes. */
export function size(range: Range): z.ZodType<number> {
  return quantity(SIZE, 'B', range, 'a size such as "256 KiB"', (value) => `${value} B`);
}

/** Both take what they make, too, so that a configuration in code may use plain numbers of the larger unit. */
function quantity(
  units: Readonly<Record<string, number>>,
  bare: string,
  { min, max }: Range,
  what: string,
  show: (value: number) => string,
): z.ZodType<number> {
  return z
    .union([z.string(), z.number()])
    .transform((value, context) => {
      const match = QUANTITY.exec(String(value));
      const factor = match ? units[match[2] === '' ? bare : (match[2] ?? '')] : undefined;
      const result = match && factor !== undefined ? Number(match[1]) * factor : Number.NaN;
      if (Number.isNaN(result)) context.addIssue({ code: 'custom', message: `expected ${what}` });
      else if (result < min || result > max) {
        context.addIssue({ code: 'custom', message: `expected ${show(min)} to ${show(max)}` });
      }
      return result;
    })
    .meta({ type: ['string', 'number'], format: what }) as unknown as z.ZodType<number>; // input differs from output
}
