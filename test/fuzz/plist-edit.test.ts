import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  applyEdits,
  insertEntry,
  insertItem,
  moveEntry,
  removeEntry,
  renameKey,
  replaceValue,
  setEntry,
  setText,
  wrapInArray,
  wrapInDict,
} from '../../server/src/plist/edit.ts';
import { parsePlist } from '../../server/src/plist/parse.ts';
import { printPlist, printValue } from '../../server/src/plist/print.ts';
import type { PlistNode, TextEdit } from '../../server/src/plist/types.ts';
import { isArray, isDict, type PlistDict, PlistReal, type PlistValue } from '../../server/src/plist/value.ts';
import { dict, soup, text, value } from './plist-arbitrary.ts';

const TIME = { interruptAfterTimeLimit: 4000, markInterruptAsFailure: false, numRuns: 2000 };

/** The styles that people write in. */
const style = fc.constantFrom<(item: PlistValue) => string>(
  (item) => printPlist(item),
  (item) => printPlist(item, { indent: '  ' }),
  (item) => printPlist(item, { indent: '    ', eol: '\r\n' }),
  (item) => printValue(item, { layout: 'inline' }),
  (item) => printPlist(item).replaceAll(/<\/key>\n\t*/g, '</key> '),
  (item) => printPlist(item).replaceAll(/^(\t*)<key>/gm, '$1<!-- of the key -->\n$1<key>'),
  (item) => printPlist(item).replaceAll(/(<\/string>|<true\/>)$/gm, '$1 <!-- behind -->'),
  (item) => printPlist(item).replaceAll(/^\t+/gm, ''),
);

/** A value as it compares: a real without the text that it was read from. */
function bare(item: unknown): unknown {
  if (item instanceof Map) return new Map([...item].map(([key, inner]) => [key, bare(inner)]));
  if (Array.isArray(item)) return item.map(bare);
  return item instanceof PlistReal ? { real: item.value } : item;
}

/** Applies edits, and checks what must hold of every result. `gone`: the element that is taken out whole. */
function apply(root: PlistNode, edits: readonly TextEdit[], gone?: PlistNode): PlistValue | undefined {
  const before = root.tree.text;
  const sorted = [...edits].sort((a, b) => a.start - b.start);
  for (let i = 0; i < sorted.length; i++) {
    const { start, end } = sorted[i]!;
    assert.ok(0 <= start && start <= end && end <= before.length);
    if (i > 0) assert.ok(start >= sorted[i - 1]!.end, 'edits overlap');
  }
  const after = applyEdits(before, edits);
  const tree = parsePlist(after);
  const grave = tree.errors.filter((error) => error.severity === 'error');
  assert.deepEqual(grave, [], after);
  const lost = gone ? before.slice(gone.start, gone.end).split('<!--').length - 1 : 0;
  assert.equal(after.split('<!--').length, before.split('<!--').length - lost, 'comments stay');
  return tree.root?.value();
}

/** A dictionary of the tree by a random number, with its value. */
function pick(root: PlistNode, kind: 'dict' | 'array', at: number): PlistNode | undefined {
  const found: PlistNode[] = [];
  for (let id = root.id; id < root.tree.size; id++) {
    const node = root.tree.node(id);
    if (node.kind === kind) found.push(node);
  }
  return found.length === 0 ? undefined : found[at % found.length];
}

/** The value of a tree with the value at a path replaced. */
function replaced(
  item: PlistValue,
  path: readonly (string | number)[],
  change: (old: PlistValue) => PlistValue,
): PlistValue {
  const [step, ...rest] = path;
  if (step === undefined) return change(item);
  if (isDict(item)) {
    return new Map(
      [...item].map(([key, inner]) => [key, key === step ? replaced(inner, rest, change) : inner]),
    );
  }
  return isArray(item) ? item.map((inner, i) => (i === step ? replaced(inner, rest, change) : inner)) : item;
}

