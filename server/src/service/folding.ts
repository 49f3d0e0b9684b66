/** Folding: dictionaries, arrays, long data and strings, comments, a run of several comments. */
import { type FoldingRange, FoldingRangeKind } from 'vscode-languageserver-types';
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
  for (const comment of tree.comments) add(comment.start, comment.end, FoldingRangeKind.Comment);
  ranges.sort((a, b) => a.startLine - b.startLine || b.endLine - a.endLine);
  return onePerLine(ranges).slice(0, limit);
}

/** Editors fold one range for each start line: the outermost. */
function onePerLine(ranges: readonly FoldingRange[]): FoldingRange[] {
  return ranges.filter((range, index) => range.startLine !== ranges[index - 1]?.startLine);
}
