/** Which branch of anyOf and oneOf a reader is told about. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Schema } from '../../../server/src/schema/types.ts';
import { check, evaluated, messages } from './support.ts';

const dict = (entries: Readonly<Record<string, string>>): string =>
  `<dict>${Object.entries(entries)
    .map(([key, value]) => `<key>${key}</key>${value}`)
    .join('')}</dict>`;
const string = (text: string): string => `<string>${text}</string>`;

const shapes: Schema = {
  oneOf: [
    {
      title: 'circle',
      properties: { kind: { const: 'circle' }, radius: { plistType: 'integer' } },
      required: ['kind', 'radius'],
      additionalProperties: false,
    },
    {
      title: 'square',
      properties: {
        kind: { const: 'square' },
        side: { plistType: 'integer' },
        turned: { plistType: 'boolean' },
      },
      required: ['kind', 'side', 'turned'],
      additionalProperties: false,
    },
  ],
};

describe('the branch that was meant', () => {
  test('is told by its discriminator, even with more faults', () => {
    check(shapes, dict({ kind: string('square'), radius: '<integer>4</integer>' }), [
      'required@:side',
      'required@:turned',
      'additionalProperties@:radius',
    ]);
  });

  test('else by the fewest faults', () => {
    check(shapes, dict({ radius: '<integer>4</integer>' }), ['required@:kind']);
    check(shapes, dict({ side: '<integer>4</integer>', turned: string('no') }), [
      'required@:kind',
      'plistType@turned',
    ]);
  });

  test('a reference leads to a discriminator as well', () => {
    const schema: Schema = {
      $defs: {
        b: { const: 'b' },
        second: { properties: { t: { $ref: '#/$defs/b' } }, required: ['x', 'y'] },
      },
      anyOf: [
        { properties: { t: { const: 'a' } }, required: ['x'] },
        { allOf: [{ $ref: '#/$defs/second' }] },
      ],
    };
    check(schema, dict({ t: string('b') }), ['required@:x', 'required@:y']);
  });

  test('the wrong kind of value beats nothing: types of all branches in one finding', () => {
    const schema: Schema = { anyOf: [{ plistType: 'string' }, { plistType: 'integer', minimum: 4 }] };
    const { findings } = evaluated(schema, '<true/>');
    assert.equal(findings.length, 1);
    assert.deepEqual(findings[0]!.expected, ['string', 'integer']);
    assert.equal(findings[0]!.schema, schema);
    check(schema, '<integer>3</integer>', ['minimum@']);
  });

  test('values of all branches in one finding', () => {
    const schema: Schema = { anyOf: [{ const: 'a' }, { enum: ['b', 'c'] }, { plistType: 'integer' }] };
    const { findings } = evaluated(schema, string('x'));
    assert.deepEqual(
      findings.map(({ keyword, expected }) => [keyword, expected]),
      [['enum', ['a', 'b', 'c']]],
    );
  });

  test('one missing key of several', () => {
    const schema: Schema = { anyOf: [{ required: ['a'] }, { required: ['b'] }] };
    check(schema, '<dict/>', ['required@:a']);
    assert.deepEqual(messages(schema, '<dict/>'), ['a or b is missing: one of them must be there.']);
  });

  test('several branches of a oneOf at once', () => {
    const schema: Schema = { oneOf: [{ required: ['a'] }, { required: ['b'] }] };
    const text = dict({ a: '<true/>', b: '<true/>' });
    check(schema, text, ['oneOf@']);
    assert.deepEqual(messages(schema, text), [
      'Only one of a and b may stand in the root. Remove the other.',
    ]);
  });

  test('the holder has the word where it has a message, and lends rule and severity', () => {
    const branches = [{ properties: { a: { plistType: 'string' } } }, { required: ['b'] }] as const;
    check({ anyOf: branches, errorMessage: 'No form fits.' }, dict({ a: '<true/>' }), ['anyOf@']);
    const [finding] = evaluated(
      { anyOf: branches, rule: 'x/y', severity: 'hint' },
      dict({ a: '<true/>' }),
    ).findings;
    assert.equal(finding?.keyword, 'plistType');
    assert.equal(finding?.schema.rule, 'x/y');
    assert.equal(finding?.schema.severity, 'hint');
  });
});

describe('a finding for all branches', () => {
  test('has the rule and message that they share, and the mildest severity', () => {
    const words = { rule: 'x/y', errorMessage: 'Write a name or a number.' };
    const branches: readonly Schema[] = [
      { plistType: 'string', ...words },
      { plistType: 'integer', severity: 'warning', ...words },
    ];
    const [finding] = evaluated({ anyOf: branches }, '<true/>').findings;
    assert.equal(finding?.schema.rule, 'x/y');
    assert.equal(finding?.schema.severity, 'warning');
    assert.deepEqual(messages({ anyOf: branches }, '<true/>'), ['Write a name or a number.']);
    const [other] = evaluated(
      { anyOf: [...branches, { plistType: 'date' }], rule: 'z/z' },
      '<true/>',
    ).findings;
    assert.equal(other?.schema.rule, 'z/z');
    assert.equal(other?.schema.errorMessage, undefined);
  });
});

describe('branches for readers', () => {
  const titles = (schema: Schema, text: string): unknown[] => {
    const { evaluation, root } = evaluated(schema, text);
    return evaluation.schemasFor(root).flatMap(({ title }) => title ?? []);
  };

  test('those that hold', () => {
    const schema: Schema = {
      anyOf: [
        { title: 'a', plistType: 'string' },
        { title: 'b', plistType: 'integer' },
      ],
    };
    assert.deepEqual(titles(schema, string('x')), ['a']);
    assert.deepEqual(titles(schema, '<integer>1</integer>'), ['b']);
  });

  test('while the dictionary is being written, those that only lack something', () => {
    assert.deepEqual(titles(shapes, '<dict/>'), ['circle', 'square']);
    assert.deepEqual(titles(shapes, dict({ kind: string('square') })), ['square']);
    const { evaluation, root } = evaluated(shapes, '<dict/>');
    assert.deepEqual(
      evaluation.keysFor(root).map(({ key, required }) => `${key} ${required}`),
      ['kind false', 'radius false', 'side false', 'turned false'],
    );
  });
});
