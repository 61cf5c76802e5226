/** Milliseconds between two tries of a request that failed, and how many there are. */
const PAUSE = 250;
const TRIES = 4;

/** Repeats a request whose answer was lost. @throws Error the last one, or that of the signal */
export async function persist<T>(signal: AbortSignal, request: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await request();
    } catch (error) {
      if (signal.aborted || tries === TRIES) throw error;
    }
    await pause(PAUSE);
  }
}

export function pause(time: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, time));
}

/** @throws Error when it takes longer than this many milliseconds */
export async function within<T>(time: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${time} ms`)), time);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
