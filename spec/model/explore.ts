import { Failure } from './play.ts';
import { eachSchedule, worldsOf, type Step, type World } from './world.ts';
import { WorldRun, type Mutation } from './world-run.ts';
import { Setting } from './world-setting.ts';

const SENDS = 2;
const SETTINGS = [
  { hold: 2, acks: false },
  { hold: 1, acks: false },
  { hold: 2, acks: true },
  { hold: 1, acks: true },
] as const;

/** Thrown to stop. */
class Enough extends Error {}

/** All worlds: the small ones of each setting, then the larger ones. */
function* allWorlds(): Generator<[World, Setting]> {
  for (const counts of [[1, 2], [3]]) {
    for (const each of SETTINGS) {
      const setting = new Setting(each);
      for (const count of counts) for (const world of worldsOf(each, count, SENDS)) yield [world, setting];
    }
  }
}

/**
 * Carries out schedules, at most so many.
 *
 * @param mutate breaks the machine first
 * @returns how many there were
 * @throws the first violation, with the schedule that leads to it
 */
export function explore(most: number, mutate?: Mutation, progress?: (count: number) => void): number {
  let count = 0;
  try {
    for (const [world, setting] of allWorlds()) {
      eachSchedule(world, (schedule) => {
        if (count === most) throw new Enough();
        count += 1;
        carryOut(world, setting, schedule, mutate);
      });
      progress?.(count);
    }
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
  }
  return count;
}

function carryOut(world: World, setting: Setting, schedule: readonly Step[], mutate: Mutation | undefined): void {
  try {
    new WorldRun(world, setting, mutate).run(schedule);
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    throw new Failure(`${what}\n\n${describe(world)}\n${schedule.map(line).join('\n')}\n`, { cause: error });
  }
}

function describe({ hold, acks, fates, sends }: World): string {
  const requests = fates.map((fate, index) => `rid ${index + 1}: ${fate}`).join(', ');
  return `hold ${hold}${acks ? ', acknowledged responses' : ''}; ${requests}; ${sends} stanzas from the server`;
}

function line(step: Step): string {
  if (step.do === 'send') return `  the server sends ${step.id}`;
  if (step.do === 'pass') return '  wait passes';
  if (step.do === 'half') return `  half of rid ${step.rid} arrives`;
  if (step.do === 'break') return `  the connection of rid ${step.rid} breaks`;
  return `  rid ${step.rid} arrives${step.do === 'repeat' ? ' again' : step.losesAnswer ? ' (its answer is lost)' : ''}`;
}
