/** The names of keys that a schema knows: those of `keysFor`, made once for all documents. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { dictionariesIn } from '../../../server/src/rules/dictionaries.ts';
import { evaluationFor } from '../../../server/src/rules/lint.ts';
import { openDocument } from '../../../server/src/workspace/document.ts';
import type { PlistDocument } from '../../../server/src/workspace/types.ts';
import { twin } from '../../bench/twin.ts';

const FIXTURES = path.resolve(import.meta.dirname, '../../fixtures/rules');

function fixtures(): PlistDocument[] {
  return readdirSync(FIXTURES, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:plist|entitlements)$/.test(entry.name))
    .map((entry) => {
      const file = path.join(entry.parentPath, entry.name);
      return openDocument(file, readFileSync(file, 'utf8'));
    });
}

test('are the names of keysFor in every dictionary of our fixtures', () => {
  let dictionaries = 0;
  for (const document of fixtures()) {
    const evaluation = evaluationFor(document, {});
    for (const dict of evaluation ? dictionariesIn(document.tree) : []) {
      const names = evaluation!.keyNames(dict);
      assert.deepEqual([...names], [...new Set(evaluation!.keysFor(dict).map(({ key }) => key))]);
      dictionaries++;
    }
  }
  assert.ok(dictionaries > 500, `${dictionaries} dictionaries`);
});

test('are one set for all personalities of one shape, of any document', () => {
  const sets = new Set<ReadonlySet<string>>();
  for (const count of [2, 3]) {
    const document = openDocument('file:///Lamp.dext/Info.plist', twin(count).plist);
    const evaluation = evaluationFor(document, {})!;
    for (const { value } of document.tree.root!.get('IOKitPersonalities')!.entries) {
      sets.add(evaluation.keyNames(value!));
    }
  }
  assert.equal(sets.size, 1);
});
