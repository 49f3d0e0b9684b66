/** The dictionaries of a document, for the rules that look at each of them. */
import type { PlistNode, PlistTree } from '../plist/types.ts';

const known = new WeakMap<PlistTree, readonly PlistNode[]>();

/** All dictionaries of a tree, the root first, in no particular order. Found once: several rules ask for them. */
export function dictionariesIn(tree: PlistTree): readonly PlistNode[] {
  let dicts = known.get(tree);
  if (!dicts) {
    dicts = tree.root ? found(tree.root) : [];
    known.set(tree, dicts);
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
