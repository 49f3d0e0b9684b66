/**
 * Random schemas and instances: our verdict is ajv's. Seeded, bounded to a few seconds. Left to the conformance
 * suite: `unevaluatedItems` and `unevaluatedProperties`, where ajv counts what failing branches looked at, and
 * multiples that doubles do not divide exactly.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { parsePlist } from '../../../server/src/plist/parse.ts';
import { printValue } from '../../../server/src/plist/print.ts';
import { PlistReal, type PlistValue } from '../../../server/src/plist/value.ts';
import { evaluate, evaluateJson } from '../../../server/src/schema/evaluate.ts';
import { readSchemaSet } from '../../../server/src/schema/set.ts';
import type { JsonValue, Schema } from '../../../server/src/schema/types.ts';

const KEYS = ['a', 'b', 'c', 'ab'] as const;

const scalar = fc.oneof(
  fc.constantFrom('', 'a', 'b', 'ab', 'aab', '😀', '1'),
  fc.integer({ min: -3, max: 6 }),
  fc.constantFrom(0.5, 1.5, -2.25, 4.1, 2 ** 53, 2 ** 63),
  fc.boolean(),
);

const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
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
const root = fc.record({ x: schema, y: schema, top: schema }).map(({ x, y, top }): Schema => {
  const toY = JSON.stringify(x).replaceAll('#/$defs/x', '#/$defs/y');
  const toNothing = JSON.stringify(y, (name, part) => (name === '$ref' ? undefined : part));
  return { $defs: { x: JSON.parse(toY), y: JSON.parse(toNothing) }, allOf: [top] };
});

/** fast-check's objects have no prototype, which ajv's comparison does not take. */
function plain<T>(json: T): T {
  return JSON.parse(JSON.stringify(json)) as T;
}

/**
 * ajv's verdicts on a schema; undefined for one that it does not compile, where the code that it generates refers
 * to variables that it did not declare (it happens below `dependentSchemas` and `oneOf`), or where it leaves the
 * specification: it takes an empty array for `contains` beside `prefixItems: [false]`.
 */
function ajvFor(of: Schema): ((instance: JsonValue) => boolean | undefined) | undefined {
  const text = JSON.stringify(of);
  if (text.includes('"contains"') && text.includes('"prefixItems"')) return undefined;
  const ajv = new Ajv2020({ strict: false, logger: false, unicodeRegExp: true, validateSchema: false });
  try {
    const validate = ajv.compile(of as object);
    return (instance) => {
      try {
        return validate(instance);
      } catch {
        return undefined;
      }
    };
  } catch {
    return undefined;
  }
}

function asPlist(json: JsonValue): PlistValue | undefined {
  if (json === null) return undefined;
  if (typeof json === 'number') {
    return Number.isInteger(json) ? BigInt(json) : new PlistReal(json);
  }
  if (typeof json !== 'object') return json;
  if (Array.isArray(json)) return json.map((item) => asPlist(item)!);
  return new Map(Object.entries(json).map(([name, part]) => [name, asPlist(part)!]));
}

describe('agreement with ajv', () => {
  test('on random schemas and values, as JSON and as plist', { timeout: 60_000 }, (t) => {
    let compared = 0;
    let invalid = 0;
    fc.assert(
      fc.property(
        root.map(plain),
        fc.array(value, { minLength: 4, maxLength: 10 }).map(plain),
        (of, instances) => {
          const { set, problems } = readSchemaSet({ 'x.json': of });
          assert.deepEqual(problems, []);
          const ours = set.get('x.json')!;
          const ajv = ajvFor(of);
          if (ajv === undefined) return;
          for (const instance of instances) {
            const theirs = ajv(instance);
            if (theirs === undefined) continue;
            compared++;
            if (!theirs) invalid++;
            const result = evaluateJson(ours, instance);
            assert.equal(result.valid, theirs, `JSON ${JSON.stringify(instance)}: ${result.failed}`);
            assert.equal(result.failed.length === 0, theirs);
            const tree = parsePlist(`<plist>${printValue(asPlist(instance)!)}</plist>`);
            const { findings } = evaluate(ours, tree.root!);
            assert.equal(findings.length === 0, theirs, `plist ${JSON.stringify(instance)}`);
          }
        },
      ),
      { numRuns: 2_500, seed: 20261123, interruptAfterTimeLimit: 5_000 },
    );
    t.diagnostic(`${compared} compared, ${invalid} of them invalid`);
    assert.ok(
      compared > 500 && invalid > 100 && invalid < compared,
      `${compared} compared, ${invalid} invalid`,
    );
  });
});
