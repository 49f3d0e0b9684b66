/** Growing selections: text, element, key with its value, all of a dictionary, the dictionary … */
import type { Position, SelectionRange } from 'vscode-languageserver-types';
import type { PlistNode, TextRange } from '../plist/types.ts';
import type { PlistDocument } from '../workspace/types.ts';
import { offsetAt, rangeOf } from './text.ts';

/** One chain for each position, as the protocol asks; the whole document where there is nothing else. */
export function selectionRanges(document: PlistDocument, positions: readonly Position[]): SelectionRange[] {
  return positions.map((position) => selectionAt(document, offsetAt(document, position)));
}

function selectionAt(document: PlistDocument, offset: number): SelectionRange {
  const { tree, text } = document;
  const chain: TextRange[] = [];
  const add = (start: number, end: number): void => {
    const last = chain.at(-1);
    if (start > offset || end < offset || start >= end) return;
    if (last && (start > last.start || end < last.end || (start === last.start && end === last.end))) return;
    chain.push({ start, end });
  };
  const comment = tree.comments.find(({ start, end }) => start <= offset && offset <= end);
  if (comment) {
    add(comment.content.start, comment.content.end);
    add(comment.start, comment.end);
  }
  const root = tree.root;
  if (root && root.start <= offset && offset <= root.end) {
    for (let node = innermost(document, offset); node; node = node.parent) addNode(node, text, add);
  }
  if (tree.plist) add(tree.plist.start, tree.plist.end);
  add(0, text.length);

  let selection: SelectionRange | undefined;
  for (const range of chain.reverse()) {
    selection = { range: rangeOf(document, range), ...(selection ? { parent: selection } : {}) };
  }
  return selection ?? { range: rangeOf(document, { start: offset, end: offset }) };
}

/** Between two tags (`</key>|<string>`) the one that begins. */
function innermost(document: PlistDocument, offset: number): PlistNode | undefined {
  return document.tree.nodeAt(offset);
}

function addNode(node: PlistNode, text: string, add: (start: number, end: number) => void): void {
  if (node.kind !== 'dict' && node.kind !== 'array' && node.kind !== 'unknown') {
    const word = wordRange(text.slice(node.openEnd, node.closeStart));
    add(node.openEnd + word.start, node.openEnd + word.end);
  }
  add(node.openEnd, node.closeStart);
  add(node.start, node.end);
  const entry = entryOf(node);
  if (entry) add(entry.start, entry.end);
}

/** The text without the blanks around it. */
function wordRange(content: string): TextRange {
  const start = content.length - content.trimStart().length;
  return { start, end: Math.max(start, content.trimEnd().length) };
}

/** From the key's start to its value's end. */
function entryOf(node: PlistNode): TextRange | undefined {
  if (node.kind !== 'key') return node.key ? { start: node.key.start, end: node.end } : undefined;
  const value = node.parent?.entries.find(({ key }) => key.id === node.id)?.value;
  return value ? { start: node.start, end: value.end } : undefined;
}
