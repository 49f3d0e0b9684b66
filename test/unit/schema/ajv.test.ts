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
import { evaluate, evaluateJson } from '../../../server/src/schema/evaluate.ts';
import { readSchemaSet } from '../../../server/src/schema/set.ts';
import type { JsonValue, Schema } from '../../../server/src/schema/types.ts';
import { asPlist, plain, root, value } from './random.ts';

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
            const tree = parsePlist(`<plist>${printValue(asPlist(instance))}</plist>`);
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
