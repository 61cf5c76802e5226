/** The load generator: a program of its own. Its argument is a plan as JSON; its output the cases, as JSON. */
import { play } from './load/scenarios.ts';
import type { Plan } from './plan.ts';

const plan = JSON.parse(process.argv[2] ?? '') as Plan; // written by our own parent
console.log(JSON.stringify(await play(plan)));
process.exit();
