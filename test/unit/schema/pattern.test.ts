import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { patternProblem } from '../../../server/src/schema/pattern.ts';
import { check } from './support.ts';

describe('patterns', () => {
  for (const pattern of [
    '^[A-Za-z_][A-Za-z0-9_]*$',
    '^([0-9]+\\.)*[0-9]+$',
    '^[0-9]{1,4}(\\.[0-9]{1,2}){0,2}((d|a|b|f|fc)[0-9]{1,3})?$',
    '^[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)*$',
    '^(0x)?[0-9a-fA-F]{1,8}(&(0x)?[0-9a-fA-F]{1,8})?([ ,]+(0x)?[0-9a-fA-F]{1,8})*$',
    '^(?:ab|cd)+$',
    '^(?=.*x)(?!y)\\p{L}+$',
    '([A-Z][a-z]+)*',
    '(\\([^)]*\\))*',
    '^\\u{1F600}+[\\]x]*$',
    '(a|b|[c-z])*',
    '^$',
    '',
  ]) {
    test(`takes ${pattern}`, () => assert.equal(patternProblem(pattern), undefined));
  }

  for (const pattern of [
    '(a+)+$',
    '^(a*)*$',
    '^(\\w+\\s?)*$',
    '(a|a)*b',
    '(a|ab?)*c',
    '(a?b?)*c',
    '^(([a-z])+.)+[A-Z]([a-z])+$',
    '(x+x+)+y',
    '((a+){2})+$',
    '(.*)*x',
    '(\\d{1,9}){10,}x',
  ]) {
    test(`refuses ${pattern}`, () => assert.match(patternProblem(pattern) ?? '', /may take forever/));
  }

  test('tells what is no expression', () => {
    for (const pattern of ['(', '[', 'a**', '\\q', '(?<n>a)(?<n>b)']) {
      assert.match(patternProblem(pattern) ?? '', /is no regular expression/, pattern);
    }
    assert.notEqual(patternProblem(`${'('.repeat(50_000)}${')'.repeat(50_000)}`), undefined);
  });

  test('very long text is not matched: undecided, no finding', { timeout: 5_000 }, () => {
    const long = 'a'.repeat(1_000_000);
    check({ pattern: '^a*a*a*a*a*b$' }, `<string>${long}</string>`, []);
    check({ pattern: '^b$' }, '<string>aaa</string>', ['pattern@']);
  });
});
