/** Lines of a change that are shown around it. */
const CONTEXT = 3;

interface Line {
  readonly mark: ' ' | '-' | '+';
  readonly text: string;
  /** Number of the line in the old and in the new text, from 1. */
  readonly old: number;
  readonly new: number;
}

/** A unified diff of two texts, as `diff -u` prints it; empty when they are equal. */
export function unifiedDiff(path: string, before: string, after: string): string {
  const lines = compare(linesOf(before), linesOf(after));
  const hunks = hunksOf(lines);
  if (hunks.length === 0) return '';
  return [`--- ${path}`, `+++ ${path}`, ...hunks.flatMap(hunkText)].join('\n');
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

function hunkText(hunk: readonly Line[]): string[] {
  const [first] = hunk;
  const size = (without: Line['mark']) => hunk.filter(({ mark }) => mark !== without).length;
  return [
    `@@ -${first?.old ?? 0},${size('+')} +${first?.new ?? 0},${size('-')} @@`,
    ...hunk.map(({ mark, text }) => mark + text),
  ];
}

function hunksOf(lines: readonly Line[]): Line[][] {
  const hunks: Line[][] = [];
  // Where the last hunk ends.
  let end = 0;
  for (const [index, { mark }] of lines.entries()) {
    if (mark === ' ') continue;
    const start = Math.max(0, index - CONTEXT);
    const next = Math.min(lines.length, index + CONTEXT + 1);
    const last = hunks.at(-1);
    if (last && start <= end) last.push(...lines.slice(end, next));
    else hunks.push(lines.slice(start, next));
    end = next;
  }
  return hunks;
}

/** The lines of both texts in order, by their longest common subsequence. */
function compare(before: readonly string[], after: readonly string[]): Line[] {
  const common = lengths(before, after);
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    const at = { old: i + 1, new: j + 1 };
    if (i < before.length && j < after.length && before[i] === after[j]) {
      lines.push({ mark: ' ', text: before[i] ?? '', ...at });
      [i, j] = [i + 1, j + 1];
    } else if (j === after.length || (i < before.length && lengthAt(common, i + 1, j) >= lengthAt(common, i, j + 1))) {
      lines.push({ mark: '-', text: before[i] ?? '', ...at });
      i += 1;
    } else {
      lines.push({ mark: '+', text: after[j] ?? '', ...at });
      j += 1;
    }
  }
  return lines;
}

/** Length of the longest common subsequence of what is left, from each pair of places on. */
function lengths(before: readonly string[], after: readonly string[]): number[][] {
  const table = Array.from({ length: before.length + 1 }, () => Array.from({ length: after.length + 1 }, () => 0));
  for (let i = before.length - 1; i >= 0; i -= 1)
    for (let j = after.length - 1; j >= 0; j -= 1) {
      const row = table[i];
      if (!row) continue;
      row[j] =
        before[i] === after[j]
          ? lengthAt(table, i + 1, j + 1) + 1
          : Math.max(lengthAt(table, i + 1, j), lengthAt(table, i, j + 1));
    }
  return table;
}

function lengthAt(table: readonly number[][], i: number, j: number): number {
  return table[i]?.[j] ?? 0;
}
