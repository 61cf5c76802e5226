import fc from 'fast-check';
import { plans } from './plan.ts';
import { Play } from './play.ts';
import type { Sabotage } from './server.ts';

/** Most commands of one plan. */
const LENGTH = 24;

/**
 * Carries out plans.
 *
 * @param sabotage breaks the server of each plan first
 * @param isShort whether a plan that fails is made as short as it can be, which takes a while
 * @throws the shortest plan that fails, with its seed and all that was said
 */
export function check(count: number, seed: number, sabotage?: () => Sabotage, isShort = sabotage === undefined): void {
  const property = fc.property(plans(LENGTH), (plan) => new Play(plan.setting, sabotage?.()).run(plan));
  fc.assert(property, { numRuns: count, seed, endOnFailure: !isShort });
}
