/** What tells a kext with code elsewhere from a codeless one, and a value that a script fills in from a plain one. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hasBuildVariable } from '../../../server/src/plist/variables.ts';
import { openDocument } from '../../../server/src/workspace/document.ts';

const PERSONALITIES =
  '<key>IOKitPersonalities</key><dict><key>Lamp</key><dict><key>IOClass</key><string>Lamp</string><key>IOProviderClass</key><string>IOUSBHostDevice</string></dict></dict>';

const kindOf = (body: string) =>
  openDocument('file:///Info.plist', `<plist version="1.0"><dict>${body}</dict></plist>`).kind.kind;

const KEXT = '<key>CFBundlePackageType</key><string>KEXT</string>';

describe('codeless or not', () => {
  test('no executable at all', () => {
    assert.equal(kindOf(KEXT + PERSONALITIES), 'codeless-kext');
  });
  for (const key of [
    'CFBundleExecutable',
    'OSBundleSharedExecutableIdentifier',
    'OSBundleSharedExecutableIdentifier_x86_64',
  ]) {
    test(`${key} names code`, () => {
      assert.equal(
        kindOf(`${KEXT}<key>${key}</key><string>com.example.Lamp</string>${PERSONALITIES}`),
        'kext',
      );
    });
  }
});

describe('text that a build or script replaces', () => {
  for (const text of [
    '$(NAME)',
    '${NAME:identifier}',
    '$NAME',
    '@NAME@',
    '{{ name }}',
    'com.###VENDOR###.Lamp',
    '$(TeamIdentifierPrefix)com.example',
  ]) {
    test(text, () => assert.ok(hasBuildVariable(text)));
  }
  for (const text of ['com.example.Lamp', '#IOClass', '## Lamp ##', 'a@example.com', '5 $', '{}']) {
    test(`not ${text}`, () => assert.ok(!hasBuildVariable(text)));
  }
});