describe('edits of any plist', () => {
  const someKey = fc.oneof(text, fc.constant('new'));

  test('set and insert an entry', () => {
    fc.assert(
      fc.property(
        dict,
        style,
        fc.nat(),
        someKey,
        value,
        fc.constantFrom('first', 'sorted', 'end'),
        (item, print, n, key, inner, at) => {
          const root = parsePlist(print(item)).root!;
          const target = pick(root, 'dict', n)!;
          const result = apply(root, setEntry(target, key, inner, { at }), target.get(key));
          const expected = replaced(
            root.value()!,
            target.path,
            (old) => new Map([...(old as PlistDict), [key, inner]]),
          );
          assert.deepEqual(bare(result), bare(expected));
          if (!target.keyNode(key))
            assert.deepEqual(insertEntry(target, key, inner, { at }), setEntry(target, key, inner, { at }));
        },
      ),
      TIME,
    );
  });

  test('insert an item', () => {
    fc.assert(
      fc.property(dict, style, fc.nat(), fc.nat(6), value, (item, print, n, index, inner) => {
        const root = parsePlist(print(item)).root!;
        const target = pick(root, 'array', n);
        if (!target) return;
        const result = apply(root, insertItem(target, inner, index));
        const expected = replaced(root.value()!, target.path, (old) => [
          ...(old as PlistValue[]).slice(0, index),
          inner,
          ...(old as PlistValue[]).slice(index),
        ]);
        assert.deepEqual(bare(result), bare(expected));
      }),
      TIME,
    );
  });

  test('remove, rename, replace, wrap', () => {
    fc.assert(
      fc.property(dict, style, fc.nat(), value, (item, print, n, inner) => {
        const root = parsePlist(print(item)).root!;
        const values = Array.from({ length: root.tree.size }, (_, id) => root.tree.node(id)).filter(
          (node) => node.kind !== 'key' && node.parent,
        );
        const node = values[n % values.length];
        if (!node) return;
        const whole = root.value()!;
        const last = node.path.at(-1)!;
        const around = node.path.slice(0, -1);

        const without = replaced(whole, around, (old) =>
          isDict(old)
            ? new Map([...old].filter(([key]) => key !== last))
            : (old as PlistValue[]).filter((_, i) => i !== last),
        );
        assert.deepEqual(bare(apply(root, removeEntry(node), node)), bare(without));
        assert.deepEqual(
          bare(apply(root, replaceValue(node, inner), node)),
          bare(replaced(whole, node.path, () => inner)),
        );
        assert.deepEqual(
          bare(apply(root, wrapInArray(node))),
          bare(replaced(whole, node.path, (old) => [old])),
        );
        assert.deepEqual(
          bare(apply(root, wrapInDict(node, 'k&'))),
          bare(replaced(whole, node.path, (old) => new Map([['k&', old]]))),
        );
        if (node.key && !node.parent!.keyNode('<new>')) {
          const renamed = replaced(
            whole,
            around,
            (old) => new Map([...(old as PlistDict)].map(([key, v]) => [key === last ? '<new>' : key, v])),
          );
          assert.deepEqual(bare(apply(root, renameKey(node, '<new>'))), bare(renamed));
        }
        if (node.kind === 'string') {
          assert.deepEqual(
            bare(apply(root, setText(node, 'a<b'))),
            bare(replaced(whole, node.path, () => 'a<b')),
          );
        }
      }),
      TIME,
    );
  });

  test('move', () => {
    fc.assert(
      fc.property(dict, style, fc.nat(), fc.nat(), (item, print, n, m) => {
        const root = parsePlist(print(item)).root!;
        const values = Array.from({ length: root.tree.size }, (_, id) => root.tree.node(id)).filter(
          (node) => node.key,
        );
        const node = values[n % values.length];
        const target = pick(root, 'dict', m);
        if (!node || !target || target.keyNode('moved')) return;
        if (target.start >= node.start && target.end <= node.end) {
          assert.deepEqual(moveEntry(node, target), []);
          return;
        }
        const moved = node.value()!;
        const result = apply(root, moveEntry(node, target, { name: 'moved' })) as PlistDict;
        const tree = parsePlist(printPlist(result));
        assert.ok([...Array(tree.size).keys()].some((id) => tree.node(id).name === 'moved'));
        const count = (found: unknown): number =>
          found instanceof Map
            ? found.size + [...found.values()].reduce((sum, v) => sum + count(v), 0)
            : Array.isArray(found)
              ? found.reduce((sum: number, v) => sum + count(v), 0)
              : 0;
        assert.equal(count(result), count(root.value()));
        assert.ok(printPlist(result).replaceAll(/\s/g, '').includes(printValue(moved).replaceAll(/\s/g, '')));
      }),
      TIME,
    );
  });

  test('edits of broken texts do not throw, and do not break more', () => {
    fc.assert(
      fc.property(soup, fc.nat(), value, (source, n, inner) => {
        const tree = parsePlist(source);
        if (tree.size === 0) return;
        const node = tree.node(n % tree.size);
        const all = [
          setText(node, 'x'),
          replaceValue(node, inner),
          renameKey(node, 'x'),
          removeEntry(node),
          removeEntry(node, { comments: true }),
          setEntry(node, 'x', inner),
          insertItem(node, inner),
          wrapInArray(node),
          wrapInDict(node, 'x'),
          ...(tree.root ? [moveEntry(node, tree.root)] : []),
        ];
        for (const edits of all) parsePlist(applyEdits(source, edits));
      }),
      TIME,
    );
  });
});
