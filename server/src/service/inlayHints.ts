/** Inlay hints: names and hexadecimal forms of numbers, data as text or bytes, scores of USB personalities. */
import type { InlayHint, Range } from 'vscode-languageserver-types';
import type { PlistNode } from '../plist/types.ts';
import type { LintOptions } from '../rules/lint.ts';
import type { Evaluation } from '../schema/types.ts';
import type { PlistDocument } from '../workspace/types.ts';
import { evaluationOf } from './knowledge.ts';
import { annotation } from './schemaInfo.ts';
import { offsetAt, positionAt } from './text.ts';
import { usbScoreLabel } from './usbWords.ts';
import { bytesShortly, numberName, pciNames, printable } from './valueWords.ts';

const LABEL_LENGTH = 60;

/** Hints of the values that end within the range. */
export function inlayHints(document: PlistDocument, range: Range, options: LintOptions = {}): InlayHint[] {
  const { tree } = document;
  const start = offsetAt(document, range.start);
  const end = offsetAt(document, range.end);
  const evaluation = evaluationOf(document, options);
  const hints: InlayHint[] = [];
  for (let id = firstNodeAt(document, start); id < tree.size; id++) {
    const node = tree.node(id);
    if (node.start > end) break;
    if (node.end < start || node.end > end) continue;
    const label = labelOf(node, evaluation);
    if (label) hints.push({ position: positionAt(document, node.end), label: cut(label), paddingLeft: true });
  }
  return hints;
}

/** The first node that begins at or behind an offset, by halving: ids are in document order. */
function firstNodeAt({ tree }: PlistDocument, offset: number): number {
  let low = 0;
  let high = tree.size;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (tree.node(middle).start < offset) low = middle + 1;
    else high = middle;
  }
  // The node before may reach into the range.
  return Math.max(0, low - 1);
}

function labelOf(node: PlistNode, evaluation: Evaluation | undefined): string | undefined {
  if (node.kind === 'key') return usbScoreLabel(node);
  if (node.kind === 'data') {
    if (!node.data || node.data.length === 0) return undefined;
    const text = printable(node.data);
    return text === undefined ? bytesShortly(node.data) : `"${text}"`;
  }
  if (!evaluation || (node.kind !== 'integer' && node.kind !== 'string')) return undefined;
  const schemas = evaluation.schemasFor(node);
  const kind = annotation(schemas, 'number');
  if (!kind) return undefined;
  if (node.kind === 'string') {
    const names = pciNames(node.text, kind).map(({ name }) => name);
    return names.length > 0 ? names.join(', ') : undefined;
  }
  const value = node.integer;
  if (value === undefined) return undefined;
  const name = numberName(node, schemas);
  // Small numbers are the same in both forms; a number written in hex shows itself.
  const hex = value > 9n && node.integerForm === 'decimal' ? hexOf(value) : undefined;
  return [hex, name].filter(Boolean).join(' ') || undefined;
}

function hexOf(value: bigint): string {
  return `0x${value
    .toString(16)
    .toUpperCase()
    .padStart(value > 0xffn ? 4 : 2, '0')}`;
}

function cut(label: string): string {
  return label.length > LABEL_LENGTH ? `${label.slice(0, LABEL_LENGTH - 1)}…` : label;
}
