/** `$(BUILD_SETTING)` is unknown, and unknown is never a finding. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Schema, SchemaObject } from '../../../server/src/schema/types.ts';
import { check, evaluated } from './support.ts';

const dict = (body: string): string => `<dict>${body}</dict>`;
const entry = (key: string, value: string): string => `<key>${key}</key>${value}`;
const unknown = '<string>$(NAME)</string>';

/** An if with then and else, without an object that has a `then` in plain sight. */
function conditional(condition: Schema, whenTrue: Schema, whenFalse: Schema): SchemaObject {
  return Object.fromEntries([
    ['if', condition],
    ['then', whenTrue],
    ['else', whenFalse],
  ]) as SchemaObject;
}

describe('build variables', () => {
  const scalars: readonly Schema[] = [
    { plistType: 'integer' },
    { plistType: 'boolean' },
    { type: 'number' },
    { plistType: ['date', 'data'] },
    { enum: ['a', 'b'] },
    { const: 'a' },
    { const: 4 },
    { pattern: '^x$' },
    { minLength: 100 },
    { maxLength: 2 },
    { not: { const: 'a' } },
    { not: { minLength: 1 } },
    { not: { pattern: '.' } },
    { anyOf: [{ const: 'a' }, { pattern: '^x$' }] },
    { oneOf: [{ const: 'a' }, { plistType: 'integer' }] },
    { oneOf: [{ plistType: 'string' }, { plistType: 'integer' }] },
    { allOf: [{ const: 'a' }, { const: 'b' }] },
  ];
  for (const schema of scalars) {
    test(JSON.stringify(schema), () => {
      check(schema, unknown, []);
      check(schema, '<string>pre-${NAME:rfc1034identifier}</string>', []);
      check(schema, '<string>@NAME@</string>', []);
    });
  }

  test('typed elements may hold them too', () => {
    check({ plistType: 'integer', minimum: 5 }, '<integer>$(N)</integer>', []);
    check({ plistType: 'string', enum: ['a'] }, '<integer>$(N)</integer>', []);
    check({ plistType: 'data' }, '<data>$(N)</data>', []);
  });

  test('no text becomes a dictionary', () => {
    check({ plistType: 'dict' }, unknown, ['plistType@']);
    check({ type: ['object', 'array'] }, unknown, ['type@']);
  });

  test('an undecided condition raises nothing of either branch and shows both', () => {
    const whenTrue: Schema = { title: 'usb', required: ['idVendor'] };
    const whenFalse: Schema = { title: 'other', required: ['VendorID'] };
    const condition: Schema = { properties: { Class: { const: 'IOUSBHostDevice' } }, required: ['Class'] };
    const schema = conditional(condition, whenTrue, whenFalse);
    const titles = (text: string): unknown[] => {
      const { evaluation, root } = evaluated(schema, text);
      return evaluation.schemasFor(root).map(({ title }) => title);
    };
    const open = dict(entry('Class', unknown));
    check(schema, open, []);
    assert.deepEqual(titles(open), [undefined, 'usb', 'other']);
    const usb = dict(entry('Class', '<string>IOUSBHostDevice</string>'));
    check(schema, usb, ['required@:idVendor']);
    assert.deepEqual(titles(usb), [undefined, 'usb']);
    const other = dict(entry('Class', '<string>IOHIDInterface</string>'));
    check(schema, other, ['required@:VendorID']);
    assert.deepEqual(titles(other), [undefined, 'other']);
    const { evaluation, root } = evaluated(schema, open);
    assert.deepEqual(
      evaluation.keysFor(root).map(({ key, required }) => [key, required]),
      [
        ['idVendor', false],
        ['VendorID', false],
      ],
    );
  });

  test('what is sure beside it is still found', () => {
    const schema: Schema = { properties: { A: { const: 'x' }, B: { plistType: 'string' } }, required: ['C'] };
    check(schema, dict(entry('A', unknown) + entry('B', '<true/>')), ['required@:C', 'plistType@B']);
  });

  test('an unknown key may be any key', () => {
    const body = entry('$(KEY)', '<true/>');
    check({ required: ['A'] }, dict(body), []);
    check({ additionalProperties: false }, dict(body), []);
    check({ propertyNames: { enum: ['A'] } }, dict(body), []);
    check({ patternProperties: { '.': false } }, dict(body), []);
    check({ additionalProperties: { plistType: 'dict' } }, dict(body), ['plistType@$(KEY)']);
  });

  test('arrays: contains and uniqueItems', () => {
    check({ contains: { const: 'a' } }, `<array>${unknown}</array>`, []);
    check({ contains: { const: 'a' } }, '<array><string>b</string></array>', ['contains@']);
    check({ contains: { const: 'a' }, maxContains: 1 }, `<array>${unknown}<string>a</string></array>`, []);
    check({ uniqueItems: true }, `<array>${unknown}${unknown}</array>`, []);
    check({ const: ['a', 'b'] }, `<array>${unknown}<string>b</string></array>`, []);
  });
});
