/** How a file is laid out: indentation, line ends, which comment belongs to which entry. */
import { indentOf, isFirstOnLine, isSpace, trimBack } from './scan.ts';
import type { Comment, PlistNode, PlistTree } from './types.ts';

/** The line end of a text: that of its first line. */
export function eolOf(text: string): '\n' | '\r\n' | '\r' {
  const feed = text.indexOf('\n');
  if (feed >= 0) return text.charCodeAt(feed - 1) === 13 ? '\r\n' : '\n';
  return text.includes('\r') ? '\r' : '\n';
}

/** One step of indentation, taken from the nearest container whose children are indented; else a tab. */
export function indentUnit(node: PlistNode): string {
  for (let up: PlistNode | undefined = node; up; up = up.parent) {
    const unit = ownUnit(up);
    if (unit !== undefined) return unit;
  }
  const { tree } = node;
  const limit = Math.min(tree.size, 200);
  for (let id = 0; id < limit; id++) {
    const unit = ownUnit(tree.node(id));
    if (unit !== undefined) return unit;
  }
  return '\t';
}

function ownUnit(container: PlistNode): string | undefined {
  const child = firstChildOnLine(container);
  if (!child) return undefined;
  const { text } = container.tree;
  const inner = indentOf(text, child.start);
  const outer = indentOf(text, container.start);
  return inner.length > outer.length && inner.startsWith(outer) ? inner.slice(outer.length) : undefined;
}

function firstChildOnLine(container: PlistNode): PlistNode | undefined {
  const { tree } = container;
  const first = container.id + 1;
  if (first >= tree.size) return undefined;
  const child = tree.node(first);
  if (child.parent?.id !== container.id || !isFirstOnLine(tree.text, child.start)) return undefined;
  return child;
}

/** How the children of a dict or array are set. */
export interface ContainerLayout {
  readonly eol: string;
  /** One step of indentation. */
  readonly unit: string;
  /** Children stand on lines of their own. */
  readonly lines: boolean;
  /** Indentation of a child's line; `''` if not `lines`. */
  readonly indent: string;
  /** What stands before a child: line end and indentation, or what parts two children on one line. */
  readonly gap: string;
  /** What stands between a key and its value. */
  readonly keyGap: string;
}

/** The layout that a new child of `container` should follow. */
export function layoutOf(container: PlistNode): ContainerLayout {
  const { text } = container.tree;
  const eol = eolOf(text);
  const unit = indentUnit(container);
  const children = directChildren(container, 6);
  const first = children[0];
  const lines = first
    ? text.slice(container.openEnd, first.start).includes('\n') || !hasNoBreak(text, container)
    : text.includes('\n') || text.includes('\r');
  if (!lines) {
    const second =
      container.kind === 'dict' ? children.find((child, i) => i > 1 && child.kind === 'key') : children[1];
    const before = second && children[children.indexOf(second) - 1];
    const gap = before && second ? blankBetween(text, before.end, second.start) : '';
    return { eol, unit, lines, indent: '', gap, keyGap: keyGapOf(text, children) ?? '' };
  }
  const onLine = children.find((child) => isFirstOnLine(text, child.start));
  const indent = onLine ? indentOf(text, onLine.start) : indentOf(text, container.start) + unit;
  const gap = eol + indent;
  return { eol, unit, lines, indent, gap, keyGap: keyGapOf(text, children) ?? gap };
}

function hasNoBreak(text: string, node: PlistNode): boolean {
  const feed = text.indexOf('\n', node.openEnd);
  return feed < 0 || feed >= node.closeStart;
}

function blankBetween(text: string, start: number, end: number): string {
  const between = text.slice(start, end);
  return between.trim() === '' ? between : '';
}

/** White space between key and value where both stand on one line; undefined where they do not. */
function keyGapOf(text: string, children: readonly PlistNode[]): string | undefined {
  for (const child of children) {
    const { key } = child;
    if (!key) continue;
    const between = text.slice(key.end, child.start);
    if (between.trim() !== '' || between.includes('\n') || between.includes('\r')) return undefined;
    return between;
  }
  return undefined;
}

