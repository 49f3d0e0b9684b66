import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parsePlist } from '../../../server/src/plist/parse.ts';
import { evaluate } from '../../../server/src/schema/evaluate.ts';
import { createSchemaSet } from '../../../server/src/schema/set.ts';
import type { Schema } from '../../../server/src/schema/types.ts';
import { check, checkMarked, evaluated } from './support.ts';

const dict = (body: string): string => `<dict>${body}</dict>`;
const entry = (key: string, value: string): string => `<key>${key}</key>${value}`;

describe('types', () => {
  const values: Readonly<Record<string, string>> = {
    string: '<string>a</string>',
    integer: '<integer>1</integer>',
    real: '<real>1.0</real>',
    boolean: '<true/>',
    date: '<date>2024-01-31T00:00:00Z</date>',
    data: '<data>AAEC</data>',
    dict: '<dict/>',
    array: '<array/>',
  };

  for (const [kind, value] of Object.entries(values)) {
    test(`plistType of ${kind}`, () => {
      for (const plistType of Object.keys(values)) {
        check({ plistType } as Schema, value, plistType === kind ? [] : ['plistType@']);
      }
    });
  }

  test('JSON types: a real is a number and no integer, data and date are none of them', () => {
    const taken: Readonly<Record<string, readonly string[]>> = {
      string: ['string'],
      integer: ['integer', 'number'],
      real: ['number'],
      boolean: ['boolean'],
      dict: ['object'],
      array: ['array'],
    };
    const types = ['string', 'integer', 'number', 'boolean', 'object', 'array', 'null'];
    for (const [kind, value] of Object.entries(values)) {
      for (const type of types) check({ type }, value, taken[kind]?.includes(type) ? [] : ['type@']);
    }
  });

  test('a wrong type hides what would follow from it', () => {
    check({ plistType: 'string', enum: ['a'], allOf: [{ enum: ['b'] }] }, '<integer>1</integer>', [
      'plistType@',
    ]);
  });

  test('what does not parse is left to the syntax errors', () => {
    check({ plistType: 'dict' }, '<integer>12x</integer>', []);
    check({ properties: { A: { plistType: 'string' } } }, dict(entry('A', '<strng>x</strng>')), []);
  });
});

describe('numbers', () => {
  test('bounds are exact above 2^53', () => {
    const limit = 2 ** 63;
    check({ maximum: limit }, '<integer>9223372036854775808</integer>', []);
    check({ maximum: limit }, '<integer>9223372036854775809</integer>', ['maximum@']);
    check({ exclusiveMinimum: limit }, '<integer>9223372036854775808</integer>', ['exclusiveMinimum@']);
    check({ const: limit }, '<integer>0x8000000000000000</integer>', []);
    check({ enum: [limit] }, '<integer>9223372036854775807</integer>', ['enum@']);
    check({ multipleOf: 3 }, '<integer>9223372036854775809</integer>', []);
    check({ multipleOf: 3 }, '<integer>9223372036854775808</integer>', ['multipleOf@']);
  });

  test('hexadecimal, negative and real values', () => {
    check({ const: 1452 }, '<integer>0x5AC</integer>', []);
    check({ minimum: -5, maximum: -5 }, '<integer>-5</integer>', []);
    check({ minimum: 0.5, multipleOf: 0.1 }, '<real>0.7</real>', []);
    check({ maximum: 0.5 }, '<real>0.75</real>', ['maximum@']);
  });
});

