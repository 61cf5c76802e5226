import { X509Certificate } from 'node:crypto';
import { readFileSync, watch, type FSWatcher } from 'node:fs';
import { dirname } from 'node:path';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { Logger } from '../base/log.ts';
import { ConfigError } from '../config/problem.ts';

/** Files that change one after the other are read once, when both are there. */
const SETTLE_MS = 200;

export interface CertificateFiles {
  /** The option that names them. */
  readonly option: string;
  readonly cert: string;
  readonly key: string;
  /** Who issues certificates to clients, where they may have some. */
  readonly clientCa?: string | undefined;
}

/** A certificate and its key in two files, read again when they change. A pair that does not fit is not used. */
export class Certificates {
  readonly #files: CertificateFiles;
  readonly #log: Logger;
  readonly #changed: (tls: SecureContextOptions) => void;
  /** The content that was last tried. */
  #seen: string | undefined;
  #watchers: FSWatcher[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(files: CertificateFiles, log: Logger, changed: (tls: SecureContextOptions) => void) {
    this.#files = files;
    this.#log = log;
    this.#changed = changed;
  }

  /** Uses the files for the first time. @throws ConfigError when they cannot be read, or do not fit together */
  load(): void {
    this.#changed(this.#read());
  }

  #read(): SecureContextOptions {
    const { option, cert, key, clientCa } = this.#files;
    try {
      const pair = { cert: readFileSync(cert), key: readFileSync(key) };
      const tls = clientCa === undefined ? pair : { ...pair, ca: readAuthority(clientCa) };
      createSecureContext(tls);
      return tls;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new ConfigError([{ where: this.#names.join(', '), key: option, message: reason }]);
    }
  }

  /** Reads again; keeps the old pair, and says why, when the new one is no good. */
  reload(): boolean {
    try {
      this.load();
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

  /** Watches the folders, because files are replaced as well as written, and links point elsewhere. */
  watch(): void {
    this.#seen = this.#content();
    this.#watchers = [...new Set(this.#names.map((file) => dirname(file)))].map((folder) => {
      const watcher = watch(folder, { persistent: false }, () => this.#later());
      watcher.on('error', (error) => this.#log.warn('tls.watch.failed', { folder, error }));
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
      const content = this.#content();
      if (content === this.#seen) return;
      this.#seen = content;
      this.reload();
    }, SETTLE_MS);
    this.#timer.unref();
  }

  get #names(): string[] {
    const { cert, key, clientCa } = this.#files;
    return clientCa === undefined ? [cert, key] : [cert, key, clientCa];
  }

  /** What the files have in them; undefined while one of them is not there. */
  #content(): string | undefined {
    try {
      return this.#names.map((file) => readFileSync(file, 'latin1')).join();
    } catch {
      return undefined;
    }
  }
}

/** TLS itself would take a file without any certificate, and then nobody's. @throws Error */
function readAuthority(file: string): Buffer {
  const content = readFileSync(file);
  new X509Certificate(content);
  return content;
}
