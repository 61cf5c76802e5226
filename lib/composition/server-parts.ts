import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { Config } from '../config/schema.ts';
import type { Metrics } from '../runtime/metrics.ts';

/** What every part of a server is made with. */
export interface ServerParts {
  readonly config: Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly metrics: Metrics;
}
