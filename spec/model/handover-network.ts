import type { SeededRandom } from '../support/seeded-random.ts';
import type { Timeline } from './timeline.ts';

/** Milliseconds on the way; a late request comes when its client has given it up. */
const WAY = { least: 1, spread: 40, late: 300 };
/** Milliseconds until a client notices that a request was lost. */
const GIVES_UP = { least: 60, spread: 60 };

type Fate = 'arrives' | 'request lost' | 'answer lost' | 'late';

/** A network that delays and loses, until it is mended. */
export class Network {
  readonly timeline: Timeline;
  readonly random: SeededRandom;
  /** How many of a hundred requests do not do well. */
  #trouble: number;

  constructor(timeline: Timeline, random: SeededRandom, trouble: number) {
    this.timeline = timeline;
    this.random = random;
    this.#trouble = trouble;
  }

  mend(): void {
    this.#trouble = 0;
  }

  way(): number {
    return WAY.least + this.random.below(WAY.spread);
  }

  patience(): number {
    return GIVES_UP.least + this.random.below(GIVES_UP.spread);
  }

  fate(): Fate {
    if (this.random.below(100) >= this.#trouble) return 'arrives';
    return this.random.pick<Fate>(['request lost', 'answer lost', 'late']);
  }

  late(): number {
    return this.patience() + this.random.below(WAY.late);
  }
}

/** One direction of a connection: in order, until it is cut. */
export class Pipe<T> {
  readonly #network: Network;
  readonly #take: (item: T) => void;
  #last = 0;
  #isCut = false;

  constructor(network: Network, take: (item: T) => void) {
    this.#network = network;
    this.#take = take;
  }

  put(item: T): void {
    const { timeline } = this.#network;
    this.#last = Math.max(this.#last, timeline.now() + this.#network.way());
    timeline.at(this.#last, () => {
      if (!this.#isCut) this.#take(item);
    });
  }

  /** What is on its way is lost. */
  cut(): void {
    this.#isCut = true;
  }
}

/** One HTTP request: what its server answers, once, comes back, or not, or too late to be of use. */
export interface Call<Answer> {
  readonly serve: (answer: (answer: Answer) => void) => void;
  readonly answered: (answer: Answer) => void;
  /** Nothing came back: the client has given up, whatever the server may have done. */
  readonly failed: () => void;
}

export function call<Answer>(network: Network, { serve, answered, failed }: Call<Answer>): void {
  const { timeline } = network;
  const fate = network.fate();
  let isGivenUp = false;
  const giveUp = (): void => {
    isGivenUp = true;
    failed();
  };
  if (fate === 'request lost') return timeline.after(network.patience(), giveUp);
  if (fate === 'late') timeline.after(network.patience(), giveUp);
  timeline.after(fate === 'late' ? network.late() : network.way(), () =>
    serve((answer) => {
      if (fate === 'answer lost') timeline.after(network.patience(), giveUp);
      else timeline.after(network.way(), () => void (isGivenUp || answered(answer)));
    }),
  );
}
