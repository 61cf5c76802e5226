import { existsSync, readFileSync } from 'node:fs';
import type { z } from 'zod';
import { Jid, prepareDomain } from '../xmpp/jid.ts';
import { isMapping, override, readEnvironment, type Environment } from './environment.ts';
import { faultsOfLogin } from './login-schema.ts';
import { hint, messageOf } from './messages.ts';
import { ConfigError, type Problem } from './problem.ts';
import { schema, type Config, type ConfigInput } from './schema.ts';
import { YamlFile } from './yaml-file.ts';

/** Looked for in this order when no file is named. */
export const USUAL_FILES = ['./holdfast.yaml', '/etc/holdfast/holdfast.yaml'] as const;

type Path = readonly PropertyKey[];

/** Something wrong with an option. */
interface Fault {
  readonly path: Path;
  readonly message: string;
  /** The name is what is wrong, not the value. */
  readonly isName?: boolean;
}

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
  const file = new YamlFile(text, name);
  const overrides = readEnvironment(environment);
  const { config, faults } = check(override(file.value, overrides));
  const problems = faults.map((fault) => {
    const { path, isName = false } = fault;
    const variable = overrides.find((candidate) => overlaps(path, candidate.path));
    const offset = isName ? file.keyOffsetOf(path) : file.offsetOf(path);
    return {
      problem: problemOf(fault, variable ? variable.name : file.placeOf(offset)),
      rank: variable ? Number.POSITIVE_INFINITY : offset,
    };
  });
  problems.sort((a, b) => (a.rank === b.rank ? 0 : a.rank - b.rank));
  return finish(
    config,
    problems.map(({ problem }) => problem),
  );
}

/** Completes a configuration that was made in code. @throws ConfigError */
export function completeConfig(input: ConfigInput): Config {
  const { config, faults } = check(input);
  return finish(
    config,
    faults.map((fault) => problemOf(fault, 'configuration')),
  );
}

function problemOf({ path, message }: Fault, where: string): Problem {
  return { where, key: path.join('.'), message };
}

function finish(config: Config | undefined, problems: readonly Problem[]): Config {
  if (!config || problems.length > 0) throw new ConfigError(problems);
  return freeze(config);
}

function check(input: unknown): { config?: Config; faults: Fault[] } {
  const result = schema.safeParse(withoutEmptySections(input), { error: messageOf, reportInput: true });
  if (!result.success) return { faults: result.error.issues.flatMap(faultsOf) };
  const { hosts } = result.data;
  const faults = [...faultsOfListeners(result.data), ...faultsOfAdmins(result.data)];
  const prepared: Config['hosts'] = {};
  for (const [name, host] of Object.entries(hosts)) {
    const domain = prepareDomain(name) ?? name;
    if (Object.hasOwn(prepared, domain)) {
      faults.push({ path: ['hosts', name], message: `is there twice, as "${domain}"`, isName: true });
    }
    prepared[domain] = host;
    faults.push(...faultsOfHost(name, host));
  }
  const config = { ...result.data, hosts: prepared };
  return { config, faults: [...faults, ...faultsOfComponents(config)] };
}

/** Guests need no login, and nobody registers where somebody else knows the passwords. */
function faultsOfHost(name: string, { login, anonymous, registration }: Config['hosts'][string]): Fault[] {
  const path = ['hosts', name];
  const faults: Fault[] = faultsOfLogin(login).map((fault) => ({ ...fault, path: [...path, 'login', ...fault.path] }));
  if (login.method === 'accounts') return faults;
  if (anonymous) faults.push({ path: [...path, 'anonymous'], message: 'needs login.method: accounts' });
  if (registration !== 'off') faults.push({ path: [...path, 'registration'], message: 'needs login.method: accounts' });
  return faults;
}

