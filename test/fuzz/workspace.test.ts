/**
 * A whole project with one of its files damaged: reading, rules, fixes, navigation, rename and the tree of bundles
 * must not throw, and every place must lie in its file.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createWorkspaceLinter } from '../../server/src/rules/workspace-lint.ts';
import { bundleTree } from '../../server/src/service/bundleTree.ts';
import { definitionAt } from '../../server/src/service/definition.ts';
import { referencesAt } from '../../server/src/service/references.ts';
import { renameAt, renameRange } from '../../server/src/service/rename.ts';
import { settingHints, settingHover } from '../../server/src/service/settingValues.ts';
import type { Place } from '../../server/src/service/subjects.ts';
import { workspaceSymbols } from '../../server/src/service/workspaceSymbols.ts';
import { Workspace } from '../../server/src/workspace/workspace.ts';
import { memoryFiles, ROOT } from '../unit/workspace/memoryFiles.ts';
import { pbxproj } from '../unit/workspace/pbxproj.ts';
import { plist } from '../unit/workspace/plists.ts';
import { damagedText, place } from './mutations.ts';

const FILES: Readonly<Record<string, string>> = {
  'Lamp.xcodeproj/project.pbxproj': pbxproj({
    xcconfig: 'Base.xcconfig',
    targets: {
      App: {
        type: 'application',
        settings: { PRODUCT_BUNDLE_IDENTIFIER: 'com.acme', CODE_SIGN_ENTITLEMENTS: 'App.entitlements' },
        embeds: ['Lamp'],
      },
      Lamp: {
        type: 'driver-extension',
        settings: {
          PRODUCT_BUNDLE_IDENTIFIER: '$(BASE).lamp',
          INFOPLIST_FILE: 'Driver/Info.plist',
          CODE_SIGN_ENTITLEMENTS: {
            Debug: 'Driver/Debug.entitlements',
            Release: 'Driver/Release.entitlements',
          },
        },
        sources: ['Driver/Lamp.iig'],
      },
    },
  }),
  'Base.xcconfig': 'BASE = com.acme\nDEVELOPMENT_TEAM = ABCDE12345\n',
  'App.entitlements': plist({ 'com.apple.developer.driverkit.userclient-access': ['com.acme'] }),
  'Driver/Info.plist': plist({
    CFBundleIdentifier: '$(PRODUCT_BUNDLE_IDENTIFIER)',
    IOKitPersonalities: {
      Lamp: {
        IOClass: 'AppleUserHIDDevice',
        IOProviderClass: 'IOUSBHostDevice',
        IOUserClass: 'Lamp',
        IOUserServerName: 'com.acme.lamp',
        idProduct: 2,
        idVendor: 1,
      },
      Card: { IOClass: 'IOUserService', IOPCIPrimaryMatch: '0x1&0xffff', IOProviderClass: 'IOPCIDevice' },
    },
  }),
  'Driver/Debug.entitlements': plist({
    'com.apple.developer.driverkit.transport.usb': [{ idVendor: 9 }],
    'com.apple.developer.driverkit.transport.pci': [{ IOPCIMatch: '0x2' }],
  }),
  'Driver/Release.entitlements': plist({ 'com.apple.developer.driverkit': true }),
  'Driver/Lamp.iig': 'class Lamp: public IOService\n{\n};\n',
};

const damaged = fc
  .constantFrom(...Object.keys(FILES))
  .chain((path) => fc.record({ path: fc.constant(path), text: damagedText([FILES[path] ?? '']), at: place }));

test('a project with a damaged file', async () => {
  const property = fc.asyncProperty(damaged, async ({ path, text, at }) => {
    const workspace = new Workspace(memoryFiles({ ...FILES, [path]: text }), [ROOT]);
    await workspace.index();
    const thrown: string[] = [];
    const onRuleError = (rule: string, error: unknown) => thrown.push(`${rule}: ${(error as Error).stack}`);
    const linter = createWorkspaceLinter(workspace, { lintOptions: () => ({ onRuleError }) });
    for (const [uri, findings] of linter.findings()) {
      const { length } = workspace.document(uri)?.text ?? '';
      for (const { range, fixes } of findings) {
        assert.ok(range.start <= range.end && range.end <= length);
        fixes();
      }
    }
    assert.deepEqual(thrown, []);
    bundleTree(workspace, (uri) => linter.findingsOf(uri));
    await allInside(workspace, workspaceSymbols(workspace, 'l'));
    const document = workspace.document(`${ROOT}/Driver/Info.plist`);
    if (!document) return;
    const offset = Math.floor(at * (document.text.length + 1));
    await allInside(workspace, definitionAt(workspace, document, offset));
    await allInside(workspace, await referencesAt(workspace, document, offset));
    renameRange(workspace, document, offset);
    const result = await renameAt(workspace, document, offset, 'com.acme.torch');
    assert.ok('plan' in result || result.problem.length > 0);
    settingHover(workspace, document, offset);
    settingHints(workspace, document, {
      start: { line: 0, character: 0 },
      end: { line: 9999, character: 0 },
    });
  });
  await fc.assert(property, { numRuns: 300, interruptAfterTimeLimit: 8_000, markInterruptAsFailure: false });
});

async function allInside(workspace: Workspace, places: readonly Place[]): Promise<void> {
  for (const { uri, range } of places) {
    const text = await workspace.readText(uri);
    assert.ok(text !== undefined && range.start <= range.end && range.end <= text.length, uri);
  }
}
