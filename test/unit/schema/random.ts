/** Random schemas and values that meet often: few keys, small numbers, short texts. */
import fc from 'fast-check';
import { PlistReal, type PlistValue } from '../../../server/src/plist/value.ts';
import type { JsonValue, Schema } from '../../../server/src/schema/types.ts';
import { isJsonArray } from '../../../server/src/schema/values.ts';

export const KEYS = ['a', 'b', 'c', 'ab'] as const;

const scalar = fc.oneof(
  fc.constantFrom('', 'a', 'b', 'ab', 'aab', '😀', '1'),
  fc.integer({ min: -3, max: 6 }),
  fc.constantFrom(0.5, 1.5, -2.25, 4.1, 2 ** 53, 2 ** 63),
  fc.boolean(),
);

export const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie('value'), { maxKeys: 4 }),
  ),
}));

const count = fc.integer({ min: 0, max: 3 });
const bound = fc.oneof(fc.integer({ min: -3, max: 6 }), fc.constantFrom(0.5, 2 ** 53));
const key = fc.constantFrom(...KEYS);
const type = fc.constantFrom('string', 'integer', 'number', 'boolean', 'object', 'array', 'null');
const pattern = fc.constantFrom('a', '^a', 'b$', '^$', '^(a|b)+$', '\\d', '^.$');

const { schema } = fc.letrec<{ schema: Schema }>((tie) => {
  const sub = tie('schema');
  const list = fc.array(sub, { minLength: 1, maxLength: 3 });
  const map = fc.dictionary(key, sub, { maxKeys: 3 });
  const keywords: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
    type: fc.oneof(type, fc.uniqueArray(type, { minLength: 1, maxLength: 3 })),
    enum: fc.uniqueArray(value, {
      minLength: 1,
      maxLength: 3,
      comparator: (a, b) => JSON.stringify(a) === JSON.stringify(b),
    }),
    const: value,
    properties: map,
    patternProperties: fc.dictionary(pattern, sub, { maxKeys: 2 }),
    additionalProperties: sub,
    propertyNames: sub,
    required: fc.uniqueArray(key, { maxLength: 2 }),
    dependentRequired: fc.dictionary(key, fc.uniqueArray(key, { maxLength: 2 }), { maxKeys: 2 }),
    dependentSchemas: map,
    minProperties: count,
    maxProperties: count,
    items: sub,
    prefixItems: list,
    contains: sub,
    minContains: count,
    maxContains: count,
    minItems: count,
    maxItems: count,
    uniqueItems: fc.boolean(),
    pattern,
    minLength: count,
    maxLength: count,
    minimum: bound,
    maximum: bound,
    exclusiveMinimum: bound,
    exclusiveMaximum: bound,
    multipleOf: fc.constantFrom(1, 2, 4, 0.5),
    allOf: list,
    anyOf: list,
    oneOf: list,
    not: sub,
    if: sub,
    // biome-ignore lint/suspicious/noThenProperty: JSON Schema's own keyword
    then: sub,
    else: sub,
    $ref: fc.constantFrom('#/$defs/x', '#/$defs/y'),
  };
  const few = fc
    .subarray(Object.keys(keywords), { maxLength: 4 })
    .chain((names) => fc.record(Object.fromEntries(names.map((name) => [name, keywords[name]!]))));
  return {
    schema: fc.oneof({ maxDepth: 3, depthSize: 'small' }, fc.boolean(), few as fc.Arbitrary<Schema>),
  };
});

/** Without cycles, which ajv does not cut: x may refer to y, y to nothing. */
export const root = fc.record({ x: schema, y: schema, top: schema }).map(({ x, y, top }): Schema => {
  const toY = JSON.stringify(x).replaceAll('#/$defs/x', '#/$defs/y');
  const toNothing = JSON.stringify(y, (name, part) => (name === '$ref' ? undefined : part));
  return { $defs: { x: JSON.parse(toY), y: JSON.parse(toNothing) }, allOf: [top] };
});

/** fast-check's objects have no prototype, which ajv's comparison does not take. */
export function plain<T>(json: T): T {
  return JSON.parse(JSON.stringify(json)) as T;
}

/** Numbers without fraction are integers, the others reals. */
export function asPlist(json: JsonValue): PlistValue {
  if (json === null) throw new Error('a plist holds no null');
  if (typeof json === 'number') return Number.isInteger(json) ? BigInt(json) : new PlistReal(json);
  if (typeof json !== 'object') return json;
  if (isJsonArray(json)) return json.map(asPlist);
  return new Map(Object.entries(json).map(([name, part]) => [name, asPlist(part)]));
}
