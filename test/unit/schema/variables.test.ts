/** `$(BUILD_SETTING)` is unknown, and unknown is never a finding. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parsePlist } from '../../../server/src/plist/parse.ts';
import { printValue } from '../../../server/src/plist/print.ts';
import { resetBudget, run, UNDECIDED, VALID } from '../../../server/src/schema/compiled.ts';
import { evaluateJson } from '../../../server/src/schema/evaluate.ts';
import { PlistInstance } from '../../../server/src/schema/instance.ts';
import { compiledOf, readSchemaSet } from '../../../server/src/schema/set.ts';
import type { JsonValue, Schema, SchemaObject } from '../../../server/src/schema/types.ts';
import { asPlist, KEYS, plain, root, value } from './random.ts';
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

/** Strings become `$(V)`, keys now and then `$(K)`. */
function withVariables(json: JsonValue, keys: boolean): JsonValue {
  if (typeof json === 'string') return '$(V)';
  if (typeof json !== 'object' || json === null) return json;
  if (Array.isArray(json)) return json.map((item) => withVariables(item as JsonValue, keys));
  const entries = Object.entries(json as { readonly [key: string]: JsonValue });
  return Object.fromEntries(
    entries.map(([key, part], i) => [keys && i === 0 ? '$(K)' : key, withVariables(part, keys)]),
  );
}

/** The variables' values, drawn in order from the list; undefined when two keys would become one. */
function substituted(json: JsonValue, texts: readonly string[]): JsonValue | undefined {
  let next = 0;
  let collision = false;
  const draw = (list: readonly string[]): string => list[next++ % list.length]!;
  const walk = (part: JsonValue): JsonValue => {
    if (part === '$(V)') return draw(texts);
    if (typeof part !== 'object' || part === null) return part;
    if (Array.isArray(part)) return part.map((item) => walk(item as JsonValue));
    const entries = Object.entries(part as { readonly [key: string]: JsonValue }).map(
      ([key, inner]) => [key === '$(K)' ? texts[next++ % texts.length]! : key, walk(inner)] as const,
    );
    const result = Object.fromEntries(entries);
    if (Object.keys(result).length < entries.length) collision = true;
    return result;
  };
  const result = walk(json);
  return collision ? undefined : result;
}

describe('a decided verdict holds whatever the variables turn into', () => {
  test('on random schemas and values', { timeout: 60_000 }, (t) => {
    let decided = 0;
    let open = 0;
    const texts = fc.array(fc.constantFrom(...KEYS, '', 'aab', '1', '\u{1F600}', 'zz'), {
      minLength: 4,
      maxLength: 9,
    });
    fc.assert(
      fc.property(
        root.map(plain),
        fc.array(fc.tuple(value.map(plain), fc.boolean(), texts), { minLength: 4, maxLength: 8 }),
        (of, cases) => {
          const schema = readSchemaSet({ 'x.json': of }).set.get('x.json')!;
          for (const [json, keys, list] of cases) {
            const unknown = withVariables(json, keys);
            const concrete = substituted(unknown, list);
            if (concrete === undefined) continue;
            const tree = parsePlist(`<plist>${printValue(asPlist(unknown))}</plist>`);
            resetBudget(tree.size);
            const verdict = run(compiledOf(schema), new PlistInstance(tree.root!), undefined);
            if (verdict === UNDECIDED) {
              open++;
              continue;
            }
            decided++;
            const { valid } = evaluateJson(schema, concrete);
            assert.equal(
              verdict === VALID,
              valid,
              `${JSON.stringify(unknown)} as ${JSON.stringify(concrete)}`,
            );
          }
        },
      ),
      { numRuns: 1_500, seed: 20261123, interruptAfterTimeLimit: 4_000 },
    );
    t.diagnostic(`${decided} decided, ${open} left open`);
    assert.ok(decided > 300 && open > 100, `${decided} decided, ${open} open`);
  });
});
