import type { z } from 'zod';
import type { AdminTarget } from './target.ts';

/** One thing an operator can do: the command line has it now, other surfaces may follow. */
export interface Command<Input = unknown, Output = unknown> {
  /** Words, such as `user add`. */
  readonly name: string;
  readonly summary: string;
  /** What it works on: a store will do, or it needs a running server. */
  readonly needs: 'store' | 'server';
  /** Makes the store if there is none yet. */
  readonly makesStore?: boolean;
  /** Input by name, in the order of the command line. */
  readonly input: z.ZodType<Input>;
  readonly parameters: readonly Parameter[];
  /** @throws AdminError */
  run(target: AdminTarget, input: Input): Promise<Output>;
  /** The output for people. */
  render(output: Output): string;
}

interface Parameter {
  readonly name: string;
  readonly description: string;
  readonly optional?: boolean;
  /** Asked for without echo when it is not given. */
  readonly secret?: boolean;
}

/** Declares a command; checks its types and forgets them, so that all fit into one list. */
export function defineCommand<Input, Output>(command: Command<Input, Output>): Command {
  return {
    ...command,
    run: (target, input) => command.run(target, command.input.parse(input)),
    render: (output) => command.render(output as Output), // what `run` returned
  };
}

/** Lines with columns as wide as their contents. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, index) => Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(head), ...rows.map(line)].join('\n');
}
