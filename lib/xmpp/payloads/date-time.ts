import type { EpochMillis } from '../../base/time.ts';

const DAY = 86_400_000;

/**
 * A date and time as XMPP writes it, `2026-01-31T12:00:00.000Z`. Reads no clock.
 *
 * @spec XEP-0082 §3
 */
export function formatDateTime(instant: EpochMillis): string {
  const days = Math.floor(instant / DAY);
  const time = Math.floor(instant - days * DAY);
  const { year, month, day } = civil(days);
  const clock = [time / 3_600_000, (time / 60_000) % 60, (time / 1000) % 60].map((part) => pad(Math.floor(part), 2));
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}T${clock.join(':')}.${pad(time % 1000, 3)}Z`;
}

const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d{1,9})?(?:Z|([+-])(\d\d):(\d\d))$/;

/**
 * Reads a date and time with its offset from UTC; undefined when it is none. What is finer than a
 * millisecond is kept as a fraction.
 *
 * @spec XEP-0082 §3
 */
export function parseDateTime(text: string): EpochMillis | undefined {
  const match = DATE_TIME.exec(text);
  if (!match) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const fraction = Number(match[7] ?? 0) * 1000;
  const offset = Number(`${match[8] ?? '+'}1`) * (Number(match[9] ?? 0) * 60 + Number(match[10] ?? 0)) * 60_000;
  const days = daysTo(year, month, day);
  const isDate = month >= 1 && month <= 12 && sameDay(civil(days), { year, month, day });
  // A leap second is the first of the next minute.
  if (!isDate || hour > 23 || minute > 59 || second > 60) return undefined;
  return days * DAY + ((hour * 60 + minute) * 60 + second) * 1000 + fraction - offset;
}

interface CivilDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

function sameDay(a: CivilDate, b: CivilDate): boolean {
  return a.year === b.year && a.month === b.month && a.day === b.day;
}

/** Days since 1970 of a calendar date: what `civil` takes. */
function daysTo(year: number, month: number, day: number): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** The calendar date of a day since 1970, by counting in eras of 400 years that begin in March. */
function civil(daysSinceEpoch: number): CivilDate {
  const shifted = daysSinceEpoch + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1,
  };
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
