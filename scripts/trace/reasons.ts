import type { Source } from '../../lib/conformance/catalogue.ts';

/** Documents whose rows must have their specs. Of the others the pages only tell what there is. */
export const ENFORCED: ReadonlySet<Source> = new Set<Source>([]);

/** Why a row that a server should obey has no spec. */
export const REASONS: Readonly<Record<string, string>> = {};
