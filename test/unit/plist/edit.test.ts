import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  applyEdits,
  changeKind,
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
} from '../../../server/src/plist/edit.ts';
import { parsePlist } from '../../../server/src/plist/parse.ts';
import type { PlistNode, TextEdit } from '../../../server/src/plist/types.ts';
import { PlistReal } from '../../../server/src/plist/value.ts';

type Edit = (root: PlistNode) => TextEdit[];

/** [title, text before, edit, text after] */
type Case = readonly [string, string, Edit, string];

const dict = (lines: string): string => `<dict>\n${lines}</dict>\n`;
const A = '\t<key>a</key>\n\t<string>1</string>\n';
const B = '\t<key>b</key>\n\t<integer>2</integer>\n';
const D = '\t<key>d</key>\n\t<true/>\n';

const cases: readonly Case[] = [
  ['insert at the end', dict(A), (r) => insertEntry(r, 'b', 2n), dict(A + B)],
  ['insert after a key', dict(A + D), (r) => insertEntry(r, 'b', 2n, { after: 'a' }), dict(A + B + D)],
  ['insert before a key', dict(A + D), (r) => insertEntry(r, 'b', 2n, { before: 'd' }), dict(A + B + D)],
  ['insert first', dict(B + D), (r) => insertEntry(r, 'a', '1', { at: 'first' }), dict(A + B + D)],
  ['insert sorted', dict(A + D), (r) => insertEntry(r, 'b', 2n, { at: 'sorted' }), dict(A + B + D)],
  [
    'insert sorted, before all',
    dict(B + D),
    (r) => insertEntry(r, 'a', '1', { at: 'sorted' }),
    dict(A + B + D),
  ],
  [
    'insert sorted where nothing is sorted',
    dict(D + A),
    (r) => insertEntry(r, 'b', 2n, { at: 'sorted' }),
    dict(D + A + B),
  ],
  [
    'insert after a key that is not there',
    dict(A),
    (r) => insertEntry(r, 'b', 2n, { after: 'x' }),
    dict(A + B),
  ],
  [
    'insert into <dict/>',
    '<plist>\n<dict/>\n</plist>\n',
    (r) => insertEntry(r, 'b', 2n),
    `<plist>\n${dict(B)}</plist>\n`,
  ],
  ['insert into an empty dict', '<dict>\n</dict>\n', (r) => insertEntry(r, 'b', 2n), dict(B)],
  [
    'insert into an empty dict on one line',
    '<plist>\n<dict></dict>\n</plist>',
    (r) => insertEntry(r, 'b', 2n),
    `<plist>\n<dict>\n${B}</dict>\n</plist>`,
  ],
  [
    'insert into a nested <dict/>, two spaces',
    '<dict>\n  <key>n</key>\n  <dict/>\n</dict>\n',
    (r) => insertEntry(r.get('n')!, 'b', true),
    '<dict>\n  <key>n</key>\n  <dict>\n    <key>b</key>\n    <true/>\n  </dict>\n</dict>\n',
  ],
  [
    'insert into a document of one line',
    '<plist><dict/></plist>',
    (r) => insertEntry(r, 'b', 2n),
    '<plist><dict><key>b</key><integer>2</integer></dict></plist>',
  ],
  [
    'insert into a dict on one line',
    '<dict>\n\t<key>n</key>\n\t<dict><key>x</key><true/> <key>y</key><true/></dict>\n</dict>\n',
    (r) => insertEntry(r.get('n')!, 'z', new Map([['q', 1n]])),
    '<dict>\n\t<key>n</key>\n\t<dict><key>x</key><true/> <key>y</key><true/> <key>z</key><dict><key>q</key><integer>1</integer></dict></dict>\n</dict>\n',
  ],
  [
    'insert first into a dict on one line',
    '<dict><key>x</key><true/> <key>y</key><true/></dict>',
    (r) => insertEntry(r, 'z', 1n, { at: 'first' }),
    '<dict><key>z</key><integer>1</integer> <key>x</key><true/> <key>y</key><true/></dict>',
  ],
  [
    'insert after a comment at the end',
    dict(`${A}\t<!-- more -->\n`),
    (r) => insertEntry(r, 'b', 2n),
    dict(`${A}\t<!-- more -->\n${B}`),
  ],
  [
    'insert behind a comment on the line',
    dict(`\t<key>a</key>\n\t<string>1</string> <!-- one -->\n${D}`),
    (r) => insertEntry(r, 'b', 2n, { after: 'a' }),
    dict(`\t<key>a</key>\n\t<string>1</string> <!-- one -->\n${B}${D}`),
  ],
  [
    'insert before a key with a comment above',
    dict(`${A}\t<!-- of d -->\n${D}`),
    (r) => insertEntry(r, 'b', 2n, { before: 'd' }),
    dict(`${A}${B}\t<!-- of d -->\n${D}`),
  ],
  [
    'key and value on one line',
    dict('  <key>a</key> <string>1</string>\n  <key>c</key> <true/>\n'),
    (r) => insertEntry(r, 'b', 2n),
    dict('  <key>a</key> <string>1</string>\n  <key>c</key> <true/>\n  <key>b</key> <integer>2</integer>\n'),
  ],
  [
    'CRLF',
    dict(A).replaceAll('\n', '\r\n'),
    (r) => insertEntry(r, 'b', 2n),
    dict(A + B).replaceAll('\n', '\r\n'),
  ],
  [
    'escaped key and text',
    dict(A),
    (r) => insertEntry(r, 'x<y', 'A & B'),
    dict(`${A}\t<key>x&lt;y</key>\n\t<string>A &amp; B</string>\n`),
  ],
  [
    'insert raw text, four spaces',
    '<dict>\n    <key>a</key>\n    <true/>\n</dict>\n',
    (r) => insertEntry(r, 'P', { xml: '<dict>\n\t<key>IOClass</key>\n\t<string>X</string>\n</dict>' }),
    '<dict>\n    <key>a</key>\n    <true/>\n    <key>P</key>\n    <dict>\n        <key>IOClass</key>\n        <string>X</string>\n    </dict>\n</dict>\n',
  ],
  ['set replaces', dict(A), (r) => setEntry(r, 'a', 2n), dict('\t<key>a</key>\n\t<integer>2</integer>\n')],
  ['set inserts', dict(A), (r) => setEntry(r, 'b', 2n), dict(A + B)],
  ['set gives a lone key its value', dict(`\t<key>b</key>\n${A}`), (r) => setEntry(r, 'b', 2n), dict(B + A)],
  [
    'set gives the only, lone key its value',
    '<dict><key>b</key></dict>',
    (r) => setEntry(r, 'b', 2n),
    '<dict><key>b</key><integer>2</integer></dict>',
  ],
  [
    'replace by a container',
    dict(A),
    (r) => replaceValue(r.get('a')!, ['x', new PlistReal(1.5, '1.50')]),
    dict('\t<key>a</key>\n\t<array>\n\t\t<string>x</string>\n\t\t<real>1.50</real>\n\t</array>\n'),
  ],
  [
    'replace a half-typed value',
    dict(`\t<key>b</key>\n\t<int\n${A}`),
    (r) => setEntry(r, 'b', 2n),
    dict(B + A),
  ],
  [
    'set text',
    dict(A),
    (r) => setText(r.get('a')!, '<2>'),
    dict('\t<key>a</key>\n\t<string>&lt;2&gt;</string>\n'),
  ],
  ['set the same text', dict(A), (r) => setText(r.get('a')!, '1'), dict(A)],
  [
    'set text of <string/>',
    dict('\t<key>a</key>\n\t<string />\n'),
    (r) => setText(r.get('a')!, '1'),
    dict(A),
  ],
  [
    'set text of an unclosed string',
    dict('\t<key>a</key>\n\t<string>0\n'),
    (r) => setText(r.get('a')!, '1'),
    dict(A),
  ],
  ['set text of a dict', dict(A), (r) => setText(r, '1'), dict(A)],
  [
    'rename by key',
    dict(A),
    (r) => renameKey(r.keyNode('a')!, 'b&'),
    dict('\t<key>b&amp;</key>\n\t<string>1</string>\n'),
  ],
  [
    'rename by value',
    dict(A),
    (r) => renameKey(r.get('a')!, 'b'),
    dict('\t<key>b</key>\n\t<string>1</string>\n'),
  ],
  ['rename the root', dict(A), (r) => renameKey(r, 'b'), dict(A)],
  ['remove by key', dict(A + B + D), (r) => removeEntry(r.keyNode('b')!), dict(A + D)],
  ['remove by value', dict(A + B), (r) => removeEntry(r.get('b')!), dict(A)],
  ['remove the only one', dict(A), (r) => removeEntry(r.get('a')!), '<dict>\n</dict>\n'],
  ['remove a lone key', dict(`\t<key>b</key>\n${A}`), (r) => removeEntry(r.keyNode('b')!), dict(A)],
  ['remove the root', dict(A), (r) => removeEntry(r), dict(A)],
  [
    'remove, comments stay',
    dict(`${A}\t<!-- of b -->\n${B}${D}`),
    (r) => removeEntry(r.get('b')!),
    dict(`${A}\t<!-- of b -->\n${D}`),
  ],
  [
    'remove with comments',
    dict(`${A}\t<!-- of b -->\n\t<!-- too -->\n\t<key>b</key>\n\t<integer>2</integer> <!-- two -->\n${D}`),
    (r) => removeEntry(r.get('b')!, { comments: true }),
    dict(A + D),
  ],
  [
    'remove, comment on the line stays',
    dict('\t<key>b</key>\n\t<integer>2</integer> <!-- two -->\n'),
    (r) => removeEntry(r.get('b')!),
    dict('\t<!-- two -->\n'),
  ],
  [
    'remove on one line',
    '<dict><key>a</key><true/> <key>b</key><true/></dict>',
    (r) => removeEntry(r.get('a')!),
    '<dict><key>b</key><true/></dict>',
  ],
  [
    'remove an item',
    '<array>\n\t<true/>\n\t<false/>\n</array>',
    (r) => removeEntry(r.items[0]!),
    '<array>\n\t<false/>\n</array>',
  ],
  [
    'remove with CRLF',
    dict(A + B).replaceAll('\n', '\r\n'),
    (r) => removeEntry(r.get('a')!),
    dict(B).replaceAll('\n', '\r\n'),
  ],
  [
    'insert an item',
    '<array>\n\t<string>a</string>\n</array>',
    (r) => insertItem(r, 'b'),
    '<array>\n\t<string>a</string>\n\t<string>b</string>\n</array>',
  ],
  [
    'insert an item first',
    '<array>\n\t<string>b</string>\n</array>',
    (r) => insertItem(r, 'a', 0),
    '<array>\n\t<string>a</string>\n\t<string>b</string>\n</array>',
  ],
  [
    'insert an item between',
    '<array>\n\t<string>a</string>\n\t<string>c</string>\n</array>',
    (r) => insertItem(r, 'b', 1),
    '<array>\n\t<string>a</string>\n\t<string>b</string>\n\t<string>c</string>\n</array>',
  ],
  [
    'insert into <array/>',
    dict('\t<key>l</key>\n\t<array/>\n'),
    (r) => insertItem(r.get('l')!, 1n),
    dict('\t<key>l</key>\n\t<array>\n\t\t<integer>1</integer>\n\t</array>\n'),
  ],
  ['insert an item into a dict', dict(A), (r) => insertItem(r, 1n), dict(A)],
  [
    'string to integer',
    dict('\t<key>a</key>\n\t<string> 0x5 </string>\n'),
    (r) => changeKind(r.get('a')!, 'integer'),
    dict('\t<key>a</key>\n\t<integer>0x5</integer>\n'),
  ],
  [
    'integer to string',
    dict(B),
    (r) => changeKind(r.get('b')!, 'string'),
    dict('\t<key>b</key>\n\t<string>2</string>\n'),
  ],
  [
    'string to boolean',
    dict('\t<key>a</key>\n\t<string>YES</string>\n'),
    (r) => changeKind(r.get('a')!, 'boolean'),
    dict('\t<key>a</key>\n\t<true/>\n'),
  ],
  [
    'boolean to integer',
    dict(D),
    (r) => changeKind(r.get('d')!, 'integer'),
    dict('\t<key>d</key>\n\t<integer>1</integer>\n'),
  ],
  [
    'boolean to string',
    dict(D),
    (r) => changeKind(r.get('d')!, 'string'),
    dict('\t<key>d</key>\n\t<string>true</string>\n'),
  ],
  [
    'escaped text stays escaped',
    dict('\t<key>a</key>\n\t<string>A &amp; B</string>\n'),
    (r) => changeKind(r.get('a')!, 'data'),
    dict('\t<key>a</key>\n\t<data>A &amp; B</data>\n'),
  ],
  [
    'unknown element to string',
    dict('\t<key>a</key>\n\t<strng>x</strng>\n'),
    (r) => changeKind(r.get('a')!, 'string'),
    dict('\t<key>a</key>\n\t<string>x</string>\n'),
  ],
  ['same kind', dict(A), (r) => changeKind(r.get('a')!, 'string'), dict(A)],
  [
    'string to array',
    dict(A),
    (r) => changeKind(r.get('a')!, 'array'),
    dict('\t<key>a</key>\n\t<array>\n\t\t<string>1</string>\n\t</array>\n'),
  ],
  [
    'wrap a dict, texts of several lines stay',
    dict(
      '\t<key>n</key>\n\t<dict>\n\t\t<!-- c -->\n\t\t<key>s</key>\n\t\t<string>x\n\ty</string>\n\t</dict>\n',
    ),
    (r) => wrapInArray(r.get('n')!),
    dict(
      '\t<key>n</key>\n\t<array>\n\t\t<dict>\n\t\t\t<!-- c -->\n\t\t\t<key>s</key>\n\t\t\t<string>x\n\ty</string>\n\t\t</dict>\n\t</array>\n',
    ),
  ],
  [
    'wrap in a dict',
    dict(A),
    (r) => wrapInDict(r.get('a')!, 'k'),
    dict('\t<key>a</key>\n\t<dict>\n\t\t<key>k</key>\n\t\t<string>1</string>\n\t</dict>\n'),
  ],
  [
    'wrap on one line',
    '<dict><key>a</key><true/></dict>',
    (r) => wrapInArray(r.get('a')!),
    '<dict><key>a</key><array><true/></array></dict>',
  ],
  [
    'move out',
    dict(
      `${A}\t<key>n</key>\n\t<dict>\n\t\t<key>x</key>\n\t\t<array>\n\t\t\t<true/>\n\t\t</array>\n\t</dict>\n`,
    ),
    (r) => moveEntry(r.at(['n', 'x'])!, r, { after: 'a' }),
    dict(`${A}\t<key>x</key>\n\t<array>\n\t\t<true/>\n\t</array>\n\t<key>n</key>\n\t<dict>\n\t</dict>\n`),
  ],
  [
    'move in, with a new name',
    dict(`${A}\t<key>n</key>\n\t<dict/>\n`),
    (r) => moveEntry(r.get('a')!, r.get('n')!, { name: 'z' }),
    dict('\t<key>n</key>\n\t<dict>\n\t\t<key>z</key>\n\t\t<string>1</string>\n\t</dict>\n'),
  ],
  ['move to the end where it stands', dict(A + B), (r) => moveEntry(r.get('b')!, r), dict(A + B)],
  ['move first', dict(A + B), (r) => moveEntry(r.get('b')!, r, { at: 'first' }), dict(B + A)],
  [
    'move into itself',
    dict('\t<key>n</key>\n\t<dict/>\n'),
    (r) => moveEntry(r.get('n')!, r.get('n')!),
    dict('\t<key>n</key>\n\t<dict/>\n'),
  ],
];

describe('edits', () => {
  for (const [title, before, edit, after] of cases) {
    test(title, () => {
      const edits = edit(parsePlist(before).root!);
      assert.equal(applyEdits(before, edits), after);
      const sorted = [...edits].sort((a, b) => a.start - b.start);
      for (let i = 1; i < sorted.length; i++)
        assert.ok(sorted[i]!.start >= sorted[i - 1]!.end, 'edits overlap');
    });
  }

  test('apply in any order, insertions at one place in theirs', () => {
    const edits = [
      { start: 2, end: 3, newText: 'C' },
      { start: 0, end: 0, newText: 'x' },
      { start: 0, end: 0, newText: 'y' },
    ];
    assert.equal(applyEdits('abc', edits), 'xyabC');
  });
});
