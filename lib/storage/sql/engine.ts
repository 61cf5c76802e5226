/** The rows that one statement returned. */
export type Rows = readonly Readonly<Record<string, unknown>>[];

/** A statement as kysely compiles it. */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  /** More parameters: it runs once for each of these, too, and only the rows of the first time are returned. */
  readonly again?: readonly (readonly unknown[])[];
}

/**
 * What runs SQL. A unit is a list of statements that happen all or not at all; it resolves when that
 * is durable. Units are not interactive, so that an engine may commit many of them together.
 */
export interface Engine {
  unit(statements: readonly Statement[]): Promise<readonly Rows[]>;
  close(): Promise<void>;
}
