import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type YAMLError,
} from 'yaml';
import { ConfigError, type Problem } from './problem.ts';

type Path = readonly PropertyKey[];

/** Sayings of the parser that name its own functions, and what is said instead. */
const SAID_OTHERWISE: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'is there twice',
  MULTIPLE_DOCS: 'a second document begins here',
};

/** A YAML text that knows where in it everything is. */
export class YamlFile {
  /** What the text says, as plain values. */
  readonly value: unknown;
  readonly #name: string;
  readonly #lines = new LineCounter();
  readonly #document: Document;

  /** @throws ConfigError when it is not YAML */
  constructor(text: string, name: string) {
    this.#name = name;
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
    const problems = [...this.#document.errors.map((error) => this.#explain(error)), ...this.#looseAliases()];
    if (problems.length > 0) throw new ConfigError(problems);
    try {
      this.value = this.#document.toJS();
    } catch (error) {
      throw new ConfigError([{ where: this.#at(0), key: '', message: asText(error) }]);
    }
  }

  /** Where the value of an option begins; where its nearest parent does if it is not there. */
  offsetOf(path: Path): number {
    for (let length = path.length; length > 0; length -= 1) {
      const { key, value } = this.#find(path.slice(0, length));
      const offset = length === path.length ? (value ?? key) : (key ?? value);
      if (offset !== undefined) return offset;
    }
    return 0;
  }

  /** Where the name of an option begins. */
  keyOffsetOf(path: Path): number {
    return this.#find(path).key ?? this.offsetOf(path);
  }

  /** `holdfast.yaml:3:7` */
  placeOf(offset: number): string {
    return this.#at(offset);
  }

  #find(path: Path): { key?: number | undefined; value?: number | undefined } {
    const last = path.at(-1);
    const parent = path.length === 1 ? this.#document.contents : this.#document.getIn(path.slice(0, -1), true);
    if (isSeq(parent)) return { value: startOf(parent.items[Number(last)]) };
    if (!isMap(parent)) return {};
    const pair = parent.items.find(({ key }) => nameOf(key) === String(last));
    const isEmpty = isScalar(pair?.value) && pair.value.source === '';
    return { key: startOf(pair?.key), value: isEmpty ? undefined : startOf(pair?.value) };
  }

  #explain({ code, pos: [offset], message }: YAMLError): Problem {
    const key = code === 'DUPLICATE_KEY' ? this.#keyAt(offset) : '';
    return { where: this.#at(offset), key, message: SAID_OTHERWISE[code] ?? message };
  }

  /** The name of what begins at a place. */
  #keyAt(offset: number): string {
    let found = '';
    visit(this.#document, {
      Pair: (_, pair, parents) => {
        if (startOf(pair.key) !== offset) return undefined;
        const above = parents.flatMap((node) => ('key' in node ? [nameOf(node.key)] : []));
        found = [...above, nameOf(pair.key)].join('.');
        return visit.BREAK;
      },
    });
    return found;
  }

  #looseAliases(): Problem[] {
    const problems: Problem[] = [];
    visit(this.#document, {
      Alias: (_, alias) => {
        if (alias.resolve(this.#document)) return;
        problems.push({
          where: this.#at(startOf(alias) ?? 0),
          key: '',
          message: `the alias "${alias.source}" stands for nothing`,
        });
      },
    });
    return problems;
  }

  #at(offset: number): string {
    const { line, col } = this.#lines.linePos(offset);
    return `${this.#name}:${Math.max(1, line)}:${Math.max(1, col)}`;
  }
}

/** Every node of yaml has a range, or null. */
function startOf(node: unknown): number | undefined {
  return (node as { range?: readonly number[] | null } | null | undefined)?.range?.[0];
}

function nameOf(key: unknown): string {
  return isScalar(key) ? String(key.value) : isAlias(key) ? key.source : String(key);
}

function asText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
