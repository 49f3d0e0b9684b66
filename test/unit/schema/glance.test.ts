/** Conditions that are told at a glance say what a walk through them says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parsePlist } from '../../../server/src/plist/parse.ts';
import { evaluate } from '../../../server/src/schema/evaluate.ts';
import type { Schema, SchemaObject } from '../../../server/src/schema/types.ts';

const KEYS = ['K', 'L', '$(KEY)'];
const element = fc.constantFrom(
  '<string>one</string>',
  '<string>two</string>',
  '<string>other</string>',
  '<string>$(NAME)</string>',
  '<integer>1</integer>',
  '<true/>',
  '<dict/>',
  '<array><string>one</string></array>',
  '',
);
const dict = fc
  .array(fc.tuple(fc.constantFrom(...KEYS), element), { maxLength: 4 })
  .map((entries) => `<dict>${entries.map(([key, value]) => `<key>${key}</key>${value}`).join('')}</dict>`);

const CONDITIONS: readonly SchemaObject[] = [
  { properties: { K: { const: 'one' } }, required: ['K'] },
  { properties: { K: { enum: ['one', 'two'] } }, required: ['K'] },
  { properties: { K: { const: '$(NAME)' } }, required: ['K'] },
];

function findingsOf(condition: SchemaObject, text: string): unknown {
  const schema: Schema = {
    allOf: [
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      { if: condition, then: { required: ['then'] }, else: { required: ['else'] } },
      { not: condition },
      { oneOf: [condition, { required: ['L'] }] },
    ],
  };
  const { root } = parsePlist(`<plist>${text}</plist>`);
  const evaluation = evaluate(schema, root!);
  return [
    evaluation.findings.map(({ keyword, key, node }) => [keyword, key, node.id]),
    evaluation.schemasFor(root!).length,
  ];
}

test('in if, not and oneOf, with build variables, wrong types, keys without value', () => {
  for (const condition of CONDITIONS) {
    // A comment says nothing, but with it the condition is no longer one of those that are told at a glance.
    const walked: SchemaObject = { ...condition, $comment: 'walk' };
    fc.assert(
      fc.property(dict, (text) => {
        assert.deepEqual(findingsOf(condition, text), findingsOf(walked, text));
      }),
      { numRuns: 1500 },
    );
  }
});
