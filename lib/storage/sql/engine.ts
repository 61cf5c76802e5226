import type { CompiledQuery } from 'kysely';

/** The rows that one statement returned. */
export type Rows = readonly Readonly<Record<string, unknown>>[];

/**
 * What runs SQL. A unit is a list of statements that happen all or not at all; it resolves when that
 * is durable. Units are not interactive, so that an engine may commit many of them together.
 */
export interface Engine {
  unit(statements: readonly CompiledQuery[]): Promise<readonly Rows[]>;
  close(): Promise<void>;
}
