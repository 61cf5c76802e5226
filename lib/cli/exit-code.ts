import { AdminError, type FailureKind } from '../admin/target.ts';
import { ConfigError } from '../config/problem.ts';
import { StoreError, StoreInUseError } from '../storage/store.ts';

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

/** What the command line says about a failure. */
export interface Failure {
  readonly message: string;
  readonly code: number;
}

const KINDS: Readonly<Record<FailureKind, number>> = {
  failure: EXIT.failure,
  usage: EXIT.usage,
  unavailable: EXIT.unavailable,
  permission: EXIT.noPermission,
  missing: EXIT.failure,
  conflict: EXIT.failure,
};

/** System errors that mean that the address to listen at cannot be had. */
const NO_ADDRESS = new Set(['EADDRINUSE', 'EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN']);
const NO_PERMISSION = new Set(['EACCES', 'EPERM']);

/** The sentence and the exit code for a failure. Only what is our own fault comes with a stack. */
export function explainFailure(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof ConfigError) return { message, code: EXIT.badConfiguration };
  if (error instanceof AdminError) return { message, code: KINDS[error.kind] };
  if (error instanceof StoreInUseError) return { message, code: EXIT.unavailable };
  const { code, port, syscall } = systemError(error instanceof StoreError ? error.cause : error);
  if (NO_PERMISSION.has(code)) return { message, code: EXIT.noPermission };
  if (error instanceof StoreError) return { message, code: EXIT.failure };
  if (code === 'EADDRINUSE') {
    return { message: `port ${port} is in use by another program; set http.listen`, code: EXIT.unavailable };
  }
  if (NO_ADDRESS.has(code)) return { message: `${message}; set http.listen`, code: EXIT.unavailable };
  if (syscall !== '') return { message, code: EXIT.failure };
  return { message: error instanceof Error ? (error.stack ?? message) : message, code: EXIT.bug };
}

/** What Node says about an error of the operating system. */
function systemError(error: unknown): { readonly code: string; readonly port: string; readonly syscall: string } {
  const facts = new Map<string, unknown>(error instanceof Error ? Object.entries(error) : []);
  const textOf = (name: string): string => String(facts.get(name) ?? '');
  return { code: textOf('code'), port: textOf('port'), syscall: textOf('syscall') };
}
