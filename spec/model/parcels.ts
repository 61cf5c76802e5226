/** What waits for the client: of one stream, and so good for one body. B-16.4-01, B-16.4-03 */
export interface Parcel {
  readonly stream: string;
  ids: string[];
  /** It opens the stream. B-16.3-04 */
  readonly from?: string;
  /** It ends the stream; a condition says why. B-16.6-01 */
  readonly end?: { readonly condition: string | undefined };
}

/** The naive model's list of what waits. */
export class Parcels {
  #parcels: Parcel[] = [];

  get isEmpty(): boolean {
    return this.#parcels.length === 0;
  }

  put(id: string, stream: string): void {
    const last = this.#parcels.at(-1);
    if (last?.stream === stream) last.ids.push(id);
    else this.#parcels.push({ stream, ids: [id] });
  }

  putWhole(parcel: Parcel): void {
    this.#parcels.push(parcel);
  }

  takeFirst(): Parcel | undefined {
    return this.#parcels.shift();
  }

  /** What waits for a stream is taken back. */
  takeOf(stream: string): readonly string[] {
    const taken = this.#parcels.filter((parcel) => parcel.stream === stream);
    this.#parcels = this.#parcels.filter((parcel) => parcel.stream !== stream);
    return taken.flatMap(({ ids }) => ids);
  }
}
