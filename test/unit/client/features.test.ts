/** docs/features.md against the tests that it names. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const root = path.resolve(import.meta.dirname, '../../..');

test('each yes names tests that there are, each no a reason', () => {
  const rows = readFileSync(path.join(root, 'docs/features.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(2)
    .map((line) => line.split('|').map((cell) => cell.trim()));
  assert.ok(rows.length > 40, `${rows.length} rows`);
  for (const [, feature, here, shown = ''] of rows) {
    assert.ok(here === 'yes' || here === 'no', `${feature}: ${here}`);
    if (here === 'no') {
      assert.ok(shown.length > 10, `${feature} has no reason`);
      continue;
    }
    const files = shown.split(', ');
    for (const file of files) {
      assert.match(file, /^test\/\S+\.ts$/, String(feature));
      assert.ok(existsSync(path.join(root, file)), `${feature}: ${file} is not there`);
    }
  }
});
