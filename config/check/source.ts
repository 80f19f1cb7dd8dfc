import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import { type Place, type Problem, text } from './mistakes.ts';
import { type Found, syntaxProblems } from './syntax.ts';

/** Where a value stands in a configuration: keys and list indexes from the root, as in zod's issues. */
export type Path = readonly PropertyKey[];

type Resolve = (value: string) => { readonly value: string } | { readonly problem: Problem };

/** Most values that a file may come to with its aliases put in; a large real one has a few thousand. */
const MOST_VALUES = 100_000;
/** The parser accepts `0123` and `01.5` as numbers; a person who writes them means text. */
const LEADING_ZERO = /^[-+]?0\d[\d.]*$/;

const NO_KEY: Problem = {
  message: text('a key must be plain text', 'uma chave deve ser um texto simples'),
};

interface Spot {
  readonly offset: number;
  readonly keyOffset: number | undefined;
  /** Of a text. */
  readonly written: string | undefined;
  /** A problem of the value is reported already; what follows from it would only confuse. */
  isSpoiled: boolean;
}

/** The YAML text of a configuration as plain values (1.2 core, no tags), with the place of each. */
export class Source {
  /** Strings are resolved. Undefined when the text is no YAML. */
  readonly value: unknown;
  readonly #problems: Found[];
  readonly #lines = new LineCounter();
  readonly #document: Document.Parsed;
  readonly #resolve: Resolve;
  readonly #spots = new Map<string, Spot>();
  /** Collections around the one that is being read: an alias to one of them has no end. */
  readonly #open = new Set<Node>();
  #values = 0;

  constructor(yaml: string, resolve: Resolve) {
    this.#resolve = resolve;
    this.#document = parseDocument(yaml, {
      lineCounter: this.#lines,
      prettyErrors: false,
      schema: 'core',
      resolveKnownTags: false,
      uniqueKeys: false, // read() tells where the first one is
    });
    this.#problems = syntaxProblems(this.#document, yaml);
    const { contents } = this.#document;
    this.value = this.#document.errors.length > 0 ? undefined : this.#read(contents, [], { offset: 0 });
  }

  /** What is wrong with the text itself, before any schema. */
  get problems(): readonly (Place & Problem)[] {
    return this.#problems.map(({ offset, message, help }) => ({ ...this.placeOf(offset), message, help }));
  }

  /** The value at `path`; undefined when there is none. */
  at(path: Path): unknown {
    return path.reduce<unknown>(
      (value, key) => (isGroup(value) && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined),
      this.value,
    );
  }

  /** Where the value at `path` stands; that of the nearest group around it when there is none. */
  place(path: Path): Place {
    return this.placeOf(this.#nearest(path)?.offset ?? 0);
  }

  /** Where the key of the value at `path` stands. */
  placeOfKey(path: Path): Place {
    const spot = this.#nearest(path);
    return this.placeOf(spot?.keyOffset ?? spot?.offset ?? 0);
  }

  /** The text at `path` as it is written, with its references; undefined when it is no text. */
  written(path: Path): string | undefined {
    return this.#spots.get(JSON.stringify(path))?.written;
  }

  isSpoiled(path: Path): boolean {
    return this.#spots.get(JSON.stringify(path))?.isSpoiled ?? false;
  }

  placeOf(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }

  #nearest(path: Path): Spot | undefined {
    const spot = this.#spots.get(JSON.stringify(path));
    return spot !== undefined || path.length === 0 ? spot : this.#nearest(path.slice(0, -1));
  }

  #read(node: Node | null, path: Path, at: { offset: number; keyOffset?: number }): unknown {
    const spot: Spot = {
      offset: node?.range?.[0] ?? at.offset,
      keyOffset: at.keyOffset,
      written: isScalar(node) && typeof node.value === 'string' ? node.value : undefined,
      isSpoiled: false,
    };
    this.#spots.set(JSON.stringify(path), spot);
    this.#values += 1;
    const spoil = (problem: Problem): undefined => {
      this.#problems.push({ offset: spot.offset, ...problem });
      spot.isSpoiled = true;
    };
    if (node === null) return null;
    if (isScalar(node)) return this.#readScalar(node, spoil);

    const target = isAlias(node) ? node.resolve(this.#document) : node;
    if (target === undefined) {
      return spoil({
        message: text('nothing above has this anchor (&)', 'nada acima tem esta âncora (&)'),
        help: text(
          'a text that begins with * stands in quotes',
          'um texto que começa com * fica entre aspas',
        ),
      });
    }
    if (isScalar(target) && this.#values <= MOST_VALUES) return this.#readScalar(target, spoil);
    if (isScalar(target) || this.#open.has(target) || this.#values > MOST_VALUES) {
      return spoil({
        message: text(
          'the alias (*) leads to itself or to too much',
          'a referência (*) leva a si mesma ou a valores demais',
        ),
      });
    }
    this.#open.add(target);
    const value = isMap(target)
      ? this.#readMap(target, path)
      : target.items.map((item, index) =>
          this.#read(item as Node | null, [...path, index], { offset: spot.offset }),
        );
    this.#open.delete(target);
    return value;
  }

  #readMap(map: YAMLMap, path: Path): object {
    const lines = new Map<string, number>();
    const entries: [string, unknown][] = [];
    for (const pair of map.items) {
      const keyNode = pair.key as Node | null;
      const [offset, end] = keyNode?.range ?? map.range ?? [0, 0];
      const key = this.#readKey(keyNode);
      const problem = key === undefined ? NO_KEY : repeatedKey(key, lines.get(key));
      if (problem !== undefined) this.#problems.push({ offset, ...problem });
      if (key === undefined || problem !== undefined) continue;
      lines.set(key, this.placeOf(offset).line);
      const value = this.#read(pair.value as Node | null, [...path, key], { offset: end, keyOffset: offset });
      entries.push([key, value]);
    }
    return Object.fromEntries(entries);
  }

  /** A key as it is written (`01` stays `01`); undefined for a map or a list, which can't be one. */
  #readKey(node: Node | null): string | undefined {
    const scalar = isAlias(node) ? node.resolve(this.#document) : node;
    if (!isScalar(scalar)) return undefined;
    return typeof scalar.value === 'string' ? scalar.value : (scalar.source ?? String(scalar.value));
  }

  #readScalar({ value, source = '' }: Scalar, spoil: (problem: Problem) => undefined): unknown {
    if (typeof value === 'number' && LEADING_ZERO.test(source)) {
      return spoil({
        message: text(
          `${source} without quotes is the number ${value}`,
          `${source} sem aspas é o número ${value}`,
        ),
        help: text(`write "${source}" to keep its zeros`, `escreva "${source}" para manter os zeros`),
      });
    }
    if (typeof value !== 'string') return value;
    const resolved = this.#resolve(value);
    return 'value' in resolved ? resolved.value : spoil(resolved.problem);
  }
}

/** A map or a list. */
export function isGroup(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function repeatedKey(key: string, firstLine: number | undefined): Problem | undefined {
  if (firstLine === undefined) return undefined;
  return {
    message: text(
      `key "${key}" is already in line ${firstLine}`,
      `a chave "${key}" já está na linha ${firstLine}`,
    ),
    help: text('keep one of the two', 'mantenha só uma das duas'),
  };
}
