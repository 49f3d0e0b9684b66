/**
 * The tree after an edit, without reading the whole text again: an edit inside one value's text reads that text
 * anew, any other one the innermost dictionary or array that holds it; everything behind is shifted. The result
 * is the same as that of `parsePlist` on the new text, always; where that cannot be told from here, the whole
 * text is parsed.
 */

import { readContent } from './build.ts';
import { Builder, MAX_ERRORS } from './builder.ts';
import { skipLeafText } from './characters.ts';
import { applyEdits } from './edit.ts';
import { parsePlist } from './parse.ts';
import {
  ARRAY,
  addNode,
  CLOSE_START,
  CODED,
  DICT,
  END,
  KEY,
  KIND,
  KIND_MASK,
  NEXT,
  type NodeTable,
  OPEN_END,
  ORDINAL,
  PARENT,
  SELF_CLOSING,
  SHIFT,
  START,
  STRIDE,
  TAGS,
  UNKNOWN,
} from './storage.ts';
import { Tree } from './tree.ts';
import type { PlistError, PlistTree, TextEdit } from './types.ts';
import { checkValue } from './values.ts';

/** Mistakes of a dictionary or array about a child: they are not found by reading the child alone. */
const OF_PARENT = new Set(['value-without-key', 'key-without-value', 'key-outside-dict']);

/** A change of one range; more than one edit is taken as one that spans them all. */
interface Change {
  readonly start: number;
  readonly end: number;
  readonly delta: number;
}

/** What was read anew: the nodes from `id` to `next` of the old tree are replaced by those of `part`. */
interface Patch {
  readonly id: number;
  readonly next: number;
  readonly part: Builder;
}

/**
 * @param tree stays as it is: nothing is shared that changes
 * @param edits of `tree.text`, not overlapping
 * @param text the text after them, if the caller has it
 */
export function update(
  tree: PlistTree,
  edits: readonly TextEdit[],
  text = applyEdits(tree.text, edits),
): PlistTree {
  return updateLocally(tree, edits, text) ?? parsePlist(text);
}

/** As {@link update}, but `undefined` where the whole text must be parsed. */
export function updateLocally(
  tree: PlistTree,
  edits: readonly TextEdit[],
  text: string,
): PlistTree | undefined {
  const change = spanOf(edits, text.length - tree.text.length);
  if (!change) return tree;
  if (!(tree instanceof Tree) || !tree.isLocal || tree.rootId < 0) return undefined;
  if (tree.errors.length >= MAX_ERRORS / 2) return undefined;
  const patch = readLeaf(tree, change, text) ?? readContainer(tree, change, text);
  return patch && isSound(patch.part) ? splice(tree, patch, change.delta) : undefined;
}

function spanOf(edits: readonly TextEdit[], delta: number): Change | undefined {
  let start = Number.MAX_SAFE_INTEGER;
  let end = -1;
  for (const edit of edits) {
    start = Math.min(start, edit.start);
    end = Math.max(end, edit.end);
  }
  return end < 0 ? undefined : { start, end, delta };
}

function isSound(part: Builder): boolean {
  return !part.unbalanced && !part.farSighted && part.errors.length < MAX_ERRORS / 2;
}

/** Innermost node whose content holds the whole change; -1 if none does. */
function holder(tree: Tree, change: Change): number {
  const { data } = tree.table;
  let low = tree.rootId + 1;
  let high = tree.size;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (data[(middle << SHIFT) + OPEN_END]! <= change.start) low = middle + 1;
    else high = middle;
  }
  let id = low - 1;
  while (id >= 0 && !holds(data, id, change)) id = data[(id << SHIFT) + PARENT]!;
  return id;
}

function holds(data: Int32Array, id: number, change: Change): boolean {
  const at = id << SHIFT;
  return (
    (data[at + KIND]! & SELF_CLOSING) === 0 &&
    data[at + OPEN_END]! <= change.start &&
    change.end <= data[at + CLOSE_START]! &&
    // Without a closing tag there is nothing that ends it for sure.
    data[at + CLOSE_START]! < data[at + END]!
  );
}

/** Reads the text of a key or value anew, when that is all that changed. */
function readLeaf(tree: Tree, change: Change, text: string): Patch | undefined {
  const { data } = tree.table;
  const id = holder(tree, change);
  if (id < 0) return undefined;
  const at = id << SHIFT;
  const kind = data[at + KIND]! & KIND_MASK;
  if (kind <= UNKNOWN || data[at + PARENT]! < 0) return undefined;
  const start = data[at + START]!;
  const openEnd = data[at + OPEN_END]!;
  const closeStart = data[at + CLOSE_START]!;
  const end = data[at + END]!;
  const close = `</${TAGS[kind]}>`;
  if (end - closeStart !== close.length || tree.text.slice(closeStart, end) !== close) return undefined;
  // A `<` in the old text was a comment or CDATA, or a mistake: leave that to the next larger element.
  const isCoded = (data[at + KIND]! & CODED) !== 0;
  if (isCoded && tree.text.slice(openEnd, closeStart).includes('<')) return undefined;
  for (const error of tree.errors) {
    if (error.start > end) break;
    if (error.start < start || error.end > end) continue;
    // The tag itself is wrong, or the message holds the text.
    const ofText = error.start >= openEnd || error.end === end;
    if (!ofText || error.code === 'key-without-value' || error.code === 'bare-less-than') return undefined;
  }
  const part = new Builder(text, false, 0);
  addNode(part.table, kind, start, openEnd, -1);
  const stop = skipLeafText(part, 0, openEnd);
  if (stop !== closeStart + change.delta || !text.startsWith(close, stop)) return undefined;
  part.set(0, CLOSE_START, stop);
  part.set(0, END, stop + close.length);
  checkValue(part, 0, kind);
  return { id, next: id + 1, part };
}

