/**
 * What the facts tables know and no rule names: each of the rest stands in `not-covered.json` with its reason,
 * and nothing stands there that a rule does name.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { allRules } from '../../../server/src/rules/index.ts';
import notCovered from './not-covered.json' with { type: 'json' };

const FACTS = join(import.meta.dirname, '..', '..', '..', '..', 'shared', 'facts');
const reasons: { readonly [fact: string]: string } = notCovered;

/** Every fact, as rules name it: `oskext:…`, `mistake:M…`, `trap:1` to `trap:22`. */
function allFacts(): string[] {
  const read = (name: string): unknown => JSON.parse(readFileSync(join(FACTS, name), 'utf8'));
  const { diagnostics } = read('oskext-diagnostics.json') as { diagnostics: { constant: string }[] };
  const mistakes = read('mistakes.json') as { id: string }[];
  const traps = [...readFileSync(join(FACTS, 'README.md'), 'utf8').matchAll(/^(\d+)\. /gm)];
  return [
    ...diagnostics.map(({ constant }) => `oskext:${constant}`),
    ...mistakes.map(({ id }) => `mistake:${id}`),
    ...traps.map(([, number]) => `trap:${number}`),
  ];
}

const named = new Set(allRules.flatMap(({ facts }) => facts ?? []));

test('each diagnostic, mistake and trap is named by a rule, or its reason is given', (t) => {
  if (!existsSync(FACTS)) return t.skip('needs ../shared/facts, not here');
  const left = allFacts().filter((fact) => !named.has(fact) && !(fact in reasons));
  assert.deepEqual(left, [], 'add the fact to a rule, or a reason to test/unit/rules/not-covered.json');
});

test('not-covered.json holds only what no rule names', () => {
  const covered = Object.keys(reasons).filter((fact) => named.has(fact));
  assert.deepEqual(covered, [], 'take these out of test/unit/rules/not-covered.json');
});

test('rules and reasons name no fact that is none', (t) => {
  if (!existsSync(FACTS)) return t.skip('needs ../shared/facts, not here');
  const known = new Set(allFacts());
  assert.equal(known.size, 112 + 87 + 22);
  const unknown = [...named, ...Object.keys(reasons)].filter((fact) => !known.has(fact));
  assert.deepEqual(unknown, []);
});

test('each reason is a sentence', () => {
  for (const [fact, reason] of Object.entries(reasons)) {
    assert.ok(reason === 'not yet' || /^[A-Z].{15,}\.$/.test(reason), `${fact}: ${reason}`);
  }
});
