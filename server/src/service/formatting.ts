/**
 * Formatting: the blanks between tags and nothing else. Text inside `<string>`, `<data>` and the like, and inside
 * comments, stays byte for byte.
 */
import type {
  FormattingOptions,
  TextEdit as LspTextEdit,
  Position,
  Range,
} from 'vscode-languageserver-types';
import type { PlistNode, TextEdit } from '../plist/types.ts';
import type { PlistDocument } from '../workspace/types.ts';
import { containerAt } from './completion/context.ts';
import { layoutOf, lineStart, offsetAt, toLspEdit } from './text.ts';

/** A place where a tag or comment begins, and how deep it belongs. */
interface Point {
  readonly offset: number;
  readonly depth: number;
  /** `inline`: may stay on the line of what is before it. */
  readonly stays: 'own-line' | 'inline';
}

/**
 * Edits that indent the whole document or the lines of a range. A document with broken structure is left alone:
 * what belongs where is unknown. Formatting twice gives what formatting once gave.
 */
export function formattingEdits(
  document: PlistDocument,
  options: FormattingOptions,
  range?: Range,
): LspTextEdit[] {
  const edits = blankEdits(document, unitOf(options));
  if (!range) return [...edits, ...endEdits(document, options)].map((edit) => toLspEdit(document, edit));
  const start = offsetAt(document, range.start);
  const end = offsetAt(document, range.end);
  return edits
    .filter((edit) => edit.start >= lineStart(document.text, start) - 2 && edit.end <= end)
    .map((edit) => toLspEdit(document, edit));
}

/** The end of the file as the editor's settings want it: with a line break, without empty lines. */
function endEdits(document: PlistDocument, options: FormattingOptions): TextEdit[] {
  const { tree, text } = document;
  if (!tree.plist || tree.errors.some(({ severity }) => severity === 'error')) return [];
  const start = gapStart(text, text.length);
  const gap = text.slice(start);
  const { eol } = layoutOf(document);
  const ended = /^[ \t]*(?:\r\n|\n|\r)/.test(gap);
  let newText = gap;
  if (options.trimFinalNewlines) newText = ended ? eol : '';
  if (options.insertFinalNewline && !ended) newText = eol;
  return newText === gap ? [] : [{ start, end: text.length, newText }];
}

/** The same as edits by offset. */
export function blankEdits(document: PlistDocument, unit: string): TextEdit[] {
  const { tree, text } = document;
  if (!tree.root || tree.errors.some(({ severity }) => severity === 'error')) return [];
  const { eol } = layoutOf(document);
  const edits: TextEdit[] = [];
  for (const point of points(document)) {
    const start = gapStart(text, point.offset);
    const gap = text.slice(start, point.offset);
    const breaks = gap.match(/\r\n|\n|\r/g)?.length ?? 0;
    if (breaks === 0 && point.stays === 'inline') continue;
    const lines = start === 0 ? 0 : Math.min(Math.max(breaks, 1), 2);
    const newText = eol.repeat(lines) + unit.repeat(point.depth);
    if (newText !== gap) edits.push({ start, end: point.offset, newText });
  }
  return edits;
}

/** Every tag and comment that begins a line, in order. */
function points(document: PlistDocument): Point[] {
  const { tree, text } = document;
  const found: Point[] = [];
  const depths = new Map<number, number>();
  for (let id = 0; id < tree.size; id++) {
    const node = tree.node(id);
    const depth = node.parent ? (depths.get(node.parent.id) ?? 0) + 1 : 0;
    const collection = node.kind === 'dict' || node.kind === 'array';
    if (collection) depths.set(id, depth);
    found.push({ offset: node.start, depth, stays: sharesLine(text, node) ? 'inline' : 'own-line' });
    if (!collection || node.selfClosing) continue;
    const empty = text.slice(node.openEnd, node.closeStart).trim() === '';
    found.push({ offset: node.closeStart, depth, stays: empty ? 'inline' : 'own-line' });
  }
  for (const comment of tree.comments) {
    const around = tree.nodeAt(comment.start);
    const collection = !around || around.kind === 'dict' || around.kind === 'array';
    if (!collection) continue;
    const container = containerAt(document, comment.start);
    const depth = container ? (depths.get(container.id) ?? 0) + 1 : 0;
    found.push({ offset: comment.start, depth, stays: 'inline' });
  }
  if (tree.plist) {
    found.push({ offset: tree.plist.start, depth: 0, stays: 'own-line' });
    if (tree.plist.closeStart < tree.plist.end) {
      found.push({ offset: tree.plist.closeStart, depth: 0, stays: 'own-line' });
    }
  }
  return found.sort((a, b) => a.offset - b.offset);
}

/** A short value that a person wrote behind its key, where the key begins a line. */
function sharesLine(text: string, node: PlistNode): boolean {
  if (!node.key || node.kind === 'dict' || node.kind === 'array') return false;
  return /[\r\n]/.test(text.slice(gapStart(text, node.key.start), node.key.start));
}

/** Where the blanks before an offset begin. */
function gapStart(text: string, offset: number): number {
  let at = offset;
  while (at > 0 && /\s/.test(text[at - 1] ?? '') && text[at - 1] !== '\uFEFF') at--;
  return at;
}

function unitOf({ insertSpaces, tabSize }: FormattingOptions): string {
  return insertSpaces ? ' '.repeat(Math.min(Math.max(tabSize, 1), 16)) : '\t';
}

/** Characters after which {@link onTypeEdits} is asked. */
export const ON_TYPE_TRIGGERS: readonly string[] = ['\n', '>'];

/**
 * Indents the line of the cursor after a line break was typed, or after the `>` of a closing tag that stands
 * alone on its line. Works in broken documents too: it looks only at the dictionary or array around the line.
 */
export function onTypeEdits(
  document: PlistDocument,
  position: Position,
  typed: string,
  options: FormattingOptions,
): LspTextEdit[] {
  const { text, tree } = document;
  const offset = offsetAt(document, position);
  const start = lineStart(text, offset);
  const blank = /^[ \t]*/.exec(text.slice(start))?.[0] ?? '';
  const first = start + blank.length;
  const around = tree.nodeAt(first);
  const inText = around && around.start < first && first < around.end && !isCollection(around);
  if (inText || tree.comments.some((comment) => comment.start < first && first < comment.end)) return [];
  const closing = /^<\/(?:dict|array)>/.exec(text.slice(first, first + 10));
  if (typed === '>' && !closing) return [];
  // A new line goes on where the one before it ended, also in a dictionary that has no closing tag yet.
  const container = containerAt(document, closing ? first : gapStart(text, first));
  if (!container) return [];
  const outer = indentOf(text, container);
  // In the way of the file: the dictionary's own line tells, not its depth.
  const newText = closing && first >= container.closeStart ? outer : outer + unitOf(options);
  if (newText === blank) return [];
  return [toLspEdit(document, { start, end: first, newText })];
}

function isCollection(node: PlistNode): boolean {
  return node.kind === 'dict' || node.kind === 'array' || node.kind === 'unknown';
}

/** The indentation of the line on which an element begins. */
function indentOf(text: string, node: PlistNode): string {
  const start = lineStart(text, node.start);
  return /^[ \t]*/.exec(text.slice(start, node.start))?.[0] ?? '';
}
