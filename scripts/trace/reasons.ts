import type { Source } from '../../lib/conformance/catalogue.ts';

/** Documents whose rows must have their specs. Of the others the pages only tell what there is. */
export const ENFORCED: ReadonlySet<Source> = new Set<Source>(['XEP-0124', 'XEP-0206', 'XEP-0252', 'project']);

/** Rows that demand something for a case that cannot arise here, whatever their level. */
export const VOID: Readonly<Record<string, string>> = {
  'B-11-04': '`requests` is told in every creation response; no configuration leaves it out',
  'B-16.3-05': '`from` is known when a stream is opened, and is told at once',
  'X-5-08': 'EXTERNAL is not offered',
};

/** Why a row that a server should obey has no spec. */
export const REASONS: Readonly<Record<string, string>> = {
  'B-10-05': 'a matter of configuration: the default is 60 s, as in Prosody',
  'B-12-02': 'polling is never forced on a client',
  'B-17.2-10': 'this condition is never sent',
  'B-19.1-01': 'a matter of configuration: TLS on the listener, or a proxy in front of it',
  'B-19.1-02': 'TLS is never offered in payloads; there is nothing to look at beyond X-2-04',
  'B-19.1-04': 'client certificates are not asked for',
  'B-19.2-01': 'the server is in the same process',
};
