import { styleText } from 'node:util';
import type { Result } from '../conformance/runner.ts';

/** As much of a terminal, or a file, as is needed. */
interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** One line on a terminal that says how far the kit is; nothing anywhere else. */
export class ConformProgress {
  readonly #output: Output;
  readonly #failed = new Set<string>();

  constructor(output: Output) {
    this.#output = output;
  }

  show(
    { verdict, requirement, title }: Pick<Result, 'verdict' | 'requirement' | 'title'>,
    finished: number,
    total: number,
  ): void {
    if (!this.#output.isTTY) return;
    if (verdict === 'fail') this.#failed.add(`${requirement.id} ${title}`);
    else this.#failed.delete(`${requirement.id} ${title}`);
    const failed = this.#failed.size === 0 ? '' : `, ${styleText('red', `${this.#failed.size} failed`)}`;
    this.#output.write(`\r\u001b[K${finished} of ${total} checks${failed}  ${requirement.id}`);
  }

  clear(): void {
    if (this.#output.isTTY) this.#output.write('\r\u001b[K');
  }
}
