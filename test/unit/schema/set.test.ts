import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { parsePlist } from '../../../server/src/plist/parse.ts';
import { evaluate } from '../../../server/src/schema/evaluate.ts';
import { CLAIMED_KEYWORDS, KNOWN_KEYWORDS } from '../../../server/src/schema/keywords.ts';
import { createSchemaSet, describeProblem, readSchemaSet } from '../../../server/src/schema/set.ts';
import type { Schema } from '../../../server/src/schema/types.ts';
import { short } from './support.ts';

const problemsOf = (files: Readonly<Record<string, unknown>>): readonly string[] =>
  readSchemaSet(files as Readonly<Record<string, Schema>>).problems.map(describeProblem);

const findings = (schema: Schema | undefined, text: string): readonly string[] => {
  assert.ok(schema !== undefined);
  return short(evaluate(schema, parsePlist(text).root!).findings);
};

describe('references', () => {
  const files = {
    'a.schema.json': {
      $id: 'https://example.com/schemas/a.schema.json',
      $defs: {
        'one/two~three': { plistType: 'string' },
        'per cent%': { plistType: 'integer' },
        local: { $ref: '#/$defs/one~1two~0three' },
      },
      properties: {
        Escaped: { $ref: '#/$defs/one~1two~0three' },
        Percent: { $ref: '#/$defs/per%20cent%25' },
        Other: { $ref: 'b.schema.json' },
        Deep: { $ref: 'b.schema.json#/$defs/deep' },
        ById: { $ref: 'https://example.com/schemas/a.schema.json#/$defs/local' },
        ByPath: { $ref: './b.schema.json#/properties/List/items' },
        Boolean: { $ref: 'b.schema.json#/$defs/never' },
      },
    },
    'b.schema.json': {
      plistType: 'dict',
      $defs: { deep: { $ref: 'a.schema.json#/$defs/local' }, never: false },
      properties: { List: { items: { plistType: 'boolean' } } },
    },
  } as const;
  const set = createSchemaSet(files);

  test('lead where they say, over files', () => {
    const text = `<dict>${['Escaped', 'Percent', 'Other', 'Deep', 'ById', 'ByPath', 'Boolean']
      .map((key) => `<key>${key}</key><date>2024-01-31T00:00:00Z</date>`)
      .join('')}</dict>`;
    assert.deepEqual(findings(set.get('a.schema.json'), text), [
      'plistType@Escaped',
      'plistType@Percent',
      'plistType@Other',
      'plistType@Deep',
      'plistType@ById',
      'plistType@ByPath',
      '$ref@Boolean',
    ]);
  });

  test('get answers for a file, a part of it, and nothing', () => {
    assert.deepEqual(set.names, ['a.schema.json', 'b.schema.json']);
    assert.equal(set.get('b.schema.json'), files['b.schema.json']);
    assert.equal(set.get('a.schema.json#/$defs/local'), files['a.schema.json'].$defs.local);
    assert.deepEqual(findings(set.get('a.schema.json#/$defs/local'), '<true/>'), ['plistType@']);
    assert.equal(set.get('c.schema.json'), undefined);
    assert.equal(set.get('a.schema.json#/$defs/none'), undefined);
  });

  test('a schema made of schemas of a set needs no set', () => {
    const joined: Schema = { allOf: [set.get('b.schema.json')!, { required: ['X'] }] };
    assert.deepEqual(findings(joined, '<dict/>'), ['required@:X']);
    assert.deepEqual(findings(joined, '<true/>'), ['plistType@']);
  });
});

describe('a set upon another', () => {
  test('refers to its files, and to what those refer to', () => {
    const base = createSchemaSet({
      'base.schema.json': { $defs: { name: { $ref: 'words.schema.json' } } },
      'words.schema.json': { plistType: 'string' },
    });
    const user: Schema = { properties: { Mine: { $ref: 'base.schema.json#/$defs/name' } } };
    const { set, problems } = readSchemaSet({ 'user.json': user }, base);
    assert.deepEqual(problems, []);
    assert.deepEqual(set.names, ['user.json']);
    assert.deepEqual(findings(set.get('user.json'), '<dict><key>Mine</key><true/></dict>'), [
      'plistType@Mine',
    ]);
    assert.equal(readSchemaSet({ 'user.json': user }).problems.length, 1);
  });
});

