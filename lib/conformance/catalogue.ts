import { PROJECT_RULES } from './catalogue/project.ts';
import { RFC_7395 } from './catalogue/rfc-7395.ts';
import { UNOBSERVABLE } from './catalogue/unobservable.ts';
import { XEP_0025 } from './catalogue/xep-0025.ts';
import { XEP_0124 } from './catalogue/xep-0124.ts';
import { XEP_0124_SESSIONS } from './catalogue/xep-0124-sessions.ts';
import { XEP_0206 } from './catalogue/xep-0206.ts';
import { XEP_0252 } from './catalogue/xep-0252.ts';

/** Where rows come from; `project` stands for rules of ours. */
export const SOURCES = ['XEP-0124', 'XEP-0206', 'XEP-0252', 'project', 'RFC 7395', 'XEP-0025'] as const;

export type Source = (typeof SOURCES)[number];

/** One row of the catalogue: a sentence of a specification, or a rule of ours, that can be looked at. */
export interface Requirement {
  /** Stable: `B-14.2-03` is the third one of XEP-0124 §14.2. */
  readonly id: string;
  readonly document: Source;
  /** `XEP-0124 §14.2` */
  readonly section: string;
  /** The word of RFC 2119, or what stands for it. */
  readonly level: string;
  /** Who has to obey. */
  readonly actor: 'CM' | 'CL' | 'both' | 'server';
  readonly text: string;
  /** Why a black box cannot see whether the server keeps to it. */
  readonly unobservable?: string;
}

const REASONS = new Map(
  UNOBSERVABLE.trim()
    .split('\n')
    .map((line): [string, string] => {
      const [id = '', reason = ''] = line.split(' | ');
      return [id, reason];
    }),
);

/** Rows are lines of `id | section | level | actor | text`. */
function readRow(document: Source, line: string): Requirement {
  const [id = '', section = '', level = '', actor = '', ...text] = line.split(' | ');
  const reason = REASONS.get(id);
  return {
    id,
    document,
    section: section === '' ? document : `${document} §${section}`,
    level,
    actor: actorOf(actor),
    text: text.join(' | '),
    ...(reason === undefined ? {} : { unobservable: reason }),
  };
}

function actorOf(word: string): Requirement['actor'] {
  if (word === 'CL' || word === 'both' || word === 'server') return word;
  return word === 'CL / CM' || word === 'CL/CM' ? 'both' : 'CM';
}

function rowsOf(document: Source, table: string): Requirement[] {
  return table
    .trim()
    .split('\n')
    .map((line) => readRow(document, line));
}

/** Every requirement, in the order of the documents. */
export const CATALOGUE: readonly Requirement[] = [
  ...rowsOf('XEP-0124', XEP_0124),
  ...rowsOf('XEP-0124', XEP_0124_SESSIONS),
  ...rowsOf('XEP-0206', XEP_0206),
  ...rowsOf('XEP-0252', XEP_0252),
  ...rowsOf('project', PROJECT_RULES),
  ...rowsOf('RFC 7395', RFC_7395),
  ...rowsOf('XEP-0025', XEP_0025),
];

const BY_ID = new Map(CATALOGUE.map((requirement) => [requirement.id, requirement]));

export function requirement(id: string): Requirement | undefined {
  return BY_ID.get(id);
}

/** MUST beats SHOULD beats MAY: what a row with several words is judged by. */
export function strengthOf({ level }: Requirement): 'must' | 'should' | 'may' {
  if (/MUST|must/.test(level)) return 'must';
  return /SHOULD|RECOMMENDED/.test(level) ? 'should' : 'may';
}
