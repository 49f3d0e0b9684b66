/** Opening and closing tag are edited together. */
import type { Position, Range } from 'vscode-languageserver-types';
import type { PlistNode, TextRange } from '../plist/types.ts';
import type { PlistDocument } from '../workspace/types.ts';
import { offsetAt, rangeOf } from './text.ts';

/** The names in both tags of the element whose tag the position is in; undefined elsewhere. */
export function linkedRanges(document: PlistDocument, position: Position): Range[] | undefined {
  const pair = tagNamesAt(document, offsetAt(document, position));
  return pair?.map((range) => rangeOf(document, range));
}

/** Ranges of the names in the two tags, if the offset lies in one of them. */
export function tagNamesAt(document: PlistDocument, offset: number): [TextRange, TextRange] | undefined {
  for (let node = document.tree.nodeAt(offset); node; node = node.parent) {
    const names = tagNames(document.text, node);
    if (!names) continue;
    if (names.some(({ start, end }) => start <= offset && offset <= end)) return names;
    if (node.openEnd < offset && offset < node.closeStart) return undefined;
  }
  return undefined;
}

function tagNames(text: string, node: PlistNode): [TextRange, TextRange] | undefined {
  if (node.selfClosing || !text.startsWith(`</${node.tag}`, node.closeStart)) return undefined;
  if (!text.startsWith(`<${node.tag}`, node.start)) return undefined;
  return [
    { start: node.start + 1, end: node.start + 1 + node.tag.length },
    { start: node.closeStart + 2, end: node.closeStart + 2 + node.tag.length },
  ];
}
