// A dot for each spec, then what failed and what was skipped and why; the last line counts them all.
const Mocha = require('mocha');
const { EVENT_RUN_END, EVENT_TEST_PENDING } = Mocha.Runner.constants;

/** A process that goes on for this long after the last spec has something open that a spec left behind. */
const PATIENCE_MS = 30_000;

class Reporter extends Mocha.reporters.Dot {
  constructor(runner, options) {
    super(runner, options);
    const skipped = new Map();
    runner.on(EVENT_TEST_PENDING, (test) => {
      const reason = reasonOf(test);
      skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
    });
    runner.once(EVENT_RUN_END, () => {
      for (const [reason, count] of skipped) console.log(`  skipped ${count}: ${reason}`);
      const { passes, failures, pending } = this.stats;
      // Mocha prints nothing after this: reporters are its last word.
      setTimeout(() => {
        console.log(`  specs left behind: ${process.getActiveResourcesInfo().join(', ')}`);
        process.exit(failures > 0 ? 1 : 0);
      }, PATIENCE_MS).unref();
      process.once('exit', () => console.log(`${passes} passed, ${failures} failed, ${pending} skipped`));
    });
  }
}

/** `requires` writes the reason into the title of the suite that it skips. */
function reasonOf(test) {
  const title = test.fullTitle();
  return /\[skipped: (.+?)\]/.exec(title)?.[1] ?? `${title} (no reason given)`;
}

module.exports = Reporter;
