/**
 * Documents of our own for each kind: valid.plist has no finding, invalid.plist those of invalid.expected.txt,
 * one a line: severity, rule, place.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { BundleKind } from '../../../server/src/workspace/types.ts';
import { schemaFaults } from './findings.ts';

const FIXTURES = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'fixtures', 'schemas');

const KINDS: readonly BundleKind[] = [
  'dext',
  'codeless-dext',
  'network-extension',
  'endpoint-security',
  'camera-extension',
  'system-extension',
  'app',
  'entitlements',
];

function fixture(kind: BundleKind, name: string): string {
  return readFileSync(join(FIXTURES, kind, name), 'utf8');
}

function lines(kind: BundleKind, text: string): string[] {
  return schemaFaults(kind, text).map(({ severity, rule, at }) => `${severity} ${rule} ${at}`);
}

for (const kind of KINDS) {
  test(`${kind}: the valid document has no finding`, () => {
    assert.deepEqual(lines(kind, fixture(kind, 'valid.plist')), []);
  });
  test(`${kind}: the invalid document has the expected findings`, () => {
    const expected = fixture(kind, 'invalid.expected.txt').split('\n').filter(Boolean);
    assert.ok(expected.length > 0);
    assert.deepEqual(lines(kind, fixture(kind, 'invalid.plist')), expected);
  });
}

test('what holds a build variable has no finding, whatever the key', () => {
  const text = `<plist version="1.0"><dict>
    <key>CFBundlePackageType</key><string>$(TYPE)</string>
    <key>OSMinimumDriverKitVersion</key><string>$(DRIVERKIT_DEPLOYMENT_TARGET)</string>
    <key>IOKitPersonalities</key><dict><key>Lamp</key><dict>
      <key>CFBundleIdentifierKernel</key><string>\${KERNEL_BUNDLE}</string>
      <key>IOClass</key><string>$(KERNEL_CLASS)</string>
      <key>IOMatchCategory</key><string>$(CATEGORY)</string>
      <key>IOProviderClass</key><string>$(PROVIDER)</string>
      <key>IOUserClass</key><string>@CLASS@</string>
      <key>IOUserServerName</key><string>$(PRODUCT_BUNDLE_IDENTIFIER)</string>
      <key>idVendor</key><string>$(VENDOR)</string>
    </dict></dict></dict></plist>`;
  assert.deepEqual(lines('dext', text), []);
  const entitlements = `<plist version="1.0"><dict>
    <key>com.apple.developer.driverkit.transport.usb</key><array><dict>
      <key>idVendor</key><string>$(VENDOR)</string></dict></array>
    <key>com.apple.developer.team-identifier</key><string>$(TEAM)</string></dict></plist>`;
  assert.deepEqual(lines('entitlements', entitlements), []);
});

test('a personality that only merges properties needs no class in user space', () => {
  const text = `<plist version="1.0"><dict><key>IOKitPersonalities</key><dict><key>Ports</key><dict>
    <key>IOClass</key><string>AppleUSBHostMergeProperties</string>
    <key>IOProviderClass</key><string>IOUSBHostDevice</string>
    <key>idVendor</key><integer>1118</integer><key>idProduct</key><integer>746</integer>
  </dict></dict></dict></plist>`;
  assert.deepEqual(lines('dext', text), []);
});

test('a source file that the build completes need not hold the usage description', () => {
  const text = (keys: string) => `<plist version="1.0"><dict>${keys}</dict></plist>`;
  assert.deepEqual(lines('dext', text('<key>CFBundleName</key><string>Lamp</string>')), []);
  assert.deepEqual(lines('dext', text('<key>CFBundleIdentifier</key><string>com.example.lamp</string>')), [
    'warning dext/missing-usage-description OSBundleUsageDescription',
  ]);
});

test('the score of a camera that is taken from the UVC driver is no finding', () => {
  const personality = (ioClass: string, bundle: string) =>
    `<plist version="1.0"><dict><key>IOKitPersonalities</key><dict><key>Camera</key><dict>
      <key>CFBundleIdentifierKernel</key><string>${bundle}</string>
      <key>IOClass</key><string>${ioClass}</string>
      <key>IOProbeScore</key><integer>9999</integer>
      <key>IOProviderClass</key><string>IOUSBHostInterface</string>
      <key>IOProviderMergeProperties</key><dict>
        <key>CameraAssistantBundleID</key><string>com.example.app.camera</string></dict>
      <key>IOUserClass</key><string>Camera</string>
      <key>IOUserServerName</key><string>com.example.camera</string>
    </dict></dict></dict></plist>`;
  assert.deepEqual(lines('dext', personality('UVCService', 'com.apple.UVCService')), []);
  assert.deepEqual(lines('dext', personality('IOUserService', 'com.apple.kpi.iokit')), [
    'information dext/usb-probe-score IOKitPersonalities/Camera/IOProbeScore',
  ]);
});
