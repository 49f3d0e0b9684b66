/** A small tree remembers the entries of its dictionaries, a big one does not: both answer alike. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parsePlist } from '../../../server/src/plist/parse.ts';
import type { PlistNode } from '../../../server/src/plist/types.ts';

const NAMES = ['a', 'b', 'ab', 'a&amp;b', ' a', ''];
const part = fc.oneof(
  fc.constantFrom(...NAMES).map((name) => `<key>${name}</key>`),
  fc.constantFrom('<string>x</string>', '<integer>1</integer>', '<true/>', '<dict/>', '<key>', '</dict>'),
);
/** More nodes than a tree may have to remember. */
const PADDING = `<array>${'<true/>'.repeat(4_100)}</array>`;

function said(dict: PlistNode | undefined): unknown {
  const show = (node: PlistNode | undefined) => node && [node.start, node.end, node.kind, node.text];
  return {
    entries: dict?.entries.map(({ key, value }) => [show(key), show(value)]),
    found: [...NAMES, 'a&b'].map((name) => [show(dict?.get(name)), show(dict?.keyNode(name))]),
  };
}

test('keys that stand twice, that have no value, that are coded', () => {
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      const text = `<plist><dict>${parts.join('')}</dict>`;
      const small = parsePlist(`${text}</plist>`);
      const big = parsePlist(`${text}${PADDING}</plist>`);
      assert.ok(small.size < 4_000 && big.size > 4_000);
      assert.deepEqual(said(small.root), said(big.root));
    }),
    { numRuns: 300 },
  );
});

test('the entries of a small tree are made once', () => {
  const { root } = parsePlist('<plist><dict><key>a</key><true/></dict></plist>');
  assert.equal(root?.entries, root?.entries);
  assert.equal(root?.get('a'), root?.entries[0]?.value);
});