describe('dictionaries', () => {
  test('a key without value is there', () => {
    const schema: Schema = { required: ['A'], properties: { A: { plistType: 'string' } } };
    check(schema, '<dict><key>A</key></dict>', []);
    check({ additionalProperties: false }, '<dict><key>A</key></dict>', ['additionalProperties@:A']);
    check(
      { properties: { A: { allOf: [{ deprecationMessage: 'A is old.' }] } } },
      '<dict><key>A</key></dict>',
      ['deprecationMessage@A'],
    );
  });

  test('of a key that stands twice the value counts that readers keep', () => {
    const text = dict(entry('A', '<integer>1</integer>') + entry('A', '<string>x</string>'));
    const kept = parsePlist(text).root!.get('A')!.kind;
    const other = kept === 'string' ? 'integer' : 'string';
    check({ properties: { A: { plistType: kept as 'string' } }, maxProperties: 1 }, text, []);
    check({ properties: { A: { plistType: other as 'string' } } }, text, ['plistType@A']);
  });

  test('findings point at key or value', () => {
    checkMarked(
      { properties: { A: { plistType: 'integer' } }, additionalProperties: false },
      dict(`${entry('A', '«<string>1</string>»')}\n«<key>B</key>»<true/>`),
    );
    checkMarked(
      { propertyNames: { pattern: '^IO' } },
      '<dict><key>IOA</key><true/>«<key>B</key>»<true/></dict>',
    );
    checkMarked({ properties: { D: { required: ['A', 'B'] } } }, dict(entry('D', '««<dict/>»»')));
    checkMarked({ items: { plistType: 'string' } }, '<array><string>a</string>«<true/>»«<dict/>»</array>');
    checkMarked({ uniqueItems: true }, '<array><string>a</string><true/>«<string>a</string>»</array>');
  });

  test('findings come in document order', () => {
    check(
      { required: ['Z'], properties: { B: { plistType: 'string' }, A: { plistType: 'string' } } },
      dict(entry('A', '<true/>') + entry('B', '<true/>')),
      ['required@:Z', 'plistType@A', 'plistType@B'],
    );
  });

  test('one fault that two ways lead to is one finding', () => {
    const schema: Schema = {
      $defs: { s: { plistType: 'string' } },
      allOf: [{ $ref: '#/$defs/s' }, { $ref: '#/$defs/s' }, { plistType: 'string' }],
    };
    check(schema, '<true/>', ['plistType@']);
  });
});

describe('annotating keywords', () => {
  test('suggestOnly never raises, wherever it stands', () => {
    const hint: Schema = { suggestOnly: true, enum: ['a'], plistType: 'string', deprecationMessage: 'old' };
    check(hint, '<true/>', []);
    check({ allOf: [hint], plistType: 'string' }, '<true/>', ['plistType@']);
    check({ properties: { A: hint } }, dict(entry('A', '<integer>4</integer>')), []);
  });

  test('deprecation is raised for what is there, and for the branch that holds', () => {
    const schema: Schema = {
      properties: {
        Old: { deprecationMessage: 'Old is gone.' },
        Older: { deprecated: true },
        Mode: { anyOf: [{ const: 'new' }, { const: 'old', deprecationMessage: 'Write new.' }] },
      },
    };
    check(schema, dict(entry('Mode', '<string>new</string>')), []);
    check(schema, dict(entry('Mode', '<string>old</string>')), ['deprecationMessage@Mode']);
    check(schema, dict(entry('Old', '<true/>') + entry('Older', '<true/>')), [
      'deprecationMessage@Old',
      'deprecationMessage@Older',
    ]);
  });

  test('a condition raises no deprecation', () => {
    const old: Schema = { properties: { A: { deprecationMessage: 'old' } } };
    check({ if: old, not: { required: ['B'], allOf: [old] } }, dict(entry('A', '<true/>')), []);
  });

  test('archSuffix: the suffixed key is the key', () => {
    const schema: Schema = {
      $defs: { libraries: { plistType: 'dict', archSuffix: true } },
      required: ['OSBundleLibraries'],
      properties: { OSBundleLibraries: { $ref: '#/$defs/libraries' }, Plain: { plistType: 'string' } },
      additionalProperties: false,
    };
    check(schema, dict(entry('OSBundleLibraries_x86_64', '<dict/>')), []);
    check(schema, dict(entry('OSBundleLibraries_arm64', '<true/>')), ['plistType@OSBundleLibraries_arm64']);
    check(schema, dict(entry('OSBundleLibraries', '<dict/>') + entry('Plain_arm64', '<true/>')), [
      'additionalProperties@:Plain_arm64',
    ]);
    check(schema, dict(entry('OSBundleLibraries_vax', '<dict/>')), [
      'required@:OSBundleLibraries',
      'additionalProperties@:OSBundleLibraries_vax',
    ]);
  });

  test('rule, severity and message travel with the schema', () => {
    const value: Schema = { plistType: 'integer', rule: 'x/y', severity: 'hint', errorMessage: 'm' };
    const [finding] = evaluated({ properties: { A: value } }, dict(entry('A', '<true/>'))).findings;
    assert.equal(finding?.schema, value);
  });
});

