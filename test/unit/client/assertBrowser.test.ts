/** The assertions of the VS Code suite in a browser against Node's own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import browser from '../../vscode/suite/assert.browser.ts';

const VALUES: readonly unknown[] = [
  undefined,
  null,
  true,
  0,
  -0,
  1,
  Number.NaN,
  1n,
  '',
  '1',
  [],
  [undefined],
  [1, [2]],
  [1, [3]],
  {},
  { a: undefined },
  { a: 1, b: [2] },
  { b: [2], a: 1 },
  new Map([['a', [1]]]),
  new Map([['a', [2]]]),
  new Set([1]),
  new Set([2]),
  new Date(1),
  new Date(2),
  new Uint8Array([1, 2]),
  new Uint8Array([1, 3]),
  [1, 2],
  /a/,
];

function holds(claim: () => void): boolean {
  try {
    claim();
    return true;
  } catch {
    return false;
  }
}

test('equal, notEqual, deepEqual and ok agree with Node', () => {
  for (const a of VALUES) {
    assert.equal(
      holds(() => browser.ok(a)),
      holds(() => assert.ok(a)),
    );
    for (const b of VALUES) {
      for (const claim of ['equal', 'notEqual', 'deepEqual'] as const) {
        assert.equal(
          holds(() => browser[claim](a, b)),
          holds(() => assert[claim](a, b)),
          `${claim} ${String(a)} ${String(b)}`,
        );
      }
    }
  }
});

test('match and doesNotMatch agree with Node', () => {
  for (const text of ['abc', 'xyz']) {
    for (const claim of ['match', 'doesNotMatch'] as const) {
      assert.equal(
        holds(() => browser[claim](text, /b/)),
        holds(() => assert[claim](text, /b/)),
      );
    }
  }
});

test('what fails says what it saw, or what it is told to', () => {
  assert.throws(() => browser.equal(1, 2), { name: 'AssertionError', message: '1 is not 2' });
  assert.throws(() => browser.ok(false, 'why'), { message: 'why' });
  assert.throws(() => browser.ok(0, new RangeError('own')), RangeError);
});
