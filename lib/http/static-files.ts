import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Context } from 'koa';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.mp3': 'audio/mpeg',
  '.ogg': 'audio/ogg',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
};
/** Packed already, or too small a gain. */
const PACKED = new Set(['.mp3', '.ogg', '.png', '.woff2']);
/** Seconds in a year. */
const FOREVER = 31_536_000;

const pack = promisify(gzip);

interface Content {
  readonly etag: string;
  readonly bytes: Buffer;
  readonly packed: Buffer | undefined;
}

/**
 * The files of a folder, as they were when the server started: what is not in the list is not there.
 * Each is read when it is first asked for, and kept in memory.
 */
export class StaticFiles {
  readonly #folder: string;
  readonly #contents = new Map<string, Promise<Content> | undefined>();
  readonly #cacheControl: string;

  /**
   * @param isServed whether a file, named relative to the folder, is for others
   * @param isVersioned whether its address changes when the file does, so that nobody needs to ask again
   */
  constructor(folder: string, isServed: (path: string) => boolean, { isVersioned = false } = {}) {
    this.#folder = folder;
    this.#cacheControl = isVersioned ? `public, max-age=${FOREVER}, immutable` : 'no-cache';
    for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
      const path = join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .split(sep)
        .join('/');
      if (entry.isFile() && extname(path) in TYPES && isServed(path)) this.#contents.set(path, undefined);
    }
  }

  /** Answers with a file, or leaves the 404 that there is. */
  async send(ctx: Context, path: string): Promise<void> {
    if (!this.#contents.has(path)) return;
    const { etag, bytes, packed } = await this.#content(path);
    ctx.status = 200;
    ctx.set('Cache-Control', this.#cacheControl);
    ctx.set('ETag', etag);
    ctx.set('X-Content-Type-Options', 'nosniff');
    ctx.set('Content-Type', TYPES[extname(path)] ?? '');
    if (packed) ctx.set('Vary', 'Accept-Encoding');
    if (ctx.fresh) {
      ctx.status = 304;
    } else if (packed && ctx.acceptsEncodings('gzip', 'identity') === 'gzip') {
      ctx.set('Content-Encoding', 'gzip');
      ctx.body = packed;
    } else {
      ctx.body = bytes;
    }
  }

  #content(path: string): Promise<Content> {
    const known = this.#contents.get(path);
    if (known) return known;
    const content = load(join(this.#folder, path));
    // A file that cannot be read now is tried again.
    content.catch(() => this.#contents.set(path, undefined));
    this.#contents.set(path, content);
    return content;
  }
}

async function load(file: string): Promise<Content> {
  const bytes = await readFile(file);
  return {
    // Weak, because it stands for both the packed and the plain bytes.
    etag: `W/"${createHash('sha256').update(bytes).digest('base64url')}"`,
    bytes,
    packed: PACKED.has(extname(file)) ? undefined : await pack(bytes),
  };
}