/** Who listens with TLS, or insists on it, needs a certificate. */
function faultsOfListeners({ http, tcp }: Config): Fault[] {
  const faults: Fault[] = [];
  if (http.listen_tls.length > 0 && !http.tls) faults.push({ path: ['http', 'listen_tls'], message: 'needs http.tls' });
  if (tcp.tls ?? http.tls) return faults;
  if (tcp.listen_tls.length > 0) faults.push({ path: ['tcp', 'listen_tls'], message: 'needs tcp.tls or http.tls' });
  if (tcp.require_tls && !tcp.listen.every(isOnLoopback)) {
    const message = 'needs tcp.tls or http.tls for clients from other machines, or tcp.require_tls: false';
    faults.push({ path: ['tcp', 'listen'], message });
  }
  return faults;
}

/** Each component has a domain for itself. */
function faultsOfComponents({ components, hosts, rooms }: Config): Fault[] {
  const roomDomains = Object.entries(hosts).map(([name, host]) => host.rooms || `rooms.${name}`);
  const taken = new Set([...Object.keys(hosts), ...(rooms.enabled ? roomDomains : [])]);
  const faults: Fault[] = [];
  components.services.forEach((service, index) => {
    const domain = prepareDomain(service.domain) ?? service.domain;
    const path = ['components', 'services', index, 'domain'];
    if (taken.has(domain)) faults.push({ path, message: `"${domain}" is served already` });
    taken.add(domain);
  });
  return faults;
}

/** Nobody else can prove who they are. */
function faultsOfAdmins({ hosts }: Config): Fault[] {
  const served = Object.entries(hosts).flatMap(([name, { anonymous }]) => (anonymous ? [] : [prepareDomain(name)]));
  return Object.entries(hosts).flatMap(([name, { admins }]) =>
    admins.flatMap((admin, index) => {
      if (served.includes(Jid.parse(admin)?.domain)) return [];
      return [{ path: ['hosts', name, 'admins', index], message: 'is no account of a domain with accounts here' }];
    }),
  );
}

function isOnLoopback(listener: string): boolean {
  return /^(?:127\.|\[::1\]|localhost:)/.test(listener);
}

/** A section or a host with nothing below it is one with all its defaults. */
function withoutEmptySections(input: unknown): unknown {
  if (!isMapping(input)) return input ?? {};
  const sections = Object.entries(input).filter(([, value]) => value !== null);
  return Object.fromEntries(
    sections.map(([name, value]) => {
      if (name !== 'hosts' || !isMapping(value)) return [name, value];
      return [name, Object.fromEntries(Object.entries(value).map(([domain, host]) => [domain, host ?? {}]))];
    }),
  );
}

function faultsOf(issue: z.core.$ZodIssue): Fault[] {
  const { path, message } = issue;
  if (issue.code === 'invalid_key') return [{ path, message: issue.issues[0]?.message ?? message, isName: true }];
  if (issue.code !== 'unrecognized_keys') return [{ path, message }];
  const known = knownKeys(path);
  return issue.keys.map((key) => ({
    path: [...path, key],
    message: `unknown option${hint(key, known)}`,
    isName: true,
  }));
}

/** What is used of zod's own structure: all that a type of the schema is made of. */
interface Definition {
  readonly shape?: Readonly<Record<string, unknown>>;
  readonly innerType?: unknown;
  readonly keyType?: unknown;
  readonly valueType?: unknown;
  readonly entries?: Readonly<Record<string, unknown>>;
}

/** The options that there are at a place in the schema. */
function knownKeys(path: Path): string[] {
  let at: unknown = schema;
  for (const step of path) {
    const { shape, valueType } = definitionOf(at);
    at = shape?.[String(step)] ?? valueType;
  }
  const { shape, keyType } = definitionOf(at);
  return Object.keys(shape ?? definitionOf(keyType).entries ?? {});
}

/** Looks through defaults and the like to the type inside. */
function definitionOf(type: unknown): Definition {
  const definition = (type as { def?: Definition } | undefined)?.def ?? {};
  return definition.innerType === undefined ? definition : definitionOf(definition.innerType);
}

/** One of the two lies inside the other. */
function overlaps(path: Path, other: Path): boolean {
  const length = Math.min(path.length, other.length);
  return length > 0 && path.slice(0, length).every((step, index) => String(step) === other[index]);
}

function freeze<T extends object>(value: T): T {
  for (const child of Object.values(value)) if (typeof child === 'object' && child !== null) freeze(child);
  return Object.freeze(value);
}
