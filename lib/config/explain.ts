import { z } from 'zod';
import { schema } from './schema.ts';

/** One option, as people read about it. */
export interface OptionDoc {
  /** `http.listen`; a domain stands as `<domain>`. */
  readonly key: string;
  readonly description: string;
  readonly type: string;
  readonly fallback: string;
}

interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
}

/** The schema for editors. */
export function jsonSchema(): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema; // what zod makes of it
}

/** Every option there is, in the order of the schema. */
export function optionDocs(): OptionDoc[] {
  return docsOf(jsonSchema(), []);
}

function docsOf(node: JsonSchema, path: readonly string[]): OptionDoc[] {
  if (node.properties) {
    return Object.entries(node.properties).flatMap(([name, child]) => docsOf(child, [...path, name]));
  }
  if (path.length === 1 && typeof node.additionalProperties === 'object') {
    return docsOf(node.additionalProperties, [...path, '<domain>']);
  }
  const { description = '' } = node;
  const fallback = node.default === undefined ? 'none' : JSON.stringify(node.default);
  return [{ key: path.join('.'), description, type: typeOf(node), fallback }];
}

function typeOf(node: JsonSchema): string {
  if (node.format !== undefined && Array.isArray(node.type)) return node.format.split(' such')[0] ?? 'text';
  if (node.enum) return node.enum.map(String).join(', ');
  if (node.const !== undefined) return String(node.const);
  if (node.anyOf) return node.anyOf.map(typeOf).join(' or ');
  if (node.type === 'array') return `list of ${node.items ? typeOf(node.items) : 'anything'}`;
  if (node.type === 'integer') return rangeOf(node);
  if (node.type === 'object') return 'mapping';
  return node.type === 'boolean' ? 'true or false' : 'text';
}

function rangeOf({ minimum = 0, maximum = Number.MAX_SAFE_INTEGER }: JsonSchema): string {
  const bounds = maximum === Number.MAX_SAFE_INTEGER ? `${minimum} or more` : `${minimum} to ${maximum}`;
  return `whole number, ${bounds}`;
}