describe('problems', () => {
  test('each names file, pointer and fault', () => {
    assert.deepEqual(problemsOf({ 'x.json': { properties: { A: { $ref: '#/$defs/none' } } } }), [
      'x.json#/properties/A: "$ref": "#/$defs/none" leads nowhere',
    ]);
    assert.deepEqual(problemsOf({ 'x.json': { $ref: 'y.json' } }), [
      'x.json#: "$ref": "y.json" names no file of the set',
    ]);
    assert.deepEqual(problemsOf({ 'x.json': { $defs: { 'a/b': { requried: ['A'] } } } }), [
      'x.json#/$defs/a~1b: unknown keyword "requried"',
    ]);
    assert.deepEqual(problemsOf({ 'x.json': { allOf: [{ type: 'dict' }] } }), [
      'x.json#/allOf/0: "type" must be one or several of string, integer, number, boolean, object, array, null',
    ]);
    assert.deepEqual(problemsOf({ 'x.json': { $ref: '#anchor' } }), [
      'x.json#: "$ref": "#anchor" is no JSON pointer (#/…)',
    ]);
    assert.deepEqual(problemsOf({ 'x.json': [1] }), ['x.json#: a schema file must hold a JSON object']);
  });

  test('malformed values of every keyword are told, and never thrown', () => {
    const odd: readonly unknown[] = [null, -1, 1.5, '(', 'x', [], [1], {}, { a: 1 }, { '(': {} }, [null]];
    for (const keyword of KNOWN_KEYWORDS) {
      for (const value of odd) {
        const { set } = readSchemaSet({ 'x.json': { [keyword]: value, required: ['Q'] } as Schema });
        for (const text of [
          '<dict/>',
          '<array><true/></array>',
          '<string>x</string>',
          '<integer>1</integer>',
        ]) {
          const evaluation = evaluate(set.get('x.json')!, parsePlist(text).root!);
          assert.ok(Array.isArray(evaluation.findings), `${keyword} ${JSON.stringify(value)}`);
        }
      }
    }
  });

  test('ours throws with all of them, a user’s keeps the rest working', () => {
    const files = {
      'x.json': { properties: { A: { plistType: 'strin', minLength: 3 }, B: { plistType: 'boolean' } } },
    } as unknown as Readonly<Record<string, Schema>>;
    assert.throws(
      () => createSchemaSet(files),
      /x\.json#\/properties\/A: "plistType" must be one or several of/,
    );
    const { set, problems } = readSchemaSet(files);
    assert.equal(problems.length, 1);
    const text = '<dict><key>A</key><string>a</string><key>B</key><string>b</string></dict>';
    assert.deepEqual(findings(set.get('x.json'), text), ['minLength@A', 'plistType@B']);
  });

  test('docs/schemas.md names every keyword', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/schemas.md'), 'utf8');
    for (const keyword of KNOWN_KEYWORDS)
      assert.ok(page.includes(`\`${keyword}\``), `${keyword} is not explained`);
  });

  test('every claimed keyword is a known one', () => {
    for (const keyword of CLAIMED_KEYWORDS) assert.ok(KNOWN_KEYWORDS.includes(keyword), keyword);
  });

  test('a schema nested a thousand deep is refused, a long chain of references is not', () => {
    let deep: Schema = { plistType: 'string' };
    for (let i = 0; i < 1_000; i++) deep = { allOf: [deep] };
    assert.match(problemsOf({ 'x.json': deep }).join(), /nested deeper than/);
    const $defs: Record<string, Schema> = { d0: { plistType: 'string' } };
    for (let i = 1; i < 500; i++) $defs[`d${i}`] = { $ref: `#/$defs/d${i - 1}` };
    const { set, problems } = readSchemaSet({ 'x.json': { $defs, $ref: '#/$defs/d499' } });
    assert.deepEqual(problems, []);
    assert.deepEqual(findings(set.get('x.json'), '<true/>'), ['plistType@']);
  });
});
