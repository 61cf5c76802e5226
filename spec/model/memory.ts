/** An answer that was given. */
export interface Given {
  readonly rid: number;
  readonly text: string;
  /** The keys of the request: a copy has the same. D-13 */
  readonly proof: string;
  /** The stream that the payloads are of. */
  readonly stream: string | undefined;
  /** Payloads that are not known to have arrived. */
  doubtful: readonly string[];
  readonly at: number;
  copies: number;
}

/** The naive model's memory of the answers given: a list, searched from one end to the other. */
export class Memory {
  #given: Given[] = [];
  /** The answer to the last pause takes no room from the others. D-14 */
  #pause: Given | undefined;
  readonly #most: number;
  readonly #arrived: (ids: readonly string[]) => void;

  /**
   * @param most answers remembered
   * @param arrived told of payloads that are known to have arrived, or taken to have
   */
  constructor(most: number, arrived: (ids: readonly string[]) => void) {
    this.#most = most;
    this.#arrived = arrived;
  }

  find(rid: number): Given | undefined {
    return this.#pause?.rid === rid ? this.#pause : this.#given.find((answer) => answer.rid === rid);
  }

  keepPause(answer: Given): void {
    this.#pause = answer;
  }

  /** B-14.3-03 D-15 */
  keep(answer: Given): void {
    this.#given.push(answer);
    const oldest = this.#given[this.#given.length - this.#most];
    if (oldest) this.forget((each) => each.rid < oldest.rid);
  }

  forget(isKnown: (answer: Given) => boolean): void {
    this.#arrived(this.#given.filter(isKnown).flatMap(({ doubtful }) => doubtful));
    this.#given = this.#given.filter((answer) => !isKnown(answer));
  }

  /** Everything of a stream has arrived, or of all; a copy may be asked for all the same. */
  trust(stream?: string): void {
    this.#arrived(this.takeDoubtful(stream));
  }

  takeDoubtful(stream?: string): string[] {
    const answers = this.#given.filter((answer) => stream === undefined || answer.stream === stream);
    const ids = answers.flatMap(({ doubtful }) => doubtful);
    for (const answer of answers) answer.doubtful = [];
    return ids;
  }
}
