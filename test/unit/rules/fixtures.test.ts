/**
 * Each rule against documents such as people write. `test/fixtures/rules/<group>/<name>/invalid` shows the rule,
 * `valid` does not; `expected.txt` holds what a person reads. `UPDATE_EXPECTED=1` writes it anew.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { allRules, ruleById } from '../../../server/src/rules/index.ts';
import { applyFix, expectedText, findingsOf, fixtures, placeOf } from './fixtures.ts';

const UPDATE = process.env.UPDATE_EXPECTED === '1';

const all = fixtures();

for (const fixture of all) {
  describe(fixture.rule, () => {
    test('the invalid documents show what expected.txt says', () => {
      const path = join(fixture.folder, 'expected.txt');
      const actual = expectedText(fixture);
      if (UPDATE) writeFileSync(path, actual);
      assert.ok(existsSync(path), `${fixture.rule}: no expected.txt, run with UPDATE_EXPECTED=1 and read it`);
      assert.equal(actual, readFileSync(path, 'utf8'));
      for (const { name, text } of fixture.invalid) {
        assert.ok(
          findingsOf(name, text).some(({ rule }) => rule === fixture.rule),
          `${name} does not show ${fixture.rule}`,
        );
      }
    });

    test('the valid documents show neither the rule nor any error', () => {
      for (const { name, text } of fixture.valid) {
        const shown = findingsOf(name, text).filter(
          ({ rule, severity }) => rule === fixture.rule || severity === 'error',
        );
        assert.deepEqual(
          shown.map(({ rule, message, range }) => `${placeOf(text, range.start)} ${rule} ${message}`),
          [],
          name,
        );
      }
    });

    test('each fix leaves a document without the finding, without a new one, and with the same line ends', () => {
      for (const file of fixture.invalid) {
        for (const finding of findingsOf(file.name, file.text)) {
          if (finding.rule !== fixture.rule) continue;
          const fixes = finding.fixes();
          assert.ok(
            fixes.filter(({ preferred }) => preferred).length <= 1,
            `${file.name}: more than one preferred fix`,
          );
          for (const fix of fixes) {
            const said = `${file.name} ${placeOf(file.text, finding.range.start)} “${fix.title}”`;
            assert.ok(fix.title.length > 0, said);
            const { text, remains, added } = applyFix(file, finding, fix);
            assert.notEqual(text, file.text, `${said} changes nothing`);
            assert.ok(!remains, `${said} leaves the finding:\n${text}`);
            assert.deepEqual(added, [], `${said} brings new findings:\n${text}`);
            if (!file.text.includes('\r')) assert.ok(!text.includes('\r'), said);
          }
        }
      }
    });
  });
}

test('each rule with a check has documents that show it and documents that do not', () => {
  const byRule = new Map(all.map((fixture) => [fixture.rule, fixture]));
  const lacking = allRules
    .filter(({ check }) => check !== undefined)
    .filter(({ id }) => {
      const fixture = byRule.get(id);
      return !fixture || fixture.invalid.length === 0 || fixture.valid.length === 0;
    })
    .map(({ id }) => id);
  assert.deepEqual(lacking, []);
});

test('each fixture folder is the id of a rule and its expected.txt shows it', () => {
  for (const { rule, folder } of all) {
    assert.ok(ruleById(rule), `test/fixtures/rules/${rule} is the folder of no rule`);
    const expected = readFileSync(join(folder, 'expected.txt'), 'utf8');
    assert.match(expected, new RegExp(`^ {2}\\d+:\\d+ (error|warning|information|hint) ${rule}$`, 'm'));
  }
});
