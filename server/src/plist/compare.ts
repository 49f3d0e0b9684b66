/** Where two trees are alike: what may be taken over from one version of a document to the next. */
import { CLOSE_START, END, KIND, NEXT, type NodeTable, OPEN_END, PARENT, SHIFT, START } from './storage.ts';
import { Tree } from './tree.ts';
import type { PlistNode, PlistTree } from './types.ts';

/**
 * True when two trees differ in the content of one node at most: all other nodes are the same ones in the same
 * places, those behind it shifted. Says nothing of the texts between the nodes.
 *
 * @param before the node in the old tree
 * @param now the same node in the new one
 */
export function isAlikeOutside(before: PlistNode, now: PlistNode): boolean {
  const [old, new_] = [tableOf(before.tree), tableOf(now.tree)];
  const { id } = before;
  if (!old || !new_ || id !== now.id || before.start !== now.start || before.openEnd !== now.openEnd) {
    return false;
  }
  const delta = now.end - before.end;
  const oldNext = old.data[(id << SHIFT) + NEXT]!;
  const newNext = new_.data[(id << SHIFT) + NEXT]!;
  const moved = newNext - oldNext;
  if (now.closeStart !== before.closeStart + delta || new_.size - old.size !== moved) return false;
  // Ids and places after the node have moved; what lies before it has not.
  const place = (offset: number): number => (offset >= before.end ? offset + delta : offset);
  const number = (one: number): number => (one >= oldNext ? one + moved : one);
  for (let one = 0; one < old.size; one++) {
    if (one > id && one < oldNext) {
      one = oldNext - 1;
      continue;
    }
    const a = one << SHIFT;
    const b = number(one) << SHIFT;
    if (
      old.data[a + KIND] !== new_.data[b + KIND] ||
      place(old.data[a + START]!) !== new_.data[b + START] ||
      place(old.data[a + OPEN_END]!) !== new_.data[b + OPEN_END] ||
      number(old.data[a + PARENT]!) !== new_.data[b + PARENT] ||
      number(old.data[a + NEXT]!) !== new_.data[b + NEXT]
    ) {
      return false;
    }
    if (one === id) continue;
    if (
      place(old.data[a + CLOSE_START]!) !== new_.data[b + CLOSE_START] ||
      place(old.data[a + END]!) !== new_.data[b + END]
    ) {
      return false;
    }
  }
  return true;
}

/** True when two nodes and all in them are the same but for where they stand. Compares no texts. */
export function isAlikeInside(a: PlistNode, b: PlistNode): boolean {
  const [one, other] = [tableOf(a.tree), tableOf(b.tree)];
  if (!one || !other) return false;
  const size = one.data[(a.id << SHIFT) + NEXT]! - a.id;
  if (other.data[(b.id << SHIFT) + NEXT]! - b.id !== size) return false;
  const delta = b.start - a.start;
  for (let i = 0; i < size; i++) {
    const from = (a.id + i) << SHIFT;
    const to = (b.id + i) << SHIFT;
    if (one.data[from + KIND] !== other.data[to + KIND]) return false;
    for (const field of [START, OPEN_END, CLOSE_START, END]) {
      if (one.data[from + field]! + delta !== other.data[to + field]) return false;
    }
    if (one.data[from + NEXT]! - a.id !== other.data[to + NEXT]! - b.id) return false;
    if (i > 0 && one.data[from + PARENT]! - a.id !== other.data[to + PARENT]! - b.id) return false;
  }
  return true;
}

function tableOf(tree: PlistTree): NodeTable | undefined {
  return tree instanceof Tree ? tree.table : undefined;
}
