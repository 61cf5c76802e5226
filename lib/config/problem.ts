/** One thing wrong with a configuration. */
export interface Problem {
  /** `holdfast.yaml:3:7`, or the name of the environment variable. */
  readonly where: string;
  /** `http.listen.0` */
  readonly key: string;
  readonly message: string;
}

/** Everything wrong with a configuration, at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(({ where, key, message }) => `${where}: ${key ? `${key}: ` : ''}${message}`).join('\n'));
    this.problems = problems;
  }
}

/** Letters at the beginning that two words must share to be taken for the same, one cut short. */
const MIN_STEM = 3;

/** The known word that looks most like this one, if any does. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const wanted = word.toLowerCase();
  const ranked = known.map((candidate) => ({ candidate, distance: distance(wanted, candidate.toLowerCase()) }));
  ranked.sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  if (best && best.distance <= Math.max(1, Math.floor(word.length / 3))) return best.candidate;
  return known.find((candidate) => isStem(wanted, candidate.toLowerCase()) || isStem(candidate.toLowerCase(), wanted));
}

function isStem(stem: string, word: string): boolean {
  return stem.length >= MIN_STEM && word.startsWith(stem);
}

/** Edit distance in which two letters in the wrong order are one mistake, a row at a time. */
function distance(a: string, b: string): number {
  let above: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwapped ? (above[j - 2] ?? 0) + 1 : replaced;
      next.push(Math.min(replaced, swapped, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    above = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
