/** Unchanged lines that are shown around a change. */
const CONTEXT = 2;

export interface DiffLine {
  /** `gap` stands for unchanged lines that are left out. */
  readonly kind: 'same' | 'removed' | 'added' | 'gap';
  readonly text: string;
}

/** What turns one text into another, line by line, with two lines of context; empty when they are equal. */
export function diffLines(before: string, after: string): readonly DiffLine[] {
  const all = wholeDiff(before.trimEnd().split('\n'), after.trimEnd().split('\n'));
  const isNear = (index: number): boolean =>
    all.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some(({ kind }) => kind !== 'same');
  return all.flatMap((line, index): DiffLine[] => {
    if (isNear(index)) return [line];
    return index > 0 && isNear(index - 1) ? [{ kind: 'gap', text: '' }] : [];
  });
}

/** By the longest common subsequence; files of people are short. */
function wholeDiff(before: readonly string[], after: readonly string[]): DiffLine[] {
  const common = before.map(() => new Array<number>(after.length + 1).fill(0));
  common.push(new Array<number>(after.length + 1).fill(0));
  const at = (row: number, column: number): number => common[row]?.[column] ?? 0;
  for (let row = before.length - 1; row >= 0; row -= 1) {
    for (let column = after.length - 1; column >= 0; column -= 1) {
      const longest =
        before[row] === after[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
      const line = common[row];
      if (line !== undefined) line[column] = longest;
    }
  }
  const lines: DiffLine[] = [];
  let row = 0;
  let column = 0;
  while (row < before.length || column < after.length) {
    const [old, fresh] = [before[row], after[column]];
    if (old !== undefined && old === fresh) {
      lines.push({ kind: 'same', text: old });
      row += 1;
      column += 1;
    } else if (old !== undefined && (fresh === undefined || at(row + 1, column) >= at(row, column + 1))) {
      lines.push({ kind: 'removed', text: old });
      row += 1;
    } else {
      lines.push({ kind: 'added', text: fresh ?? '' });
      column += 1;
    }
  }
  return lines;
}
