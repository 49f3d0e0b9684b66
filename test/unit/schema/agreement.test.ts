/** Findings, annotations, messages and fixes agree, on random schemas and on damaged texts. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { applyEdits } from '../../../server/src/plist/edit.ts';
import { parsePlist } from '../../../server/src/plist/parse.ts';
import { printValue } from '../../../server/src/plist/print.ts';
import type { PlistNode } from '../../../server/src/plist/types.ts';
import { evaluate } from '../../../server/src/schema/evaluate.ts';
import { fixesFor } from '../../../server/src/schema/fixes.ts';
import { describeFinding } from '../../../server/src/schema/messages.ts';
import { readSchemaSet } from '../../../server/src/schema/set.ts';
import type { Evaluation, Schema, SchemaFinding } from '../../../server/src/schema/types.ts';
import { asPlist, plain, root, value } from './random.ts';

const bounded = { seed: 20261123, interruptAfterTimeLimit: 4_000 };

function setOf(schema: Schema): Schema {
  return readSchemaSet({ 'x.json': schema }).set.get('x.json')!;
}

/** Findings whose schema is that of the array, dictionary or key around the node, or a boolean's holder. */
function isAboutSurroundings({ keyword }: SchemaFinding): boolean {
  return ['items', 'prefixItems', 'uniqueItems', 'propertyNames'].includes(keyword);
}

/** Nothing that a schema could say of the key is left: another part takes no such key. */
function isForbidden(evaluation: Evaluation, node: PlistNode, key: string): boolean {
  return evaluation.schemasForKey(node, key).length === 0;
}

/** A syntax error lies inside: how the rest is read may change with any edit. */
function isDamaged({ tree, start, end }: PlistNode): boolean {
  return tree.errors.some((error) => error.start <= end && error.end >= start);
}

describe('findings and annotations', () => {
  test('the schema of a finding applies to its node', { timeout: 60_000 }, (t) => {
    let seen = 0;
    fc.assert(
      fc.property(
        root.map(plain),
        fc.array(value.map(plain), { minLength: 4, maxLength: 8 }),
        (of, values) => {
          const schema = setOf(of);
          for (const json of values) {
            const tree = parsePlist(`<plist>${printValue(asPlist(json))}</plist>`);
            const evaluation = evaluate(schema, tree.root!);
            for (const finding of evaluation.findings) {
              if (isAboutSurroundings(finding)) continue;
              seen++;
              assert.ok(
                evaluation.schemasFor(finding.node).includes(finding.schema),
                `${finding.keyword} at /${finding.node.path.join('/')} of ${JSON.stringify(json)}`,
              );
            }
          }
        },
      ),
      { numRuns: 1_500, ...bounded },
    );
    t.diagnostic(`${seen} findings`);
    assert.ok(seen > 500, `${seen} findings`);
  });

  test('a missing key is one that keysFor names', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(
        root.map(plain),
        fc.array(value.map(plain), { minLength: 4, maxLength: 8 }),
        (of, values) => {
          const schema = setOf(of);
          for (const json of values) {
            const tree = parsePlist(`<plist>${printValue(asPlist(json))}</plist>`);
            const evaluation = evaluate(schema, tree.root!);
            for (const { keyword, node, key } of evaluation.findings) {
              if (keyword !== 'required') continue;
              const known = evaluation.keysFor(node).map((info) => info.key);
              assert.ok(known.includes(key!) || isForbidden(evaluation, node, key!), `${key} of ${known}`);
            }
          }
        },
      ),
      { numRuns: 800, ...bounded },
    );
  });
});

describe('damaged texts', () => {
  const damage = fc.tuple(
    fc.nat(),
    fc.nat({ max: 12 }),
    fc.constantFrom('', '<', '</dict>', '<key>', '&', '$(X)'),
  );

  test('nothing throws, and a fix of a sound element leaves no more errors', { timeout: 60_000 }, (t) => {
    let fixes = 0;
    fc.assert(
      fc.property(root.map(plain), value.map(plain), fc.array(damage, { maxLength: 3 }), (of, json, cuts) => {
        let text = `<plist>${printValue(asPlist(json))}</plist>`;
        for (const [at, length, insert] of cuts) {
          const start = at % (text.length + 1);
          text = text.slice(0, start) + insert + text.slice(start + length);
        }
        const tree = parsePlist(text);
        if (tree.root === undefined) return;
        const evaluation = evaluate(setOf(of), tree.root);
        for (let id = 0; id < tree.size; id++) {
          const node = tree.node(id);
          assert.ok(Array.isArray(evaluation.schemasFor(node)));
          for (const { key } of evaluation.keysFor(node)) assert.ok(evaluation.schemasForKey(node, key));
          assert.ok(Array.isArray(evaluation.schemasForItem(node)));
        }
        for (const finding of evaluation.findings) {
          assert.match(describeFinding(finding), /\S/);
          for (const { title, edits } of fixesFor(finding)) {
            fixes++;
            const after = parsePlist(applyEdits(text, edits));
            const was = tree.errors.length;
            if (isDamaged(finding.node)) continue;
            assert.ok(after.errors.length <= was, `${title}: ${after.errors.map(({ message }) => message)}`);
          }
        }
      }),
      { numRuns: 4_000, ...bounded },
    );
    t.diagnostic(`${fixes} fixes applied`);
    assert.ok(fixes > 100, `${fixes} fixes`);
  });
});
