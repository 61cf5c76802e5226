import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { link, mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { EpochMillis } from '../../base/time.ts';

/** What is known of a file beside its content. */
export interface FileFacts {
  readonly name: string;
  readonly size: number;
  readonly type?: string | undefined;
  readonly expiresAt?: EpochMillis | undefined;
}

export type Received = 'stored' | 'exists' | 'wrong-size';

/** What we name files; nothing else is looked for. */
const ID = /^[a-z2-7]{16,64}$/;
/** An upload that has not come to its end by then never will. */
const MAX_AGE_OF_PARTS: number = 3_600_000;

/**
 * Files in a folder: each under an id, with what is known of it beside it. A file is there entire or
 * not at all, and never changes.
 */
export class DiskFiles {
  readonly #folder: string;

  /** @param folder made when the first file comes */
  constructor(folder: string) {
    this.#folder = resolve(folder);
  }

  /** Takes a file. Rejects when the disk, or who sends it, fails; then nothing is left of it. */
  async receive(id: string, facts: FileFacts, content: Readable): Promise<Received> {
    if (await this.find(id)) return 'exists';
    const parts = join(this.#folder, 'parts');
    await mkdir(parts, { recursive: true, mode: 0o700 });
    const part = join(parts, `${id}.${randomBytes(6).toString('hex')}`);
    try {
      if (!(await write(content, part, facts.size))) return 'wrong-size';
      return (await this.#keep(id, part, facts)) ? 'stored' : 'exists';
    } finally {
      await rm(part, { force: true });
    }
  }

  /** Where a file is, and what it is; undefined when it is not there. */
  async find(id: string): Promise<{ readonly path: string; readonly facts: FileFacts } | undefined> {
    if (!ID.test(id)) return undefined;
    const path = this.#pathOf(id);
    try {
      return { path, facts: JSON.parse(await readFile(`${path}.json`, 'utf8')) as FileFacts }; // what `keep` wrote
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async remove(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      if (!ID.test(id)) continue;
      await rm(`${this.#pathOf(id)}.json`, { force: true });
      await rm(this.#pathOf(id), { force: true });
    }
  }

  async sweep(now: EpochMillis): Promise<void> {
    for (const part of await namesIn(join(this.#folder, 'parts'))) {
      const path = join(this.#folder, 'parts', part);
      const { mtimeMs } = await stat(path);
      if (mtimeMs < now - MAX_AGE_OF_PARTS) await rm(path, { force: true });
    }
    for (const shelf of await namesIn(this.#folder)) {
      if (shelf === 'parts') continue;
      for (const name of await namesIn(join(this.#folder, shelf))) {
        const id = name.endsWith('.json') ? name.slice(0, -'.json'.length) : '';
        const found = await this.find(id);
        if (found?.facts.expiresAt !== undefined && found.facts.expiresAt <= now) await this.remove([id]);
      }
    }
  }

  /** False when somebody was faster. The facts come last: without them there is no file. */
  async #keep(id: string, part: string, facts: FileFacts): Promise<boolean> {
    const path = this.#pathOf(id);
    await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
    try {
      await link(part, path);
    } catch (error) {
      if (hasCode(error, 'EEXIST')) return false;
      throw error;
    }
    await writeDurably(`${path}.json`, JSON.stringify(facts));
    return true;
  }

  /** No folder gets too many entries. */
  #pathOf(id: string): string {
    return join(this.#folder, id.slice(0, 2), id);
  }
}

/** Whether exactly `size` bytes came, and are safe. */
async function write(content: Readable, path: string, size: number): Promise<boolean> {
  let received = 0;
  const counted = async function* (source: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
    for await (const chunk of source) {
      received += chunk.length;
      if (received > size) return;
      yield chunk;
    }
  };
  await pipeline(content, counted, createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true }));
  return received === size;
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error) || hasCode(error, 'ENOTDIR')) return [];
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return hasCode(error, 'ENOENT');
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
