/** The committed pages of docs/rules are the ones that the rules print today. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { pagesOnDisk, rulePages } from '../../../scripts/generate-rule-pages.ts';
import { allRules } from '../../../server/src/rules/index.ts';

const FOLDER = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'docs', 'rules');
const AGAIN = 'run node scripts/generate-rule-pages.ts';

test('each rule has its page in docs/rules, as the rule prints it', () => {
  for (const [path, text] of rulePages()) {
    assert.ok(existsSync(join(FOLDER, path)), `docs/rules/${path} is missing: ${AGAIN}`);
    assert.ok(readFileSync(join(FOLDER, path), 'utf8') === text, `docs/rules/${path} is stale: ${AGAIN}`);
  }
});

test('docs/rules holds no page of a rule that is gone', () => {
  const pages = rulePages();
  assert.deepEqual(
    pagesOnDisk().filter((path) => !pages.has(path)),
    [],
    AGAIN,
  );
});

test('ids are unique, of the form group/name, and every rule says what, why, how and where from', () => {
  const ids = allRules.map(({ id }) => id);
  assert.deepEqual(
    ids.filter((id, index) => ids.indexOf(id) !== index),
    [],
  );
  for (const rule of allRules) {
    assert.match(rule.id, /^[a-z]+\/[a-z0-9]+(-[a-z0-9]+)*$/);
    for (const field of ['title', 'what', 'why', 'how'] as const) {
      assert.ok(rule[field].trim().length > 3, `${rule.id} has no ${field}`);
    }
    assert.ok(rule.source.length > 0, `${rule.id} has no source`);
    assert.ok(rule.kinds.length > 0, `${rule.id} looks at no kind`);
    assert.notEqual(rule.examples.invalid, rule.examples.valid, `${rule.id}: both examples are the same`);
  }
});
