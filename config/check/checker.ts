import type { z } from 'zod';
import type { Text } from '../../drivers/base/language.ts';
import { type Claim, checkClaims } from './claims.ts';
import { describeIssue } from './issues.ts';
import { type Mistake, type Place, type Problem, text } from './mistakes.ts';
import { isGroup, type Path, type Source } from './source.ts';

/** Gathers the mistakes of one file, whoever finds them. */
export class Checker {
  readonly source: Source;
  readonly #path: string;
  readonly #mistakes: Mistake[];
  readonly #warnings: Mistake[] = [];
  readonly #claims: Claim[] = [];

  /** `path` is the file as the user named it. */
  constructor(source: Source, path: string) {
    this.source = source;
    this.#path = path;
    this.#mistakes = source.problems.map((problem) => ({ path, ...problem }));
  }

  /** In the order of the file. */
  get mistakes(): readonly Mistake[] {
    return inOrder(this.#mistakes);
  }

  /** What is no mistake and seldom meant, in the order of the file. */
  get warnings(): readonly Mistake[] {
    return inOrder(this.#warnings);
  }

  /** Reports a problem of the value at `path`, unless what stands there is wrong already. */
  report(path: Path, problem: Problem, place: Place = this.source.place(path)): void {
    if (!this.source.isSpoiled(path)) this.#mistakes.push({ path: this.#path, ...place, ...problem });
  }

  warn(path: Path, problem: Problem): void {
    this.#warnings.push({ path: this.#path, ...this.source.place(path), ...problem });
  }

  /** Notes what a value wants for itself alone; `checkClaims` tells when two want the same. */
  claim(claim: Claim): void {
    this.#claims.push(claim);
  }

  checkClaims(): void {
    checkClaims(this.#claims, this.source, (path, problem) => this.report(path, problem));
  }

  /** Reports what the schema finds wrong with the value at `path`; the schema's output when it finds nothing. */
  parse<Schema extends z.ZodType>(
    schema: Schema,
    path: Path,
    value = this.source.at(path),
  ): z.output<Schema> | undefined {
    const { data, error } = schema.safeParse(value);
    for (const issue of error?.issues ?? []) {
      const found = this.source.at([...path, ...issue.path]);
      for (const { path: inside, isKey, message, help } of describeIssue(issue, found, schema)) {
        const at = [...path, ...inside];
        this.report(at, { message, help }, isKey ? this.source.placeOfKey(at) : this.source.place(at));
      }
    }
    return data;
  }

  /** Reports every id of a list that an earlier entry has; answers all its ids, undefined when it is no list. */
  ids(list: string, what: Text): readonly string[] | undefined {
    if (!Array.isArray(this.source.at([list]))) return undefined;
    const lines = new Map<string, number>();
    for (const [index] of this.entries(list)) {
      const path = [list, index, 'id'];
      const id = this.source.at(path);
      if (typeof id !== 'string') continue;
      const first = lines.get(id);
      if (first === undefined) {
        lines.set(id, this.source.place(path).line);
      } else {
        this.report(path, {
          message: text(
            `${what.en} "${id}" is already in line ${first}`,
            `${what['pt-BR']} "${id}" já está na linha ${first}`,
          ),
          help: text('give each an id of its own', 'dê a cada um seu próprio id'),
        });
      }
    }
    return [...lines.keys()];
  }

  /** The entries of a list that are groups of keys; the others are reported by the schema. */
  entries(list: string): [index: number, entry: object][] {
    const value = this.source.at([list]);
    if (!Array.isArray(value)) return [];
    return value.flatMap((entry: unknown, index) => (isGroup(entry) ? [[index, entry]] : []));
  }
}

function inOrder(mistakes: readonly Mistake[]): readonly Mistake[] {
  // What an alias repeats is wrong once, where it is written.
  const once = new Map(
    mistakes.map((mistake) => [`${mistake.line}:${mistake.column}: ${mistake.message.en}`, mistake]),
  );
  return [...once.values()].sort((a, b) => a.line - b.line || a.column - b.column);
}
