import { performance } from 'node:perf_hooks';
import type { Wiring } from './caller.ts';
import { NotObservable, type Check } from './check.ts';
import { CHECKS, WEBSOCKET_CHECKS } from './checks/index.ts';
import { reportOf, type Report } from './report.ts';
import { run, type Result } from './runner.ts';
import type { Credentials } from './sasl-client.ts';
import { isWebSocket, targetOf } from './target.ts';
import { Trial, type Subject } from './trial.ts';

/** What is to be examined, and how. */
export interface Examination {
  /** The BOSH endpoint; with a `ws` or `wss` URL only WebSocket is looked at. */
  readonly url: string;
  /** The WebSocket endpoint, to look at both. */
  readonly websocket?: string | undefined;
  readonly domain: string;
  readonly credentials: readonly [Credentials, Credentials];
  /** How the report calls the server; its URL by default. */
  readonly name?: string | undefined;
  readonly wiring?: Wiring | undefined;
  /** Milliseconds to wait for an answer that should come at once. */
  readonly patience?: number | undefined;
  /** The server judges overactivity to the letter. */
  readonly strict?: boolean | undefined;
  /** Run what takes long, whatever the server granted. */
  readonly slow?: boolean | undefined;
  /** Ids or their beginnings; empty for everything. */
  readonly only?: readonly string[] | undefined;
  /** How many checks run side by side. */
  readonly atOnce?: number | undefined;
  /** Name and version of the kit, for the report. */
  readonly kit: string;
  readonly done?: (result: Result, finished: number, total: number) => void;
}

/** How long nothing must come to count as held, milliseconds. */
const SILENCE = 500;
const PATIENCE = 4000;
/** Servers often allow an account ten resources, and some end the oldest for the next one. */
const AT_ONCE = { anonymous: 24, twoAccounts: 8, oneAccount: 4 } as const;
/** Milliseconds that one check may take beside what the server granted. */
const LIMIT = 45_000;
/** With so short an `inactivity`, in seconds, even slow checks are quick enough to run always. */
const SHORT_INACTIVITY = 5;

/** Runs the checks against a server. @throws Error when nobody answers at the URL */
export async function examine(examination: Examination): Promise<Report> {
  const subject = subjectOf(examination);
  const startedAt = new Date();
  const start = performance.now();
  const granted = isWebSocket(examination.url) ? {} : await probe(subject);
  const inactivity = Number(granted['inactivity'] ?? 60);
  const slow = examination.slow ?? inactivity <= SHORT_INACTIVITY;
  const results = await run({
    subject,
    checks: chosen(examination).map((check) => (slow ? check : withoutSlow(check))),
    atOnce: examination.atOnce ?? atOnceFor(subject),
    again: true,
    limit: LIMIT + (slow ? inactivity * 4000 : 0),
    done: examination.done,
  });
  const { url, websocket, domain, kit } = examination;
  return reportOf(
    {
      name: examination.name ?? url,
      url,
      websocket,
      domain,
      wiring: subject.wiring,
      strict: subject.strict,
      granted,
      startedAt: startedAt.toISOString(),
      duration: Math.round(performance.now() - start),
      kit,
    },
    results,
  );
}

function subjectOf(examination: Examination): Subject {
  const { url, domain, credentials, websocket = isWebSocket(url) ? url : undefined } = examination;
  return {
    target: targetOf(url),
    websocket: websocket === undefined ? undefined : targetOf(websocket),
    domain,
    credentials,
    wiring: examination.wiring ?? 'keep-alive',
    patience: examination.patience ?? PATIENCE,
    silence: SILENCE,
    strict: examination.strict ?? false,
  };
}

function atOnceFor({ credentials: [first, second] }: Subject): number {
  if (first.is === 'anonymous') return AT_ONCE.anonymous;
  return first === second ? AT_ONCE.oneAccount : AT_ONCE.twoAccounts;
}

/** What the server grants to who asks for nothing special. */
async function probe(subject: Subject): Promise<Readonly<Record<string, string>>> {
  const trial = new Trial(subject);
  try {
    const caller = await trial.open();
    const {
      'xml:lang': _lang,
      xmlns: _xmlns,
      sid: _sid,
      authid: _authid,
      ...granted
    } = caller.created?.root?.attrs ?? {};
    return granted;
  } finally {
    await trial.finish();
  }
}

function chosen({ url, websocket, only = [] }: Examination): Check[] {
  const bosh = isWebSocket(url) ? [] : CHECKS;
  const web = isWebSocket(url) || websocket !== undefined ? WEBSOCKET_CHECKS : [];
  const isWanted = ({ id }: Check): boolean => only.length === 0 || only.some((prefix) => id.startsWith(prefix));
  return [...bosh, ...web].filter(isWanted);
}

function withoutSlow(check: Check): Check {
  if (!check.slow) return check;
  const run = (): Promise<never> => Promise.reject(new NotObservable('takes long; run with --slow'));
  return { ...check, run };
}
