import type { Source } from '../../lib/conformance/catalogue.ts';

/** Documents whose rows must have their specs. Of the others the pages only tell what there is. */
export const ENFORCED: ReadonlySet<Source> = new Set<Source>([]);

/** Why a row that a server should obey has no spec. */
export const REASONS: Readonly<Record<string, string>> = {
  'B-17.2-10': 'It is never sent: every end has a condition of its own.',
  'B-19.1-04': 'No listener asks for client certificates.',
  'B-19.2-01': 'The server behind the connection manager is in the same process.',
};
