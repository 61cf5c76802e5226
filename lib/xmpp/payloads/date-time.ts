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

/** The calendar date of a day since 1970, by counting in eras of 400 years that begin in March. */
function civil(daysSinceEpoch: number): { year: number; month: number; day: number } {
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