/** Reads the innermost dictionary or array anew; if it does not end where it must, the one around it. */
function readContainer(tree: Tree, change: Change, text: string): Patch | undefined {
  const { data } = tree.table;
  let id = holder(tree, change);
  for (let tries = 0; tries < 3 && id > tree.rootId; id = data[(id << SHIFT) + PARENT]!) {
    const at = id << SHIFT;
    const kind = data[at + KIND]! & KIND_MASK;
    if ((kind !== DICT && kind !== ARRAY) || !holds(data, id, change)) continue;
    const start = data[at + START]!;
    const end = data[at + END]!;
    // Most of the text: then all of it can be read as well.
    if (end - start > tree.text.length * 0.7 || data[at + PARENT]! < 0) return undefined;
    tries++;
    const part = new Builder(text, false, end - start + Math.max(0, change.delta));
    part.pos = start;
    part.stop = end + change.delta;
    readContent(part);
    if (part.pos !== end + change.delta || !part.rootDone || part.plist || part.unbalanced) continue;
    if (part.kindOf(0) !== kind || part.field(0, START) !== start) continue;
    return { id, next: data[at + NEXT]!, part };
  }
  return undefined;
}

/** The old tree with a part of its nodes replaced and all behind it shifted. */
function splice(tree: Tree, patch: Patch, delta: number): PlistTree {
  const { id, next, part } = patch;
  const from = tree.table.data[(id << SHIFT) + START]!;
  const to = tree.table.data[(id << SHIFT) + END]!;
  const table = spliceNodes(tree.table, patch, delta);
  const errors = [...part.errors, ...outerErrors(tree, id, from, to, delta)];
  errors.sort((a, b) => a.start - b.start || a.end - b.end);
  const { plist } = tree;
  const sameKeys = next - id === 1 && part.table.size === 1 && part.kindOf(0) !== KEY;
  return new Tree(
    {
      text: part.text,
      table,
      errors,
      comments: spliceComments(tree.commentTable, part.comments, from, to, delta),
      plist: plist && { ...plist, closeStart: plist.closeStart + delta, end: plist.end + delta },
      root: tree.rootId,
      hasXmlDeclaration: tree.hasXmlDeclaration,
      hasDoctype: tree.hasDoctype,
      unbalanced: false,
      farSighted: false,
    },
    sameKeys ? tree.keyMaps : undefined,
  );
}

function spliceNodes(old: NodeTable, { id, next, part }: Patch, delta: number): NodeTable {
  const added = part.table.size;
  const moved = added - (next - id);
  const size = old.size + moved;
  const data = new Int32Array(size << SHIFT);
  data.set(old.data.subarray(0, id << SHIFT));
  for (let up = old.data[(id << SHIFT) + PARENT]!; up >= 0; up = old.data[(up << SHIFT) + PARENT]!) {
    const at = up << SHIFT;
    data[at + CLOSE_START]! += delta;
    data[at + END]! += delta;
    data[at + NEXT]! += moved;
  }

  data.set(part.table.data.subarray(0, added << SHIFT), id << SHIFT);
  for (let at = id << SHIFT, stop = (id + added) << SHIFT; at < stop; at += STRIDE) {
    data[at + PARENT]! += id;
    data[at + NEXT]! += id;
  }
  data[(id << SHIFT) + PARENT] = old.data[(id << SHIFT) + PARENT]!;
  data[(id << SHIFT) + ORDINAL] = old.data[(id << SHIFT) + ORDINAL]!;

  data.set(old.data.subarray(next << SHIFT, old.size << SHIFT), (id + added) << SHIFT);
  for (let at = (id + added) << SHIFT, stop = size << SHIFT; at < stop; at += STRIDE) {
    data[at + START]! += delta;
    data[at + OPEN_END]! += delta;
    data[at + CLOSE_START]! += delta;
    data[at + END]! += delta;
    data[at + NEXT]! += moved;
    if (data[at + PARENT]! >= next) data[at + PARENT]! += moved;
  }
  return { data, size };
}

function spliceComments(
  old: readonly number[],
  inner: readonly number[],
  from: number,
  to: number,
  delta: number,
): readonly number[] {
  if (old.length === 0) return inner;
  const list: number[] = [];
  let i = 0;
  while (i < old.length && old[i]! < from) list.push(old[i++]!, old[i++]!, old[i++]!, old[i++]!);
  for (const offset of inner) list.push(offset);
  for (; i < old.length; i++) {
    if (old[i - (i % 4)]! >= to) list.push(old[i]! + delta);
  }
  return list;
}

/** The errors that the part read anew does not tell of: before it, behind it, and of its parent about it. */
function outerErrors(tree: Tree, id: number, from: number, to: number, delta: number): PlistError[] {
  const kept: PlistError[] = [];
  for (const error of tree.errors) {
    const inside = error.start >= from && error.end <= to;
    const ofParent = inside && error.start === from && OF_PARENT.has(error.code) && isAbout(tree, id, error);
    if (!inside || ofParent) kept.push(shift(error, to, delta));
  }
  return kept;
}

/** An error with the range of the node's opening tag, or of the whole key: what a parent says of a child. */
function isAbout(tree: Tree, id: number, error: PlistError): boolean {
  return error.end === tree.table.data[(id << SHIFT) + OPEN_END]!;
}

function shift(error: PlistError, to: number, delta: number): PlistError {
  if (delta === 0 || error.start < to) return error;
  const moved = { ...error, start: error.start + delta, end: error.end + delta };
  if (!error.fix) return moved;
  const edits = error.fix.edits.map((edit) => ({
    ...edit,
    start: edit.start + delta,
    end: edit.end + delta,
  }));
  return { ...moved, fix: { ...error.fix, edits } };
}
