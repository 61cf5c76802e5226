import type { Duration } from '../base/time.ts';

/**
 * What each technique costs when nothing takes time but the network: messages come as a Poisson process of `rate`
 * (per second) for each client, one way takes `delay`. RFC 6202 §2.2 has the idea in words.
 */
export interface Ideal {
  readonly requestsPerMessage?: number;
  /** Milliseconds, for a fraction of the messages; 1 is the bound. */
  readonly latency: (fraction: number) => Duration;
}

export interface Situation {
  /** Messages per second to one client. */
  readonly rate: number;
  readonly up: Duration;
  readonly down: Duration;
}

/** The connection is there, and the message only has to travel. */
export function pushed({ down }: Situation): Ideal {
  return { requestsPerMessage: 0, latency: () => down };
}

/** As `pushed`, but one request every so often says what has arrived. */
export function pushedAndAcknowledged(situation: Situation, every: Duration): Ideal {
  const perSecond = 1000 / every;
  return { ...pushed(situation), requestsPerMessage: Math.min(1, perSecond / situation.rate) };
}

/**
 * One request is held. Its answer is gone with the first message; what comes while the next request is on its way
 * waits for it: a round trip, with the way of the message three ways in all.
 */
export function held({ rate, up, down }: Situation): Ideal {
  const away = up + down;
  const expected = (rate * away) / 1000;
  const perCycle = Math.exp(-expected) + expected;
  const late = expected / perCycle;
  return {
    requestsPerMessage: 1 / perCycle,
    latency: (fraction) => down + (fraction <= 1 - late ? 0 : (away * (fraction - 1 + late)) / late),
  };
}

/** The client asks every so often, whether there is something or not. */
export function polled({ rate, down }: Situation, every: Duration): Ideal {
  return { requestsPerMessage: 1000 / (every * rate), latency: (fraction) => down + every * fraction };
}

/**
 * Several requests are held. There is no simple formula: the requests are played through, for many messages, with
 * nothing in the way but the network.
 */
export function heldSeveral(situation: Situation & { readonly hold: number }, chance: () => number): Ideal {
  const { rate, up, down, hold } = situation;
  const away = up + down;
  const back = Array.from({ length: hold }, () => 0); // when each request is at the server again
  const waits: number[] = [];
  let now = 0;
  let answers = 0;
  let answersAt = -1;
  for (let message = 0; message < PLAYED; message += 1) {
    now += (-1000 * Math.log(1 - chance())) / rate;
    if (now > answersAt) {
      // The next answer leaves when there is a request for it, and takes along what comes until then.
      const next = back.indexOf(Math.min(...back));
      answersAt = Math.max(now, back[next] ?? now);
      back[next] = answersAt + away;
      answers += 1;
    }
    waits.push(answersAt - now);
  }
  waits.sort((a, b) => a - b);
  return {
    requestsPerMessage: answers / PLAYED,
    latency: (fraction) => down + (waits[Math.min(PLAYED - 1, Math.ceil(PLAYED * fraction) - 1)] ?? 0),
  };
}

const PLAYED = 100_000;
