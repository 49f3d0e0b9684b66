/** Inputs that fuzzing found once, each with what was wrong. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePlist } from '../../server/src/plist/parse.ts';
import { lint } from '../../server/src/rules/lint.ts';
import { openDocument } from '../../server/src/workspace/document.ts';
import { projectOfSpec, readSpec } from '../../server/src/workspace/xcodegen.ts';

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

test('a PCI text is not rewritten to one that is as wrong', () => {
  const personality = (match: string) =>
    `<plist version="1.0">\n<dict>\n\t<key>CFBundlePackageType</key>\n\t<string>KEXT</string>\n\t<key>IOKitPersonalities</key>\n\t<dict>\n\t\t<key>Lamp</key>\n\t\t<dict>\n\t\t\t<key>CFBundleIdentifier</key>\n\t\t\t<string>com.lamp</string>\n\t\t\t<key>IOClass</key>\n\t\t\t<string>Lamp</string>\n\t\t\t<key>IOPCIMatch</key>\n\t\t\t<string>${match}</string>\n\t\t\t<key>IOProviderClass</key>\n\t\t\t<string>IOPCIDevice</string>\n\t\t</dict>\n\t</dict>\n</dict>\n</plist>\n`;
  const repairs = (match: string) => {
    const { findings } = lint(openDocument('file:///w/Info.plist', personality(match), 1, { kind: 'kext' }));
    const found = findings.filter(({ rule }) => rule === 'match/pci-text');
    assert.ok(found.length > 0, match);
    return found.flatMap((finding) => finding.fixes().map(({ title }) => title));
  };
  assert.deepEqual(repairs('0x000010b5&amp;0,0000FFFF'), []);
  assert.deepEqual(repairs('0x153310b5,0x153410b5'), ['Write “0x153310b5 0x153410b5”']);
});

test('a key that the text ends in is marked within the text', () => {
  const text = '<plist version="1.0">\n<dict>\n\t<key>A</key>\n\t<array>\n\t\t<__proto__dict>\n\t\t\t<key';
  const { errors } = parsePlist(text);
  assert.ok(errors.some(({ code }) => code === 'missing-opening-tag'));
  for (const { start, end, code } of errors) assert.ok(start <= end && end <= text.length, code);
});

test('names and aliases of a spec that no project has', () => {
  const targetsOf = (target: string) => {
    const read = readSpec(`name: Lamp\ntargets:\n  Lamp:\n    type: ${target}`);
    assert.ok('spec' in read);
    return projectOfSpec(read.spec, { exists: () => false }).targets.map(({ name, productType }) => [
      name,
      productType,
    ]);
  };
  assert.deepEqual(targetsOf('toString'), [['Lamp', 'com.apple.product-type.toString']]);
  const cyclic = targetsOf('application\n    dependencies: &a\n      - *a\n');
  assert.deepEqual(cyclic, [['Lamp', 'com.apple.product-type.application']]);
});
