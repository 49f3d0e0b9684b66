import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { startsOn } from '../../../server/src/iokit/entitlement-check.ts';
import { matchPersonality, matchScore } from '../../../server/src/iokit/matching.ts';
import { dict, nubOfVector, type Plain, type VectorNub } from './nubs.ts';

const FACTS = new URL('../../../../shared/facts/matching-vectors.json', import.meta.url);

interface Vector {
  readonly id: string;
  readonly family: string;
  readonly nub: VectorNub;
  readonly personality: { readonly [key: string]: Plain };
  readonly matches: boolean;
  readonly score: null | number | { readonly acpi_build: number; readonly non_acpi_build: number };
  readonly why: string;
  readonly starts?: boolean;
}

test('every worked case of matching holds', async (t) => {
  if (!existsSync(FACTS)) return t.skip('needs ../shared/facts, not here');
  const { vectors } = JSON.parse(readFileSync(FACTS, 'utf8')) as { vectors: Vector[] };
  assert.ok(vectors.length >= 82);
  for (const vector of vectors) {
    await t.test(`${vector.id} ${vector.family}: ${vector.why}`, () => {
      for (const acpi of [true, false]) check(vector, acpi);
    });
  }
});

function check(vector: Vector, acpi: boolean): void {
  const nub = nubOfVector(vector.nub);
  const personality = dict(vector.personality);
  const result = matchPersonality(personality, nub, { acpi });
  const words = result.checks.map((line) => `${line.ok ? '+' : '-'} ${line.key}: ${line.why}`).join('\n');
  assert.equal(result.matches, vector.matches, words);
  const both = typeof vector.score === 'object' && vector.score !== null ? vector.score : undefined;
  const expected = both ? both[acpi ? 'acpi_build' : 'non_acpi_build'] : (vector.score as number | null);
  if (vector.matches) assert.equal(result.score, expected, words);
  assert.equal(matchScore(personality, nub, { acpi }), result.score, 'with and without reasons alike');
  const points = result.parts.reduce((sum, part) => sum + part.points, 0);
  assert.equal(points, result.score ?? 0, 'the parts of the score add up');
  assert.equal(
    result.firstFailure === undefined,
    vector.matches,
    'a failure is named when it does not match',
  );
  if (vector.starts !== undefined) assert.equal(startsOn(personality, nub).starts, vector.starts);
  for (const line of result.checks) assert.ok(line.why.length > 4, line.key);
}
