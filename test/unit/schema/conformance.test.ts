/** The JSON Schema Test Suite, for every keyword that the evaluator claims. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { evaluateJson } from '../../../server/src/schema/evaluate.ts';
import { CLAIMED_KEYWORDS } from '../../../server/src/schema/keywords.ts';
import { readSchemaSet } from '../../../server/src/schema/set.ts';
import type { JsonValue, Schema } from '../../../server/src/schema/types.ts';

const suite = join(
  import.meta.dirname,
  '../../../../shared/conformance/json-schema-test-suite/tests/draft2020-12',
);
const absent = existsSync(suite) ? false : 'needs ../shared/conformance, not here';

interface Group {
  readonly description: string;
  readonly schema: Schema;
  readonly tests: readonly {
    readonly description: string;
    readonly data: JsonValue;
    readonly valid: boolean;
  }[];
}

/** File of the suite -> the keyword, where they differ. Files about no single keyword are listed as well. */
const FILES: ReadonlyMap<string, string> = new Map([
  ...CLAIMED_KEYWORDS.filter((keyword) => !['$ref', '$defs', 'if', 'then', 'else'].includes(keyword)).map(
    (keyword) => [`${keyword}.json`, keyword] as const,
  ),
  ['ref.json', '$ref'],
  ['defs.json', '$defs'],
  ['if-then-else.json', 'if'],
  ['boolean_schema.json', 'boolean schemas'],
  ['infinite-loop-detection.json', '$ref'],
]);

const SCOPE = 'embedded $id: schema files here are one resource each';
const ANCHOR = '$anchor and $dynamicRef are not claimed';
const REMOTE = 'refers to the meta-schema on the network';

/** Groups that use what is not claimed: file, start of the description, why. */
const EXCLUDED: readonly (readonly [file: string, description: string, reason: string])[] = [
  ['unevaluatedProperties.json', 'unevaluatedProperties with $dynamicRef', ANCHOR],
  ['unevaluatedItems.json', 'unevaluatedItems with $dynamicRef', ANCHOR],
  ['ref.json', 'remote ref, containing refs itself', REMOTE],
  ['ref.json', 'Recursive references between schemas', SCOPE],
  ['ref.json', 'refs with relative uris and defs', SCOPE],
  ['ref.json', 'relative refs with absolute uris and defs', SCOPE],
  ['ref.json', '$id must be resolved against nearest parent', SCOPE],
  ['ref.json', 'order of evaluation: $id and $ref', SCOPE],
  ['ref.json', 'order of evaluation: $id and $anchor and $ref', ANCHOR],
  ['ref.json', 'URN base URI with URN and anchor ref', ANCHOR],
  ['ref.json', 'URN ref with nested pointer ref', SCOPE],
  ['ref.json', 'ref to if', SCOPE],
  ['ref.json', 'ref to then', SCOPE],
  ['ref.json', 'ref to else', SCOPE],
  ['ref.json', 'ref with absolute-path-reference', SCOPE],
  ['defs.json', 'validate definition against metaschema', REMOTE],
];

const reasonOf = (file: string, description: string): string | undefined =>
  EXCLUDED.find(([name, start]) => name === file && description.startsWith(start))?.[2];

describe('JSON Schema Test Suite 2020-12', { skip: absent }, () => {
  let run = 0;
  for (const [file] of absent ? [] : FILES) {
    test(file, (t) => {
      const groups = JSON.parse(readFileSync(join(suite, file), 'utf8')) as Group[];
      for (const { description, schema, tests } of groups) {
        const reason = reasonOf(file, description);
        if (reason !== undefined) {
          t.diagnostic(`left out: ${description} (${reason})`);
          continue;
        }
        const { set, problems } = readSchemaSet({ 'test.json': schema });
        assert.deepEqual(problems, [], `${file}: ${description}`);
        for (const { description: name, data, valid } of tests) {
          const result = evaluateJson(set.get('test.json')!, data);
          assert.equal(result.valid, valid, `${file}: ${description}: ${name} (${result.failed})`);
          assert.equal(result.failed.length === 0, valid, `findings: ${file}: ${description}: ${name}`);
          run++;
        }
      }
    });
  }

  test('every exclusion still names a group', { skip: absent }, () => {
    for (const [file, start] of EXCLUDED) {
      const groups = JSON.parse(readFileSync(join(suite, file), 'utf8')) as Group[];
      assert.ok(
        groups.some(({ description }) => description.startsWith(start)),
        `${file} has no group ${start}`,
      );
    }
    assert.ok(run > 1000, `only ${run} cases ran`);
  });
});
