// Long runs of the model of BOSH: npm run model -- --plans 10000000 --seed 7
//                                npm run model -- --schedules 7000000
// and of sessions that move:     npm run model -- --handover 1000000 --seed 7
import { parseArgs } from 'node:util';
import { check } from '../spec/model/check.ts';
import { explore } from '../spec/model/explore.ts';
import { checkHandover } from '../spec/model/handover-run.ts';

/** Plans between two lines of progress. */
const CHUNK = 20_000;

const { values } = parseArgs({
  options: {
    plans: { type: 'string', default: '0' },
    schedules: { type: 'string', default: '0' },
    handover: { type: 'string', default: '0' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
  },
});

runChunks(Number(values.plans), check, 'plans: as the model has it');
runSchedules(Number(values.schedules));
runChunks(Number(values.handover), checkHandover, 'handover schedules: nothing lost, repeated or out of order');

/** Each chunk has a seed of its own, so that a failure is repeated with few plans. */
function runChunks(count: number, run: (count: number, seed: number) => void, outcome: string): void {
  for (let done = 0, seed = Number(values.seed); done < count; done += CHUNK, seed += 1) {
    run(Math.min(CHUNK, count - done), seed);
    console.log(`${Math.min(done + CHUNK, count)}, the last with seed ${seed}: ${outcome}`);
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
