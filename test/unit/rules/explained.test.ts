/** A misspelt key that is required gives one finding, not also one about the absence of the right key. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lint } from '../../../server/src/rules/lint.ts';
import { openDocument } from '../../../server/src/workspace/document.ts';

const personality = (provider: string) =>
  `<key>CFBundlePackageType</key><string>DEXT</string><key>IOKitPersonalities</key><dict><key>Lamp</key><dict>
<key>CFBundleIdentifierKernel</key><string>com.apple.kpi.iokit</string>
<key>IOClass</key><string>IOUserService</string>
<key>${provider}</key><string>IOUSBHostDevice</string>
<key>IOUserClass</key><string>Lamp</string>
<key>IOUserServerName</key><string>$(PRODUCT_BUNDLE_IDENTIFIER)</string>
<key>idProduct</key><integer>746</integer><key>idVendor</key><integer>1118</integer>
</dict></dict>`;

function found(body: string, off: readonly string[] = []): string[] {
  const document = openDocument('file:///Info.plist', `<plist version="1.0"><dict>${body}</dict></plist>`);
  const severities = new Map(off.map((rule) => [rule, 'off'] as const));
  return lint(document, { severities }).findings.map(({ severity, rule }) => `${severity} ${rule}`);
}

test('the misspelt key is the error', () => {
  assert.deepEqual(found(personality('IOProvderClass')), ['error bundle/misspelt-key']);
  assert.deepEqual(found(personality('IOProviderclass')), ['error bundle/key-case']);
});

test('without the rule on spelling the absence is said', () => {
  assert.deepEqual(found(personality('IOProvderClass'), ['bundle/misspelt-key']), [
    'error dext/missing-provider-class',
  ]);
});

test('where the absence is no matter, a misspelt key is a warning', () => {
  assert.deepEqual(found(personality('IOProvderClass'), ['dext/missing-provider-class']), [
    'warning bundle/misspelt-key',
  ]);
  assert.deepEqual(
    found(
      personality('IOProviderClass').replace(
        '<key>idProduct<',
        '<key>IOProbScore</key><integer>5</integer><key>idProduct<',
      ),
    ),
    ['warning bundle/misspelt-key'],
  );
});

test('an absent key that nothing stands for is said', () => {
  assert.deepEqual(found(personality('LampNub')), ['error dext/missing-provider-class']);
});
