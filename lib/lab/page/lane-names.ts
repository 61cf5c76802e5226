import { EXPLANATIONS } from './explanations.ts';
import type { Lane } from './lane.ts';

export function labelOf({ id, transport }: Lane): string {
  return id === 'moved' ? 'the session that moves' : EXPLANATIONS[transport].label;
}

/** The CSS variable with the colour of a lane. */
export function colorOf({ id }: Lane): string {
  return `--${id}`;
}
