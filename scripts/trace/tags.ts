import { readFileSync } from 'node:fs';
import { filesBelow } from './files.ts';

/** A comment in the code that names a row of the catalogue. */
export interface Tag {
  readonly id: string;
  readonly file: string;
}

const COMMENT = /\/\*[\s\S]*?\*\/|\/\/.*/g;
const ID = /\b(?:[BXJWP]-[\d.]+-\d{2}|(?:[DH]|W[DH]|PD)-\d{2})\b/g;
/** The kit looks at servers from outside; it implements no row. */
const KIT = /^lib\/conformance\//;

/** The rows that comments in `lib` name, each once for a file. */
export function findTags(): Tag[] {
  return filesBelow('lib', '.ts')
    .filter((file) => !KIT.test(file))
    .flatMap((file) => {
      const comments = readFileSync(file, 'utf8').match(COMMENT) ?? [];
      const ids = new Set(comments.join('\n').match(ID));
      return [...ids].map((id) => ({ id, file }));
    });
}
