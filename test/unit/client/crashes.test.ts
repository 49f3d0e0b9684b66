import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crashBudget } from '../../../client/src/crashes.ts';

test('a server that keeps falling is left alone, one that falls now and then is picked up', () => {
  let time = 0;
  const mayRestart = crashBudget(2, 1000, () => time);
  assert.deepEqual([mayRestart(), mayRestart(), mayRestart()], [true, true, false]);
  time = 5000;
  assert.equal(mayRestart(), true);
  time = 6500;
  assert.deepEqual([mayRestart(), mayRestart()], [true, true]);
});
