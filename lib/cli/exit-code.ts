import { AdminError } from '../admin/target.ts';
import { ConfigError } from '../config/problem.ts';
import { StoreError } from '../storage/store.ts';

/** What the process ends with. */
export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  badConfiguration: 64,
  unavailable: 69,
  bug: 70,
  noPermission: 77,
} as const;

/** The sentence and the exit code for a failure. */
export function explainFailure(error: unknown): { readonly message: string; readonly code: number } {
  if (error instanceof ConfigError) return { message: error.message, code: EXIT.badConfiguration };
  if (error instanceof AdminError || error instanceof StoreError) return { message: error.message, code: EXIT.failure };
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') {
    const port = error instanceof Error && 'port' in error ? ` ${String(error.port)}` : '';
    return { message: `port${port} is in use by another program; set http.listen`, code: EXIT.unavailable };
  }
  if (code === 'EACCES' || code === 'EPERM') return { message: String(error), code: EXIT.noPermission };
  return { message: error instanceof Error ? (error.stack ?? error.message) : String(error), code: EXIT.bug };
}
