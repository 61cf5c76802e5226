import { readConfig } from '../../lib/config/load.ts';
import { ConfigError } from '../../lib/config/problem.ts';

/** How problems call the file. */
export const FILE = 'holdfast.yaml';

/** What is wrong with a configuration, a line for each problem; none when it is good. */
export function problemsOf(text: string, environment: Readonly<Record<string, string>> = {}): string[] {
  try {
    readConfig(text, FILE, environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
}

/** The same for one option, such as `bosh.max_hold`, given as YAML. */
export function problemsWith(option: string, value: string): string[] {
  return problemsOf(textWith(option, value));
}

/** A configuration with one option beside the hosts, or inside the host `localhost`. */
export function textWith(option: string, value: string): string {
  const path = option.split('.');
  const nested = path.map((step, depth) => `${'  '.repeat(depth)}${step}:`).join('\n');
  return path[0] === 'hosts' ? `${nested} ${value}\n` : `hosts: { localhost: {} }\n${nested} ${value}\n`;
}
