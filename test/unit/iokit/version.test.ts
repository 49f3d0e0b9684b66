import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  compareVersions,
  isCompatibleVersion,
  parseVersion,
  readVersion,
} from '../../../server/src/iokit/version.ts';

const FACTS = new URL('../../../../shared/facts/oskext-diagnostics.json', import.meta.url);

test('every worked case of the version grammar holds', (t) => {
  if (!existsSync(FACTS)) return t.skip('needs ../shared/facts, not here');
  const { version_grammar } = JSON.parse(readFileSync(FACTS, 'utf8'));
  assert.ok(version_grammar.vectors.length > 30);
  for (const { input, value, valid } of version_grammar.vectors) {
    const got = parseVersion(input);
    assert.equal(got !== undefined, valid, `“${input}”`);
    if (valid) assert.equal(got?.value, value, `“${input}”`);
  }
});

test('a version says its parts', () => {
  const version = parseVersion('12.3.4fc7 for all');
  assert.deepEqual(version, {
    value: 12_000_300_047_007,
    major: 12,
    minor: 3,
    revision: 4,
    stage: 'candidate',
    level: 7,
    ignored: 'for all',
  });
});

test('the shape of the number: three parts of four digits, parts may be empty', () => {
  assert.equal(parseVersion('1.')?.value, parseVersion('1')?.value);
  assert.equal(parseVersion('1..2')?.revision, 2);
  assert.equal(parseVersion('1.2.1234.b5')?.level, 5);
  for (const text of ['1.2.3.4', '1.2.3.', '12345', '1.2.12345', '20240101120000', '.1', '1.2.1234..']) {
    assert.equal(parseVersion(text), undefined, text);
  }
});

test('the stage: lower case, directly behind a number or dot, 1 to 3 digits up to 255', () => {
  for (const text of ['1d0', '1a0', '1.b255', '1.0.0f1', '1.0fc255']) assert.ok(parseVersion(text), text);
  for (const text of ['1f0', '1fc0', '1B1', '1b', '1b256', '1b0001', '1bb1', '1b1x', '1b1.0', '1x']) {
    assert.equal(parseVersion(text), undefined, text);
  }
});

test('a blank ends the version', () => {
  for (const blank of [' ', '\t', '\n', '\r']) {
    assert.equal(parseVersion(`1.0${blank}x`)?.value, parseVersion('1.0')?.value);
  }
});

test('the reason names the place', () => {
  const cases: [string, RegExp, number][] = [
    ['', /empty/, 0],
    ['v1', /starts with “v”/, 0],
    ['1.23456', /second number/, 6],
    ['1.2.3.4', /more than three numbers/, 5],
    ['1.0rc1', /none of the stages/, 3],
    ['1.0b', /no number behind/, 4],
    ['1.0b256', /above 255/, 4],
    ['1.0f0', /must be 1 to 255/, 4],
    ['1.0é', /ASCII/, 3],
    ['1.0 (build 20240101)', /20 characters/, 19],
  ];
  for (const [text, reason, offset] of cases) {
    const result = readVersion(text);
    assert.ok(!result.ok, text);
    assert.match(result.reason, reason);
    assert.equal(result.offset, offset, text);
  }
});

test('stages sort below the release', () => {
  const sorted = ['1.0d1', '1.0d2', '1.0a0', '1.0b1', '1.0f1', '1.0', '1.0.1d1', '1.1', '2', '10'];
  for (let i = 1; i < sorted.length; i++) assert.ok(compareVersions(sorted[i - 1]!, sorted[i]!)! < 0);
  assert.equal(compareVersions('1.0', '1'), 0);
  assert.equal(compareVersions('1.0f3', '1.0fc3'), 0);
  assert.equal(compareVersions('1.0', 'x'), undefined);
});

test('a request must lie between the compatible and the current version', () => {
  assert.equal(isCompatibleVersion('8.0.0b2', '8.0.0b1', '21.0'), true);
  assert.equal(isCompatibleVersion('7.0', '8.0', '21.0'), false);
  assert.equal(isCompatibleVersion('22', '8.0', '21.0'), false);
  assert.equal(isCompatibleVersion('22', '', '21.0'), undefined);
});
