/** Highlights: the other tag of a pair, the same key elsewhere, the same name or class elsewhere. */
import { type DocumentHighlight, DocumentHighlightKind, type Position } from 'vscode-languageserver-types';
import type { PlistNode, TextRange } from '../plist/types.ts';
import type { PlistDocument } from '../workspace/types.ts';
import { tagNamesAt } from './linkedEditing.ts';
import { offsetAt, rangeOf } from './text.ts';

const HIGHLIGHT_LIMIT = 2000;

/** Places that belong to what stands at the position; `[]` where that is nothing. */
export function documentHighlights(document: PlistDocument, position: Position): DocumentHighlight[] {
  const offset = offsetAt(document, position);
  const tags = tagNamesAt(document, offset);
  if (tags) return highlights(document, tags);
  const node = document.tree.nodeAt(offset);
  if (!node || (node.kind !== 'key' && node.kind !== 'string')) return [];
  const word = node.text.trim();
  if (word === '') return [];
  const places: TextRange[] = [];
  const { tree } = document;
  for (let id = 0; id < tree.size && places.length < HIGHLIGHT_LIMIT; id++) {
    const other = tree.node(id);
    // A key is the same key wherever it stands; a name may be both a key (a personality) and a value.
    if (other.kind === 'key' || (other.kind === 'string' && node.kind === 'string')) {
      if (other.text.trim() === word) places.push(contentOf(other));
    }
  }
  return highlights(document, places);
}

function contentOf({ openEnd, closeStart, tree }: PlistNode): TextRange {
  const raw = tree.text.slice(openEnd, closeStart);
  const start = openEnd + (raw.length - raw.trimStart().length);
  return { start, end: start + raw.trim().length };
}

function highlights(document: PlistDocument, places: readonly TextRange[]): DocumentHighlight[] {
  return places.map((place) => ({ range: rangeOf(document, place), kind: DocumentHighlightKind.Text }));
}
