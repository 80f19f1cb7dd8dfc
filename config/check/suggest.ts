import type { Text } from '../../drivers/base/language.ts';
import { type Problem, text } from './mistakes.ts';

/** More edits than these make another word: America/Brasilia is no typo of America/Bahia. */
const MOST_EDITS = 3;

/** The known name that was most likely meant; undefined when none is near. */
export function nearest(found: string, known: readonly string[]): string | undefined {
  const wanted = found.toLowerCase();
  const [best] = known
    .map((name) => ({ name, distance: distance(wanted, name.toLowerCase()) }))
    .filter(({ distance }) => distance <= Math.max(1, Math.min(MOST_EDITS, Math.floor(found.length / 3))))
    .sort((a, b) => a.distance - b.distance);
  return best?.name;
}

/** The end of a sentence that says that a name is unknown. */
export function didYouMean(name: string | undefined): Text {
  return name === undefined
    ? text('', '')
    : text(`; did you mean "${name}"?`, `; você quis dizer "${name}"?`);
}

/** `unit "centre" is unknown; did you mean "centro"?`, with the names that are known. */
export function unknownName(what: string, found: string, known: readonly string[], plural: Text): Problem {
  const suggestion = didYouMean(nearest(found, known));
  return {
    message: text(
      `${what} "${found}" is unknown${suggestion.en}`,
      `${what} "${found}" não existe${suggestion['pt-BR']}`,
    ),
    help: knownNames(known, plural),
  };
}

/** `known units: centro, sul`; `plural` reads `known units` and `unidades conhecidas`. */
export function knownNames(known: readonly string[], plural: Text): Text {
  const list = known.length === 0 ? text('none', 'nenhum') : text(known.join(', '), known.join(', '));
  return text(`${plural.en}: ${list.en}`, `${plural['pt-BR']}: ${list['pt-BR']}`);
}

/** A beginning (`pt` of `pt-BR`) counts as one edit. */
function distance(wanted: string, known: string): number {
  return wanted.length > 1 && known.startsWith(wanted) && known !== wanted ? 1 : editDistance(wanted, known);
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one word into the other. */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1] ? 0 : 1;
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current.push(
        Math.min(
          at(last, column) + 1,
          at(current, column - 1) + 1,
          at(last, column - 1) + same,
          row > 1 && column > 1 && swapped ? at(beforeLast, column - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    beforeLast = last;
    last = current;
  }
  return at(last, to.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
