/** Folding: dictionaries, arrays, long data and strings, comments, runs of comments, `#region` comments. */
import { type FoldingRange, FoldingRangeKind } from 'vscode-languageserver-types';
import type { TextRange } from '../plist/types.ts';
import type { PlistDocument } from '../workspace/types.ts';
import { positionAt } from './text.ts';

/**
 * One range for each element or comment that spans lines, in order of their place.
 *
 * @param wholeLines the client folds whole lines only: the last line of a range, which holds the closing tag,
 * then stays visible
 * @param limit the client's `rangeLimit`; outer ranges are kept first
 */
export function foldingRanges(document: PlistDocument, wholeLines = false, limit = 20_000): FoldingRange[] {
  const { tree } = document;
  const ranges: FoldingRange[] = [];
  const add = (start: number, end: number, kind?: FoldingRangeKind): void => {
    const from = positionAt(document, start);
    const to = positionAt(document, end);
    const endLine = kind ? to.line : to.line - 1;
    if (wholeLines ? endLine <= from.line : to.line <= from.line) return;
    ranges.push({
      startLine: from.line,
      endLine: wholeLines || kind ? endLine : to.line,
      ...(wholeLines ? {} : { startCharacter: from.character, endCharacter: to.character }),
      ...(kind ? { kind } : {}),
    });
  };
  for (let id = 0; id < tree.size && ranges.length < limit; id++) {
    const node = tree.node(id);
    if (!node.selfClosing && node.openEnd < node.closeStart) add(node.openEnd, node.closeStart);
  }
  for (const { start, end } of commentRuns(document)) add(start, end, FoldingRangeKind.Comment);
  for (const { start, end } of regions(document)) add(start, end, FoldingRangeKind.Region);
  ranges.sort((a, b) => a.startLine - b.startLine || b.endLine - a.endLine);
  return onePerLine(ranges).slice(0, limit);
}

/** Each comment, and those together that follow each other on lines of their own without a blank line between. */
function commentRuns({ tree: { comments, text } }: PlistDocument): TextRange[] {
  const runs: { start: number; end: number }[] = [];
  for (const { start, end } of comments) {
    const last = runs.at(-1);
    const between = last && text.slice(last.end, start);
    const follows = between !== undefined && /^[ \t]*(?:\r\n|\n|\r)[ \t]*$/.test(between);
    const marker = MARKER.test(text.slice(start, end));
    if (last && follows && !marker && !MARKER.test(text.slice(last.start, last.end))) {
      last.end = end;
      continue;
    }
    runs.push({ start, end });
  }
  return runs;
}

const MARKER = /^<!--\s*#(end)?region\b/;

/** From `<!-- #region … -->` to its `<!-- #endregion -->`; they nest. */
function regions({ tree: { comments, text } }: PlistDocument): TextRange[] {
  const open: number[] = [];
  const found: TextRange[] = [];
  for (const { start, end } of comments) {
    const marker = MARKER.exec(text.slice(start, Math.min(end, start + 100)));
    if (!marker) continue;
    if (!marker[1]) open.push(start);
    else if (open.length > 0) found.push({ start: open.pop()!, end });
  }
  return found;
}

/** Editors fold one range for each start line: the outermost. */
function onePerLine(ranges: readonly FoldingRange[]): FoldingRange[] {
  return ranges.filter((range, index) => range.startLine !== ranges[index - 1]?.startLine);
}
