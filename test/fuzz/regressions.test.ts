/** Inputs that fuzzing found once, each with what was wrong. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lint } from '../../server/src/rules/lint.ts';
import { openDocument } from '../../server/src/workspace/document.ts';

test('a finding at a dictionary without opening tag can be seen', () => {
  const text =
    '<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0-dict>\n\t<key>a</key>\n\t<true/>\n<dict>\n</plist>\n';
  const document = openDocument('file:///w/Hid.kext/Contents/Info.plist', text, 1, { kind: 'kext' });
  const { findings } = lint(document);
  assert.ok(findings.some(({ rule }) => rule === 'bundle/missing-key'));
  for (const { range, rule } of findings) assert.ok(range.end > range.start, rule);
});

test('the repair of a damaged compatible version names none that is later than the bundle', () => {
  const text =
    '<plist version="1.0">\n<dict>\n\t<key>CFBundlePackageType</key>\n\t<string>KEXT</string>\n\t<key>CFBundleVersion</key>\n\t<string>5.0.0</string>\n\t<key>OSBundleCompatibleVersion</key>\n\t<string>6"5.0</string>\n</dict>\n</plist>\n';
  const document = openDocument('file:///w/Hid.kext/Contents/Info.plist', text, 1, { kind: 'kext' });
  const finding = lint(document).findings.find(({ rule }) => rule === 'kext/compatible-version');
  assert.equal(finding?.fixes()[0]?.title, 'Set to 5.0.0');
});
