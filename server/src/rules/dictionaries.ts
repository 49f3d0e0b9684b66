/** The dictionaries of a document, for the rules that look at each of them. */
import type { PlistNode, PlistTree } from '../plist/types.ts';

/** Nodes of a tree that may be kept until another is asked for. */
const MOST_KEPT = 4_000;

let asked: PlistTree | undefined;
let dictionaries: readonly PlistNode[] = [];

/**
 * All dictionaries of a tree, the root first, in no particular order. Found once for the rules that run on it one
 * after another.
 */
export function dictionariesIn(tree: PlistTree): readonly PlistNode[] {
  if (asked === tree) return dictionaries;
  const dicts = tree.root ? found(tree.root) : [];
  if (tree.size <= MOST_KEPT) {
    asked = tree;
    dictionaries = dicts;
  }
  return dicts;
}

function found(root: PlistNode): readonly PlistNode[] {
  const dicts: PlistNode[] = [];
  const stack: PlistNode[] = [root];
  const push = (node: PlistNode | undefined): void => {
    if (node && (node.kind === 'dict' || node.kind === 'array' || node.kind === 'unknown')) stack.push(node);
  };
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node.kind === 'dict') dicts.push(node);
    for (const item of node.items) push(item);
    for (const { value } of node.entries) push(value);
  }
  return dicts;
}
