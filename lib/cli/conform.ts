import { writeFileSync } from 'node:fs';
import { styleText } from 'node:util';
import { z } from 'zod';
import { AdminError } from '../admin/target.ts';
import type { Wiring } from '../conformance/caller.ts';
import { Violation } from '../conformance/check.ts';
import { examine } from '../conformance/examine.ts';
import { shortcomings, type Report, type Required, type Row } from '../conformance/report.ts';
import { toHtml } from '../conformance/report/html.ts';
import { toJson } from '../conformance/report/json.ts';
import { toJUnit } from '../conformance/report/junit.ts';
import { toTable } from '../conformance/report/table.ts';
import type { Credentials } from '../conformance/sasl-client.ts';
import { SOFTWARE } from '../software.ts';
import { ConformProgress } from './conform-progress.ts';
import { EXIT } from './exit-code.ts';

/** The options of `conform` as they come from the command line. */
export interface ConformOptions {
  readonly domain: string;
  readonly ws?: string;
  readonly anonymous?: boolean;
  readonly account?: readonly string[];
  readonly only?: readonly string[];
  readonly strict?: boolean;
  readonly slow?: boolean;
  readonly timeout?: string;
  readonly parallel?: string;
  readonly wiring?: string;
  readonly require?: string;
  readonly format?: string;
  readonly output?: string;
}

const FORMATS = ['table', 'json', 'junit', 'html'] as const;
const REQUIRED = ['must', 'should'] as const;
const WIRINGS = ['keep-alive', 'http/1.0', 'pipelined'] as const;
const COLOURS = { pass: 'green', fail: 'red', 'not supported': 'gray', 'not observable': 'gray' } as const;

/** Runs the conformance kit; the exit code says whether what is required holds. */
export async function conform(url: string, options: ConformOptions): Promise<void> {
  const required = oneOf(REQUIRED, options.require ?? 'must', '--require');
  const format = oneOf(FORMATS, options.format ?? 'table', '--format');
  const wiring = oneOf(WIRINGS, options.wiring ?? 'keep-alive', '--wiring');
  const report = await examineAt(url, options, wiring);
  const isForEyes = options.output === undefined && process.stdout.isTTY;
  const text = render(report, { required, format, isForEyes });
  if (options.output === undefined) process.stdout.write(text);
  else writeFileSync(options.output, text);
  if (shortcomings(report, required).length > 0) process.exitCode = EXIT.failure;
}

async function examineAt(url: string, options: ConformOptions, wiring: Wiring): Promise<Report> {
  for (const address of [url, options.ws]) {
    if (address !== undefined && !URL.canParse(address)) throw new AdminError(`"${address}" is no URL`, 'usage');
  }
  const progress = new ConformProgress(process.stderr);
  try {
    const report = await examine({
      url,
      websocket: options.ws,
      domain: options.domain,
      credentials: credentialsOf(options),
      wiring,
      patience: options.timeout === undefined ? undefined : numberOf(options.timeout, '--timeout', 300) * 1000,
      strict: options.strict,
      slow: options.slow,
      only: options.only,
      atOnce: options.parallel === undefined ? undefined : numberOf(options.parallel, '--parallel', 100),
      kit: `${SOFTWARE.name} ${SOFTWARE.version}`,
      done: (result, finished, total) => progress.show(result, finished, total),
    });
    if (report.rows.length === 0) throw new AdminError(`no check is called ${options.only?.join(' or ')}`, 'usage');
    return report;
  } catch (error) {
    throw error instanceof AdminError ? error : whyNot(error, url);
  } finally {
    progress.clear();
  }
}

/** Whatever happens before the first check is about the address. */
function whyNot(error: unknown, url: string): AdminError {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Violation) return new AdminError(`${url} opens no session: ${message}`);
  return new AdminError(`nobody speaks BOSH at ${url}: ${message}`, 'unavailable');
}

function render(
  report: Report,
  how: { required: Required; format: (typeof FORMATS)[number]; isForEyes: boolean },
): string {
  if (how.format === 'json') return toJson(report);
  if (how.format === 'junit') return toJUnit(report);
  if (how.format === 'html') return toHtml(report, how.required);
  const paint = (verdict: Row['verdict'], text: string): string => styleText(COLOURS[verdict], text);
  return toTable(report, how.isForEyes ? { required: how.required, paint } : { required: how.required });
}

/** `a:pw` is an account; one is used for both sides, none means anonymous. */
function credentialsOf({ account = [], anonymous }: ConformOptions): [Credentials, Credentials] {
  if (anonymous && account.length > 0) throw new AdminError('--anonymous and --account exclude each other', 'usage');
  if (account.length > 2) throw new AdminError('two accounts are enough', 'usage');
  const [first = { is: 'anonymous' }, second = first] = account.map(accountOf);
  return [first, second];
}

function accountOf(text: string): Credentials {
  const colon = text.indexOf(':');
  if (colon < 1) throw new AdminError('--account takes name:password', 'usage');
  // An address will do as well: the domain is known.
  const name = text.slice(0, colon).replace(/@.*$/, '');
  return { is: 'account', name, password: text.slice(colon + 1) };
}

function numberOf(text: string, option: string, most: number): number {
  const parsed = z.coerce.number().positive().max(most).safeParse(text);
  if (!parsed.success) throw new AdminError(`${option} takes a number up to ${most}`, 'usage');
  return parsed.data;
}

function oneOf<T extends string>(allowed: readonly T[], given: string, option: string): T {
  const found = allowed.find((value) => value === given);
  if (found === undefined) throw new AdminError(`${option} takes one of ${allowed.join(', ')}`, 'usage');
  return found;
}
