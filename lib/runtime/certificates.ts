import { readFileSync, watch, type FSWatcher } from 'node:fs';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { Logger } from '../base/log.ts';

/** Files that change one after the other are read once, when both are there. */
const SETTLE_MS = 200;

export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

/** A certificate in two files, read again when they change. A pair that does not fit is not used. */
export class Certificates {
  readonly #files: CertificateFiles;
  readonly #log: Logger;
  readonly #changed: (tls: SecureContextOptions) => void;
  #watchers: FSWatcher[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(files: CertificateFiles, log: Logger, changed: (tls: SecureContextOptions) => void) {
    this.#files = files;
    this.#log = log;
    this.#changed = changed;
  }

  /** @throws Error when the files cannot be read, or do not fit together */
  read(): SecureContextOptions {
    const tls = { cert: readFileSync(this.#files.cert), key: readFileSync(this.#files.key) };
    createSecureContext(tls);
    return tls;
  }

  /** Reads again; keeps the old pair, and says why, when the new one is no good. */
  reload(): boolean {
    try {
      this.#changed(this.read());
      this.#log.info('tls.reloaded', { cert: this.#files.cert });
      return true;
    } catch (error) {
      this.#log.error('tls.rejected', {
        cert: this.#files.cert,
        error: error instanceof Error ? error : String(error),
      });
      return false;
    }
  }

  watch(): void {
    this.#watchers = [this.#files.cert, this.#files.key].map((file) => {
      const watcher = watch(file, { persistent: false }, () => this.#later());
      watcher.on('error', (error) => this.#log.warn('tls.watch.failed', { file, error }));
      return watcher;
    });
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers) watcher.close();
    this.#watchers = [];
  }

  #later(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.close();
      this.reload();
      this.watch();
    }, SETTLE_MS);
    this.#timer.unref();
  }
}
