import { ConfigError, type Problem } from './problem.ts';
import { YamlFile } from './yaml-file.ts';

/** Environment variables that set options: `HOLDFAST_HTTP__LISTEN=...` is `http.listen`. */
const PREFIX = 'HOLDFAST_';

export type Environment = Readonly<Record<string, string | undefined>>;

/** An option that a variable sets. */
export interface Override {
  /** Of the variable. */
  readonly name: string;
  readonly path: readonly string[];
  readonly value: unknown;
}

/**
 * Values are YAML, so that lists and booleans work: `HOLDFAST_HTTP__LISTEN='["0.0.0.0:5280"]'`.
 * Names without a double underscore are not ours: orchestrators make such of a service's name.
 *
 * @throws ConfigError with every variable that is no YAML
 */
export function readEnvironment(environment: Environment): Override[] {
  const overrides: Override[] = [];
  const problems: Problem[] = [];
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith(PREFIX) || text === undefined) continue;
    const path = name.slice(PREFIX.length).toLowerCase().split('__');
    if (path.length < 2) continue;
    try {
      overrides.push({ name, path, value: new YamlFile(text, name).value });
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(...error.problems.map(({ message }) => ({ where: name, key: path.join('.'), message })));
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return overrides;
}

/** What the file says, with what the environment says instead. */
export function override(base: unknown, overrides: readonly Override[]): unknown {
  if (overrides.length === 0 || (!isMapping(base) && base !== null && base !== undefined)) return base;
  const root = isMapping(base) ? structuredClone(base) : {};
  for (const { path, value } of overrides) {
    let at = root;
    for (const step of path.slice(0, -1)) {
      const next = at[step];
      const child = isMapping(next) ? next : {};
      at[step] = child;
      at = child;
    }
    at[path.at(-1) ?? ''] = value;
  }
  return root;
}

export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
