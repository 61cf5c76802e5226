import { existsSync, readFileSync } from 'node:fs';
import { isMap, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { ConfigError, nearest, type Problem } from './problem.ts';
import { schema, type Config, type ConfigInput } from './schema.ts';

/** Looked for in this order when no file is named. */
export const USUAL_FILES = ['./holdfast.yaml', '/etc/holdfast/holdfast.yaml'] as const;

/** Environment variables that set options: `HOLDFAST_HTTP__LISTEN=...` is `http.listen`. */
const ENV_PREFIX = 'HOLDFAST_';

type Environment = Readonly<Record<string, string | undefined>>;
type Path = readonly PropertyKey[];

/** The first of the usual files that exists. */
export function findConfigFile(): string | undefined {
  return USUAL_FILES.find((file) => existsSync(file));
}

/**
 * Reads a configuration file.
 *
 * @param environment variables whose names begin with HOLDFAST_ override options
 * @throws ConfigError with every problem there is
 */
export function loadConfig(file: string, environment: Environment = {}): Config {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new ConfigError([{ where: file, key: '', message: `cannot be read: ${message}` }]);
  }
  return readConfig(text, file, environment);
}

/** The same for a text. @param name how problems call it */
export function readConfig(text: string, name: string, environment: Environment = {}): Config {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  if (document.errors.length > 0) {
    const problems = document.errors.map(({ pos, message }) => ({
      where: at(pos[0]),
      key: '',
      message: message.split('\n')[0] ?? message,
    }));
    throw new ConfigError(problems);
  }
  const overrides = readEnvironment(environment);
  const input = merge(document.toJS() ?? {}, overrides);
  return check(input, (path) => {
    const variable = overrides.find((override) => startsWith(path, override.path));
    return variable ? variable.name : at(offsetOf(document, path));
  });
}

/** Completes a configuration that was made in code. @throws ConfigError */
export function completeConfig(input: ConfigInput): Config {
  return check(input, () => 'configuration');
}

function check(input: unknown, where: (path: Path) => string): Config {
  const result = schema.safeParse(input);
  if (!result.success) throw new ConfigError(result.error.issues.flatMap((issue) => problemsOf(issue, where)));
  const { http, hosts } = result.data;
  if (http.listen_tls.length > 0 && !http.tls) {
    throw new ConfigError([{ where: where(['http', 'listen_tls']), key: 'http.listen_tls', message: 'needs http.tls' }]);
  }
  return freeze({ ...result.data, hosts });
}

function problemsOf(issue: z.core.$ZodIssue, where: (path: Path) => string): Problem[] {
  if (issue.code !== 'unrecognized_keys') {
    return [{ where: where(issue.path), key: issue.path.join('.'), message: issue.message }];
  }
  return issue.keys.map((key) => {
    const near = nearest(key, knownKeys(issue.path));
    const hint = near === undefined ? '' : `; did you mean "${near}"?`;
    return { where: where([...issue.path, key]), key: [...issue.path, key].join('.'), message: `unknown option${hint}` };
  });
}

/** The options that there are at a place in the schema. */
function knownKeys(path: Path): string[] {
  let at: unknown = schema;
  for (const step of path) at = childOf(at, step);
  return Object.keys(shapeOf(at) ?? {});
}

/** Looks through defaults and the like to the object inside. */
function shapeOf(type: unknown): Record<string, unknown> | undefined {
  const def = (type as { def?: { shape?: Record<string, unknown>; innerType?: unknown } } | undefined)?.def; // zod's own structure
  return def?.shape ?? (def?.innerType === undefined ? undefined : shapeOf(def.innerType));
}

function childOf(type: unknown, step: PropertyKey): unknown {
  const shape = shapeOf(type);
  if (shape) return shape[String(step)];
  const def = (type as { def?: { valueType?: unknown; innerType?: unknown } } | undefined)?.def; // zod's own structure
  return def?.valueType ?? def?.innerType;
}

/** The place of an option in the file; of its nearest parent if it is not there. */
function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length > 0; length -= 1) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const key = path[length - 1];
    if (isMap(parent)) {
      const pair = parent.items.find((item) => String((item.key as { value?: unknown }).value) === String(key)); // yaml types keys as unknown
      const range = (pair?.key as { range?: [number, number, number] } | undefined)?.range;
      if (range) return range[0];
    }
  }
  return 0;
}

interface Override {
  readonly name: string;
  readonly path: readonly string[];
  readonly value: unknown;
}

/** Values are YAML, so that lists and booleans work: `HOLDFAST_HTTP__LISTEN='["0.0.0.0:5280"]'`. */
function readEnvironment(environment: Environment): Override[] {
  return Object.entries(environment).flatMap(([name, text]) => {
    if (!name.startsWith(ENV_PREFIX) || text === undefined) return [];
    const path = name.slice(ENV_PREFIX.length).toLowerCase().split('__');
    return path.length < 2 ? [] : [{ name, path, value: parseDocument(text).toJS() as unknown }];
  });
}

function merge(base: unknown, overrides: readonly Override[]): unknown {
  const root: Record<string, unknown> = isObject(base) ? structuredClone(base) : {};
  for (const { path, value } of overrides) {
    let at = root;
    for (const step of path.slice(0, -1)) {
      const next = at[step];
      at = isObject(next) ? next : ((at[step] = {}) as Record<string, unknown>); // just made
    }
    at[path.at(-1) ?? ''] = value;
  }
  return isObject(base) || overrides.length > 0 ? root : base;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function startsWith(path: Path, start: Path): boolean {
  return start.every((step, index) => path[index] === step);
}

function freeze<T extends object>(value: T): T {
  for (const child of Object.values(value)) if (typeof child === 'object' && child !== null) freeze(child);
  return Object.freeze(value);
}
