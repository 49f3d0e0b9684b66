/** What must hold of any tree, and all that a tree says. */
import assert from 'node:assert/strict';
import type { PlistTree } from '../../server/src/plist/types.ts';

/**
 * Offsets nest, nodes follow the text, errors and their repairs lie inside it. An element whose opening tag is
 * missing has an empty one.
 */
export function checkTree(tree: PlistTree): void {
  const { length } = tree.text;
  let last = -1;
  for (let id = 0; id < tree.size; id++) {
    const node = tree.node(id);
    const { start, openEnd, closeStart, end, parent } = node;
    assert.ok(0 <= start && start <= openEnd && openEnd <= closeStart, `${id}`);
    assert.ok(closeStart <= end && end <= length && start >= last, `${id}`);
    last = start;
    if (parent) {
      assert.ok(
        parent.id < id && parent.openEnd <= start && end <= parent.closeStart,
        `${id} in ${parent.id}`,
      );
    }
    void node.path;
    void node.text;
    void node.entries;
    void node.items;
  }
  let before = 0;
  for (const error of tree.errors) {
    assert.ok(error.start >= before && error.start <= error.end && error.end <= length, error.code);
    before = error.start;
    for (const edit of error.fix?.edits ?? []) {
      assert.ok(0 <= edit.start && edit.start <= edit.end && edit.end <= length, error.code);
    }
  }
  void tree.root?.value();
  for (const offset of [0, length >> 1, length]) {
    const node = tree.nodeAt(offset);
    if (node) assert.ok(node.start <= offset && offset <= node.end);
  }
}

/** All that a tree says, without the objects that say it. */
export function dump(tree: PlistTree): unknown {
  const nodes = Array.from({ length: tree.size }, (_, id) => {
    const { start, openEnd, closeStart, end, tag, kind, selfClosing, parent, index, name } = tree.node(id);
    return [start, openEnd, closeStart, end, tag, kind, selfClosing, parent?.id, index, name];
  });
  const { errors, comments, plist, hasBom, hasDoctype, hasXmlDeclaration, text } = tree;
  return { nodes, errors, comments, plist, hasBom, hasDoctype, hasXmlDeclaration, text, root: tree.root?.id };
}
