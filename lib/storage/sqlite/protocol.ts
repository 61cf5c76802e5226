import type { Statement } from '../sql/engine.ts';

/** What the owner of the database and the thread that holds it say to each other. */

export type Request =
  { readonly is: 'unit'; readonly id: number; readonly statements: readonly Statement[] } | { readonly is: 'close' };

export interface UnitResult {
  readonly id: number;
  readonly rows?: readonly (readonly Readonly<Record<string, unknown>>[])[];
  readonly error?: string;
}

export type Reply =
  | { readonly is: 'ready' }
  | { readonly is: 'failed'; readonly error: string }
  | { readonly is: 'results'; readonly results: readonly UnitResult[] }
  | { readonly is: 'closed' };

export interface WorkerOptions {
  readonly file: string;
}
