/** Our schema files hold nothing that the set would have to leave out: at run time nobody looks again. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { schemaSet } from '../../../server/src/rules/schemas.ts';
import { describeProblem, readSchemaSet } from '../../../server/src/schema/set.ts';
import type { Schema } from '../../../server/src/schema/types.ts';

const SCHEMAS = path.join(import.meta.dirname, '../../../schemas');

test('every keyword, pattern and reference of our schema files is sound', () => {
  const { names } = schemaSet();
  const files = names.map((name): [string, Schema] => [
    name,
    JSON.parse(readFileSync(path.join(SCHEMAS, name), 'utf8')) as Schema,
  ]);
  assert.ok(names.length >= 25, `only ${names.length} files`);
  assert.deepEqual(readSchemaSet(new Map(files)).problems.map(describeProblem), []);
});

test('the check would see an unknown keyword and a bad pattern', () => {
  const broken = { properties: { a: { patern: 'x' }, b: { pattern: '(' } } } as unknown as Schema;
  assert.equal(readSchemaSet({ 'x.json': broken }).problems.length, 2);
});
