// Long runs of the model of BOSH: npm run model -- --plans 10000000 --seed 7
//                                npm run model -- --schedules 7000000
import { parseArgs } from 'node:util';
import { check } from '../spec/model/check.ts';
import { explore } from '../spec/model/explore.ts';

/** Plans between two lines of progress. */
const CHUNK = 20_000;

const { values } = parseArgs({
  options: {
    plans: { type: 'string', default: '0' },
    schedules: { type: 'string', default: '0' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
  },
});

runPlans(Number(values.plans), Number(values.seed));
runSchedules(Number(values.schedules));

/** Each chunk has a seed of its own, so that a failure is repeated with few plans. */
function runPlans(count: number, first: number): void {
  for (let done = 0, seed = first; done < count; done += CHUNK, seed += 1) {
    check(Math.min(CHUNK, count - done), seed);
    console.log(`${Math.min(done + CHUNK, count)} plans, the last with seed ${seed}: as the model has it`);
  }
}

function runSchedules(count: number): void {
  if (count === 0) return;
  let next = 0;
  const done = explore(count, undefined, (sofar) => {
    if (sofar < next) return;
    next = sofar + CHUNK;
    console.log(`${sofar} schedules: no violation`);
  });
  console.log(`${done} schedules: no violation`);
}
