import type { z } from 'zod';
import type { Face } from './face.ts';
import type { AdminTarget } from './target.ts';

/** One thing an operator can do, on the command line and, where it has faces, with a chat client. */
export interface Command<Input = unknown, Output = unknown> {
  /** Words, such as `user add`. */
  readonly name: string;
  readonly summary: string;
  /** What it works on: a store will do; or all modules, also of a server that does not run; or it must run. */
  readonly needs: 'store' | 'modules' | 'server';
  /** Makes the store if there is none yet. */
  readonly makesStore?: boolean;
  /** Input by name, in the order of the command line. */
  readonly input: z.ZodType<Input>;
  readonly parameters: readonly Parameter[];
  /** How administrators run it with a chat client. */
  readonly faces?: readonly Face<Output>[] | undefined;
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
    // What `run` returned is what the others get.
    render: (output) => command.render(output as Output),
    faces: command.faces as readonly Face[] | undefined,
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
