import { W1 } from './w1.ts';
import type { Workload } from './workload.ts';

export const WORKLOADS: readonly Workload[] = [W1];
