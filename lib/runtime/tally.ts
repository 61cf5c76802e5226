/** Counts by label. Counting is on the path of every stanza; labels are put into words when somebody asks. */
export class Tally {
  readonly #counts = new Map<string, number>();

  add(label = ''): void {
    this.#counts.set(label, (this.#counts.get(label) ?? 0) + 1);
  }

  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }
}
