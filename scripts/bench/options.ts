import { parseArgs } from 'node:util';
import { KEYS, type ContestantKey } from './contestants.ts';

const SCENARIOS = [
  'login',
  'ping-pong',
  'flood',
  'idle',
  'rooms',
  'archive',
  'websocket',
  'tcp',
  'transports',
] as const;
type Scenario = (typeof SCENARIOS)[number];

export const USAGE = `npm run bench -- [options]

  --servers LIST     of ${KEYS.join(',')} (default: all that are installed)
  --scenarios LIST   of ${SCENARIOS.join(',')} (default: all)
  --rounds N         rounds in turn; figures are medians (default: 3)
  --quick            one short round with few sessions: shows that it works, not how fast
  --sessions LIST    sizes for idle (default: 100,2000,10000, as far as open files are allowed)
  --json FILE        writes the results
  --compare FILE     shows ratios to results written before
  --profile FOLDER   writes a CPU profile of Holdfast for each run
`;

export interface Options {
  readonly servers: readonly ContestantKey[];
  readonly scenarios: readonly Scenario[];
  readonly rounds: number;
  readonly isQuick: boolean;
  readonly sessions: readonly number[] | undefined;
  readonly json: string | undefined;
  readonly compare: string | undefined;
  readonly profiles: string | undefined;
}

/** @throws Error when they make no sense */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      servers: { type: 'string', default: KEYS.join(',') },
      scenarios: { type: 'string', default: SCENARIOS.join(',') },
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      sessions: { type: 'string' },
      json: { type: 'string' },
      compare: { type: 'string' },
      profile: { type: 'string' },
    },
  });
  return {
    servers: chosen('--servers', values.servers, KEYS),
    scenarios: chosen('--scenarios', values.scenarios, SCENARIOS),
    rounds: values.rounds === undefined ? (values.quick ? 1 : 3) : whole('--rounds', values.rounds),
    isQuick: values.quick,
    sessions: values.sessions?.split(',').map((size) => whole('--sessions', size)),
    json: values.json,
    compare: values.compare,
    profiles: values.profile,
  };
}

function chosen<T extends string>(option: string, list: string, known: readonly T[]): readonly T[] {
  return list.split(',').map((name) => {
    const found = known.find((one) => one === name);
    if (found === undefined) throw new Error(`${option}: "${name}" is not one of ${known.join(', ')}`);
    return found;
  });
}

function whole(option: string, text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`${option}: "${text}" is not a whole number above 0`);
  return Number(text);
}
