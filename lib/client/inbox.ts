import type { Element } from '../xml/index.ts';
import { Refused } from './refused.ts';

/** Elements that wait for whoever negotiates. */
export class Inbox {
  readonly #elements: Element[] = [];
  #end: Error | undefined;
  #wake: () => void = () => undefined;

  put(element: Element): void {
    this.#elements.push(element);
    this.#wake();
  }

  /** Nothing comes any more. */
  end(why: string, isRefusal: boolean): void {
    this.#end ??= isRefusal ? new Refused(why) : new Error(why);
    this.#wake();
  }

  /** @throws Error when nothing comes any more */
  async next(): Promise<Element> {
    for (;;) {
      const element = this.#elements.shift();
      if (element) return element;
      if (this.#end) throw this.#end;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
