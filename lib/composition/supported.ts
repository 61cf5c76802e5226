import { completeConfig } from '../config/load.ts';
import type { Claim } from '../core/module.ts';
import { installModules } from '../modules/index.ts';
import { moduleSettings } from './host.ts';
import { TITLES } from './titles.ts';

/** A document that the server implements, and how far. */
export interface Supported {
  /** `XEP-0124` or `RFC 6120`. */
  readonly document: string;
  readonly title: string;
  readonly url: string;
  /** The version of the document, where it has versions. */
  readonly version: string | undefined;
  readonly status: Claim['status'];
  readonly notes: readonly string[];
}

/** What is implemented by parts that are no modules. */
const PARTS: readonly Claim[] = [
  { spec: 'RFC 6120', status: 'partial', note: 'no other servers' },
  { spec: 'RFC 7395', status: 'complete' },
  { spec: 'RFC 7590', status: 'partial', note: 'no other servers' },
  { spec: 'RFC 7622', status: 'complete' },
  { spec: 'XEP-0025', version: '1.2', status: 'complete', note: 'off by default' },
  { spec: 'XEP-0124', version: '1.11.2', status: 'complete' },
  { spec: 'XEP-0156', version: '1.4.0', status: 'complete' },
  { spec: 'XEP-0198', version: '1.6.3', status: 'complete', note: 'on every transport' },
  { spec: 'XEP-0206', version: '1.4', status: 'complete' },
  { spec: 'XEP-0386', version: '1.1.0', status: 'complete' },
  { spec: 'XEP-0388', version: '1.0.4', status: 'complete', note: 'there are no tasks' },
  {
    spec: 'XEP-0484',
    version: '0.2.0',
    status: 'complete',
    note: 'HT-SHA-256-NONE; channels cannot be bound behind a proxy',
  },
  { spec: 'XEP-0440', version: '1.0.0', status: 'complete', note: 'over TCP' },
  { spec: 'XEP-0474', version: '0.5.0', status: 'complete' },
  { spec: 'XEP-0478', version: '0.2.0', status: 'complete' },
  { spec: 'XEP-0252', version: '0.1', status: 'complete', note: 'off by default' },
  { spec: 'XEP-0368', version: '1.1.0', status: 'complete', note: 'for clients' },
];

/** Every document that a part or module claims, in order. Several claims to one document are one. */
export function supported(): Supported[] {
  const claims = new Map<string, Claim[]>();
  for (const claim of [...PARTS, ...moduleClaims()]) {
    claims.set(claim.spec, [...(claims.get(claim.spec) ?? []), claim]);
  }
  const documents = Array.from(claims, ([document, all]) => ({
    document,
    title: TITLES[document] ?? '',
    url: urlOf(document),
    version: all.find(({ version }) => version !== undefined)?.version,
    status: all.every(({ status }) => status === 'complete') ? ('complete' as const) : ('partial' as const),
    notes: all.flatMap(({ note }) => (note === undefined ? [] : [note])),
  }));
  return documents.sort((a, b) => (a.document < b.document ? -1 : 1));
}

/** The modules are asked, not set up. */
function moduleClaims(): Claim[] {
  const claims: Claim[] = [];
  const settings = moduleSettings(completeConfig({ hosts: { localhost: {} } }), 'localhost');
  installModules({ use: (module, ..._options) => void claims.push(...module.implements) }, settings);
  return claims;
}

function urlOf(document: string): string {
  const number = document.slice(4);
  return document.startsWith('XEP-')
    ? `https://xmpp.org/extensions/xep-${number}.html`
    : `https://www.rfc-editor.org/rfc/rfc${number}`;
}
