/** Unified diff of two texts, for `--dry-run`. */

/** More cells than this in the table of common lines: the middle is shown as replaced as a whole. */
const CELLS = 4_000_000;
const CONTEXT = 3;

interface Line {
  readonly sign: ' ' | '-' | '+';
  readonly text: string;
}

/**
 * `old` undefined: the file is new, and the diff is against /dev/null. Empty when nothing differs. Pure.
 *
 * @param name path of the file as it stands behind `a/` and `b/`
 */
export function unifiedDiff(name: string, old: string | undefined, text: string): string {
  if (old === text) return '';
  const lines = diffLines(old === undefined ? [] : linesOf(old), linesOf(text));
  const head = `--- ${old === undefined ? '/dev/null' : `a/${name}`}\n+++ b/${name}\n`;
  return head + hunks(lines).join('');
}

/** A line without its end; a file that ends without one gets the mark that patch(1) knows. */
function linesOf(text: string): string[] {
  if (text === '') return [];
  const lines = text.split('\n');
  if (lines.at(-1) === '') return lines.slice(0, -1);
  lines[lines.length - 1] += '\n\\ No newline at end of file';
  return lines;
}

function diffLines(a: readonly string[], b: readonly string[]): Line[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const same = (text: string): Line => ({ sign: ' ', text });
  return [
    ...a.slice(0, start).map(same),
    ...middle(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    ...a.slice(a.length - end).map(same),
  ];
}

function middle(a: readonly string[], b: readonly string[]): Line[] {
  const removed = (text: string): Line => ({ sign: '-', text });
  const added = (text: string): Line => ({ sign: '+', text });
  if (a.length === 0 || b.length === 0 || (a.length + 1) * (b.length + 1) > CELLS)
    return [...a.map(removed), ...b.map(added)];
  const width = b.length + 1;
  const common = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i * width + j] =
        a[i] === b[j]
          ? common[(i + 1) * width + j + 1]! + 1
          : Math.max(common[(i + 1) * width + j]!, common[i * width + j + 1]!);
    }
  }
  const lines: Line[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      lines.push({ sign: ' ', text: a[i]! });
      i++;
      j++;
    } else if (common[(i + 1) * width + j]! >= common[i * width + j + 1]!) lines.push(removed(a[i++]!));
    else lines.push(added(b[j++]!));
  }
  return [...lines, ...a.slice(i).map(removed), ...b.slice(j).map(added)];
}

function hunks(lines: readonly Line[]): string[] {
  const out: string[] = [];
  let oldLine = 1;
  let newLine = 1;
  let at = 0;
  while (at < lines.length) {
    const first = lines.findIndex(({ sign }, i) => i >= at && sign !== ' ');
    if (first < 0) break;
    const from = Math.max(at, first - CONTEXT);
    oldLine += from - at;
    newLine += from - at;
    let last = first;
    for (let i = first; i < lines.length && i - last <= 2 * CONTEXT; i++)
      if (lines[i]!.sign !== ' ') last = i;
    const to = Math.min(lines.length, last + 1 + CONTEXT);
    const part = lines.slice(from, to);
    const oldCount = part.filter(({ sign }) => sign !== '+').length;
    const newCount = part.filter(({ sign }) => sign !== '-').length;
    const place = (line: number, count: number) => `${count === 0 ? line - 1 : line},${count}`;
    out.push(`@@ -${place(oldLine, oldCount)} +${place(newLine, newCount)} @@\n`);
    out.push(...part.map(({ sign, text }) => `${sign}${text}\n`));
    oldLine += oldCount;
    newLine += newCount;
    at = to;
  }
  return out;
}
