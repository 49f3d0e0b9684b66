/** Classes that the sources declare, offered where an Info.plist names none or another. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { applyEdits } from '../../../server/src/plist/edit.ts';
import { lint } from '../../../server/src/rules/lint.ts';
import type { Finding, Fix } from '../../../server/src/rules/types.ts';
import { createWorkspaceLinter } from '../../../server/src/rules/workspace-lint.ts';
import { Workspace } from '../../../server/src/workspace/workspace.ts';
import { memoryFiles, ROOT } from './memoryFiles.ts';
import { plist } from './plists.ts';

const CLIENT = 'class LampUserClient: public IOUserClient {};';

const info = (userClass: Record<string, string>, more: Record<string, string> = {}) =>
  plist({
    CFBundlePackageType: 'DEXT',
    IOKitPersonalities: {
      Lamp: {
        IOClass: 'IOUserService',
        IOProviderClass: 'IOUserResources',
        IOUserServerName: 'com.acme.lamp',
        ...userClass,
        ...more,
      },
    },
  });

/** Findings of a driver's folder of sources, its text, and the fixes of one rule. */
async function fixesOf(rule: string, text: string, sources: string): Promise<{ text: string; fixes: Fix[] }> {
  const workspace = new Workspace(memoryFiles({ 'Info.plist': text, 'Lamp.iig': sources }), [ROOT]);
  await workspace.index();
  const uri = `${ROOT}/Info.plist`;
  const document = workspace.document(uri);
  assert.ok(document);
  const merged: Finding[] = createWorkspaceLinter(workspace).merged(uri, lint(document).findings);
  const found = merged.filter((finding) => finding.rule === rule);
  assert.equal(found.length, 1, merged.map((finding) => finding.rule).join(', '));
  return { text: document.text, fixes: [...(found[0]?.fixes() ?? [])] };
}

const said = (fixes: readonly Fix[]) =>
  fixes.map(({ title, preferred }) => `${title}${preferred ? ', preferred' : ''}`);

describe('a class that no source declares', () => {
  const fixes = async (name: string, sources: string) =>
    said((await fixesOf('workspace/user-class', info({ IOUserClass: name }), sources)).fixes);

  test('another case and a slip are preferred', async () => {
    const sources = 'class Torch: public IOService {};\nclass LampDriver: public IOService {};';
    assert.deepEqual(await fixes('lampdriver', sources), [
      'Change to LampDriver, preferred',
      'Change to Torch',
    ]);
    assert.deepEqual(await fixes('LampDirver', sources), [
      'Change to LampDriver, preferred',
      'Change to Torch',
    ]);
  });

  test('others are offered, the nearest first, five at most', async () => {
    const sources = ['Alpha', 'Beta', 'Gamma', 'Delta', 'Epsilon', 'Somewhere', 'SomethingElse']
      .map((name) => `class ${name}: public IOService {};`)
      .join('\n');
    const offered = await fixes('SomethingNew42', sources);
    assert.equal(offered.length, 5);
    assert.equal(offered[0], 'Change to SomethingElse');
    assert.ok(offered.every((title) => !title.includes('preferred')));
  });

  test('a driver is offered no user client, unless nothing else is declared', async () => {
    assert.deepEqual(await fixes('Torch', `class Lamp: public IOService {};\n${CLIENT}`), ['Change to Lamp']);
    assert.deepEqual(await fixes('Torch', CLIENT), ['Change to LampUserClient']);
  });
});

describe('a personality without IOUserClass', () => {
  const RULE = 'dext/missing-user-class';

  test('gets the one class that fits', async () => {
    const { text, fixes } = await fixesOf(
      RULE,
      info({}),
      `class LampDriver: public IOService {};\n${CLIENT}`,
    );
    assert.deepEqual(said(fixes), ['Add IOUserClass, preferred']);
    assert.match(
      applyEdits(text, fixes[0]?.edits ?? []),
      /<key>IOUserClass<\/key>\s*<string>LampDriver<\/string>/,
    );
  });

  test('and so does one whose IOUserClass is empty', async () => {
    const { text, fixes } = await fixesOf(
      RULE,
      info({ IOUserClass: '' }),
      `class LampDriver: public IOService {};\n${CLIENT}`,
    );
    assert.deepEqual(said(fixes), ['Change to LampDriver, preferred']);
    assert.match(applyEdits(text, fixes[0]?.edits ?? []), /<string>LampDriver<\/string>/);
  });

  test('gets none of two', async () => {
    const two = 'class Lamp: public IOService {};\nclass Torch: public IOService {};';
    const { text, fixes } = await fixesOf(RULE, info({}), two);
    assert.doesNotMatch(applyEdits(text, fixes[0]?.edits ?? []), /<string>(?:Lamp|Torch)<\/string>/);
  });

  test('gets the one of its family', async () => {
    const two = 'class Lamp: public IOService {};\nclass Torch: public IOUserHIDDevice {};';
    const { text, fixes } = await fixesOf(RULE, info({}, { IOClass: 'AppleUserHIDDevice' }), two);
    assert.match(applyEdits(text, fixes[0]?.edits ?? []), /<string>Torch<\/string>/);
  });
});