describe('recursion', () => {
  const list: Schema = { plistType: ['array', 'string'], items: { $ref: '#' } };

  test('a schema may contain itself', () => {
    check(list, '<array><array><string>a</string><array><true/></array></array></array>', [
      'plistType@0/1/0',
    ]);
  });

  test('a $ref cycle that consumes nothing is cut', () => {
    check({ $ref: '#' }, '<true/>', []);
    check({ $ref: '#', plistType: 'string' }, '<true/>', ['plistType@']);
    const pair: Schema = {
      $defs: {
        a: { allOf: [{ $ref: '#/$defs/b' }], required: ['A'] },
        b: { anyOf: [{ $ref: '#/$defs/a' }], required: ['B'] },
      },
      $ref: '#/$defs/a',
    };
    check(pair, dict(entry('A', '<true/>')), ['required@:B']);
    check({ not: { $ref: '#' } }, '<true/>', ['not@']);
    // biome-ignore lint/suspicious/noThenProperty: JSON Schema's own keyword
    check({ if: { $ref: '#' }, then: { $ref: '#' }, else: { $ref: '#' } }, '<true/>', []);
  });

  test('annotations of cyclic schemas end', () => {
    const { evaluation, root } = evaluated(
      { $ref: '#', anyOf: [{ $ref: '#' }], properties: { A: { $ref: '#' } }, required: ['B'] },
      dict(entry('A', '<dict/>')),
    );
    assert.deepEqual(
      evaluation.keysFor(root.get('A')!).map(({ key, required }) => [key, required]),
      [
        ['A', false],
        ['B', true],
      ],
    );
  });

  test('nesting of 200,000 neither overflows the stack nor takes long', { timeout: 20_000 }, () => {
    const depth = 200_000;
    const tree = parsePlist(`${'<array>'.repeat(depth)}<true/>${'</array>'.repeat(depth)}`);
    const set = createSchemaSet({
      'a.schema.json': { anyOf: [{ plistType: 'array', items: { $ref: '#' } }, { plistType: 'string' }] },
    });
    const evaluation = evaluate(set.get('a.schema.json')!, tree.root!);
    assert.deepEqual(evaluation.findings, []);
    assert.deepEqual(evaluation.schemasFor(tree.node(tree.size - 1)), []);
  });

  test('branches within branches stay cheap', { timeout: 20_000 }, () => {
    const branch = (name: string): Schema => ({ plistType: 'array', items: { $ref: '#' }, title: name });
    const schema: Schema = { anyOf: [branch('a'), branch('b'), { allOf: [branch('c'), branch('d')] }] };
    const depth = 100;
    const text = `${'<array>'.repeat(depth)}<true/>${'</array>'.repeat(depth)}`;
    const { findings } = evaluated(schema, text);
    assert.equal(findings.length, 1);
    assert.equal(findings[0]!.node.kind, 'boolean');
  });

  test('a schema that doubles its work at every level runs into the budget, not into the night', {
    timeout: 20_000,
  }, () => {
    const schema: Schema = {
      allOf: [{ items: { $ref: '#' } }, { items: { $ref: '#' } }, { $ref: '#/$defs/x' }],
      $defs: { x: { items: { $ref: '#' } } },
    };
    const depth = 200;
    const { findings } = evaluated(schema, `${'<array>'.repeat(depth)}<true/>${'</array>'.repeat(depth)}`);
    assert.deepEqual(findings, []);
  });
});