/** The first `limit` children, keys included. */
function directChildren(container: PlistNode, limit: number): PlistNode[] {
  const list: PlistNode[] = [];
  const { tree } = container;
  let next = container.id + 1;
  while (next < tree.size && list.length < limit) {
    const node = tree.node(next);
    if (node.parent?.id !== container.id) break;
    list.push(node);
    next = afterSubtree(node);
  }
  return list;
}

/** Id after the last descendant of a node. */
function afterSubtree(node: PlistNode): number {
  const { tree } = node;
  let low = node.id + 1;
  let high = tree.size;
  // Ids follow the text: the first node that begins at or after the end of this one.
  while (low < high) {
    const middle = (low + high) >> 1;
    if (tree.node(middle).start < node.end) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the first comment that begins at or after the offset. */
function commentIndex(comments: readonly Comment[], offset: number): number {
  let low = 0;
  let high = comments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (comments[middle]!.start < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** `offset`, or the end of the comments that follow it on the same line. */
export function pastTrailingComments(tree: PlistTree, offset: number): number {
  let end = offset;
  for (let i = commentIndex(tree.comments, offset); i < tree.comments.length; i++) {
    const comment = tree.comments[i]!;
    const between = tree.text.slice(end, comment.start);
    if (between.length > 500 || !/^[ \t]*$/.test(between)) return end;
    if (tree.text.slice(comment.start, comment.end).includes('\n')) return end;
    end = comment.end;
  }
  return end;
}

/** Start of the block of comments that stands directly above `offset`, each on its own line; else `offset`. */
export function commentsAbove(tree: PlistTree, offset: number): number {
  const { text, comments } = tree;
  let start = offset;
  for (let i = commentIndex(comments, offset) - 1; i >= 0; i--) {
    const comment = comments[i]!;
    const between = text.slice(comment.end, start);
    if (between.trim() !== '' || between.split('\n').length !== 2 || !isFirstOnLine(text, comment.start))
      break;
    start = comment.start;
  }
  return start;
}

/** The range to delete with `[start, end)` so that no empty line and no stray blank stays behind. */
export function withLine(text: string, start: number, end: number): { start: number; end: number } {
  const blankAfter = skipBlanks(text, end);
  const code = text.charCodeAt(blankAfter);
  const lineEnds = blankAfter >= text.length || code === 10 || code === 13;
  if (isFirstOnLine(text, start)) {
    const lineStart = start - indentOf(text, start).length;
    if (!lineEnds) return { start, end: blankAfter };
    if (blankAfter >= text.length) return { start: trimBack(text, lineStart, 0), end: blankAfter };
    const next = code === 13 && text.charCodeAt(blankAfter + 1) === 10 ? blankAfter + 2 : blankAfter + 1;
    return { start: lineStart, end: next };
  }
  if (!lineEnds) return { start, end: blankAfter };
  let from = start;
  while (from > 0 && (text.charCodeAt(from - 1) === 32 || text.charCodeAt(from - 1) === 9)) from--;
  return { start: from, end };
}

function skipBlanks(text: string, at: number): number {
  let pos = at;
  while (pos < text.length && (text.charCodeAt(pos) === 32 || text.charCodeAt(pos) === 9)) pos++;
  return pos;
}

/**
 * Offsets inside an element where a line begins with markup, not with the text of a value: only there the
 * indentation may be changed. Offsets are of the first character after the indentation.
 */
export function indentedLines(node: PlistNode): number[] {
  const { tree } = node;
  const { text } = tree;
  const places: number[] = [];
  const note = (at: number): void => {
    if (at > node.start && at < node.end && isFirstOnLine(text, at)) places.push(at);
  };
  const stop = afterSubtree(node);
  for (let id = node.id; id < stop; id++) {
    const inner = tree.node(id);
    note(inner.start);
    const container = inner.kind === 'dict' || inner.kind === 'array' || inner.kind === 'unknown';
    if (
      !inner.selfClosing &&
      inner.end > inner.closeStart &&
      (container || (isSpace(text.charCodeAt(inner.closeStart - 1)) && inner.kind === 'data'))
    ) {
      note(inner.closeStart);
    }
  }
  for (let i = commentIndex(tree.comments, node.start); i < tree.comments.length; i++) {
    const comment = tree.comments[i]!;
    if (comment.start >= node.end) break;
    note(comment.start);
  }
  return places.sort((a, b) => a - b);
}
