import type { Source } from '../../lib/conformance/catalogue.ts';

/** Documents whose rows must have their specs. Of the others the pages only tell what there is. */
export const ENFORCED: ReadonlySet<Source> = new Set<Source>([
  'XEP-0124',
  'XEP-0206',
  'XEP-0252',
  'XEP-0025',
  'RFC 7395',
  'project',
]);

/** Why a row that a server should obey has no spec. */
export const REASONS: Readonly<Record<string, string>> = {
  'B-17.2-10': 'this condition is never sent',
  'B-19.1-04': 'client certificates are not asked for',
  'B-19.2-01': 'the server is in the same process',
};
