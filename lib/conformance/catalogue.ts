import { PROJECT_RULES } from './catalogue/project.ts';
import { XEP_0124 } from './catalogue/xep-0124.ts';
import { XEP_0124_SESSIONS } from './catalogue/xep-0124-sessions.ts';
import { XEP_0206 } from './catalogue/xep-0206.ts';
import { XEP_0252 } from './catalogue/xep-0252.ts';

/** One row of the catalogue: a sentence of a specification, or a rule of ours, that can be looked at. */
export interface Requirement {
  /** Stable: `B-14.2-03` is the third one of XEP-0124 §14.2. */
  readonly id: string;
  /** `XEP-0124 §14.2` */
  readonly section: string;
  /** The word of RFC 2119, or what stands for it. */
  readonly level: string;
  /** Who has to obey. */
  readonly actor: 'CM' | 'CL' | 'both' | 'server';
  readonly text: string;
}

const SOURCES: Readonly<Record<string, string>> = { B: 'XEP-0124', X: 'XEP-0206', J: 'XEP-0252', H: 'project' };

/** Rows are lines of `id | section | level | actor | text`. */
function readRow(line: string): Requirement {
  const [id = '', section = '', level = '', actor = '', ...text] = line.split(' | ');
  const source = SOURCES[id.slice(0, 1)] ?? '';
  return {
    id,
    section: section === '' ? source : `${source} §${section}`,
    level,
    actor: actorOf(actor),
    text: text.join(' | '),
  };
}

function actorOf(word: string): Requirement['actor'] {
  if (word === 'CL' || word === 'both' || word === 'server') return word;
  return word === 'CL / CM' || word === 'CL/CM' ? 'both' : 'CM';
}

function rowsOf(table: string): Requirement[] {
  return table.trim().split('\n').map(readRow);
}

/** Every requirement, in the order of the documents. */
const CATALOGUE: readonly Requirement[] = [XEP_0124, XEP_0124_SESSIONS, XEP_0206, XEP_0252, PROJECT_RULES].flatMap(
  rowsOf,
);

const BY_ID = new Map(CATALOGUE.map((requirement) => [requirement.id, requirement]));

export function requirement(id: string): Requirement | undefined {
  return BY_ID.get(id);
}
