/** Milliseconds for people, with as many digits as mean something. */
export function duration(milliseconds: number | undefined): string {
  if (milliseconds === undefined || !Number.isFinite(milliseconds)) return '–';
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(2)} s`;
  return `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms`;
}

/** A count, with thousands apart. */
export function count(value: number): string {
  return value.toLocaleString('en');
}

/** So much for each of so many; a dash without any. */
export function ratio(sum: number, parts: number, digits: number): string {
  return parts === 0 ? '–' : (sum / parts).toFixed(digits);
}
