/** What the rules suggest: versions of the kext grammar, keys that were meant. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseVersion } from '../../../server/src/iokit/version.ts';
import { meantKey } from '../../../server/src/rules/bundle-known-keys.ts';
import { isFilledIn } from '../../../server/src/rules/bundle-values.ts';
import { nearestVersion } from '../../../server/src/rules/kext-versions.ts';

const VERSIONS: readonly (readonly [string, string | undefined])[] = [
  ['v1.2', '1.2'],
  ['Version 2.0.1', '2.0.1'],
  [' 1.0', '1.0'],
  ['1.2.3.4', '1.2.3'],
  ['1.0-beta', '1.0'],
  ['1.0-beta.2', '1.0b2'],
  ['1.0rc3', '1.0fc3'],
  ['1.0B1', '1.0b1'],
  ['1.0f0', '1.0'],
  ['1.0b256', '1.0'],
  ['1.12345', '1'],
  ['20240131', '2024.0131'],
  ['202401311230', '2024.0131.1230'],
  ['12345', undefined],
  ['', undefined],
  ['latest', undefined],
];

test('a version that does not parse is repaired to one that does', () => {
  for (const [text, wanted] of VERSIONS) {
    assert.equal(parseVersion(text), undefined, `${text} parses`);
    assert.equal(nearestVersion(text), wanted, text);
    if (wanted !== undefined) assert.notEqual(parseVersion(wanted), undefined);
  }
});

const KNOWN = new Set([
  'IOClass',
  'IOProviderClass',
  'IOPCIMatch',
  'IOPCIPrimaryMatch',
  'IOMatchCategory',
  'IOProbeScore',
  'idVendor',
  'idProduct',
  'OSBundleLibraries',
  'CFBundleIdentifier',
  'CFBundleShortVersionString',
]);

const KEYS: readonly (readonly [string, string | undefined])[] = [
  ['IOProvderClass', 'IOProviderClass'],
  ['IOPorviderClass', 'IOProviderClass'],
  ['IO Provider Class', 'IOProviderClass'],
  ['IO_Class', 'IOClass'],
  ['idVender', 'idVendor'],
  ['idProducts', 'idProduct'],
  ['CFBundleLibraries', 'OSBundleLibraries'],
  ['OSBundleIdentifier', 'CFBundleIdentifier'],
  // Keys of a driver's own, and keys out of use.
  ['#IOPCIMatch', undefined],
  ['IOClass2', undefined],
  ['LampClass', undefined],
  ['IOClassMatch', undefined],
  ['IOPCIMatchMask', undefined],
  ['Vendor', undefined],
  // Another case is the business of bundle/key-case.
  ['ioclass', undefined],
];

test('only a slip of the finger is taken for a known key', () => {
  for (const [name, wanted] of KEYS) assert.equal(meantKey(name, KNOWN), wanted, name);
});

test('text that a build or a script fills in is told from text that stays', () => {
  for (const text of [
    '$(VERSION)',
    'HFS_KEXT_VERSION',
    '###KERNEL_VERSION_LONG###',
    '@VERSION@',
    '%VERSION%',
  ]) {
    assert.ok(isFilledIn(text), text);
  }
  for (const text of ['1.2.3', 'com.example.driver_one', 'KEXT', 'IOPCIDevice', '100 %', '#1']) {
    assert.ok(!isFilledIn(text), text);
  }
});
