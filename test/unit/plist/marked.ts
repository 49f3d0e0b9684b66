/** Texts with marked places, for tests: `«` begins a range, `»` ends it, `|` alone is not special. */
import type { TextRange } from '../../../server/src/plist/types.ts';

export interface Marked {
  readonly text: string;
  readonly ranges: readonly TextRange[];
}

/** Takes the marks out of a text. Ranges come in the order of their ends' closing marks; they may nest. */
export function marked(source: string): Marked {
  let text = '';
  const open: number[] = [];
  const ranges: TextRange[] = [];
  for (const char of source) {
    if (char === '«') open.push(text.length);
    else if (char === '»') ranges.push({ start: open.pop()!, end: text.length });
    else text += char;
  }
  return { text, ranges: ranges.sort((a, b) => a.start - b.start || a.end - b.end) };
}

/** A `<plist>` around the lines of a dictionary. */
export function inDict(lines: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0">\n<dict>\n${lines}\n</dict>\n</plist>\n`;
}
