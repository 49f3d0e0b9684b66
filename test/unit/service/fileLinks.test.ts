/** Links from values to the files of the workspace that they name. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileLinks } from '../../../server/src/service/fileLinks.ts';
import { Workspace } from '../../../server/src/workspace/workspace.ts';
import { memoryFiles, ROOT } from '../workspace/memoryFiles.ts';
import { plist } from '../workspace/plists.ts';

async function links(files: Record<string, string | Uint8Array>, path: string): Promise<string[]> {
  const workspace = new Workspace(memoryFiles(files), [ROOT]);
  await workspace.index();
  const document = workspace.document(`${ROOT}/${path}`);
  assert.ok(document);
  return fileLinks(workspace, document).map(
    ({ range, uri }) => `${document.text.slice(range.start, range.end)} -> ${uri.slice(ROOT.length + 1)}`,
  );
}

const kext = (id: string, owner: string, more: Record<string, string> = {}) =>
  plist({
    CFBundlePackageType: 'KEXT',
    CFBundleIdentifier: id,
    IOKitPersonalities: {
      Lamp: { CFBundleIdentifier: owner, IOClass: 'com_acme_Lamp', IOProviderClass: 'IOResources' },
    },
    ...more,
  });

test('a personality leads to the bundle that it names, not to its own', async () => {
  const files = {
    'Codeless/Info.plist': kext('com.acme.codeless', 'com.acme.lamp'),
    'Lamp/Info.plist': kext('com.acme.lamp', 'com.acme.lamp'),
  };
  assert.deepEqual(await links(files, 'Codeless/Info.plist'), ['com.acme.lamp -> Lamp/Info.plist']);
  assert.deepEqual(await links(files, 'Lamp/Info.plist'), []);
});

test('of two bundles with one id neither is meant', async () => {
  const files = {
    'Codeless/Info.plist': kext('com.acme.codeless', 'com.acme.lamp'),
    'Lamp/Info.plist': kext('com.acme.lamp', 'com.acme.lamp'),
    'Old/Info.plist': kext('com.acme.lamp', 'com.acme.lamp'),
  };
  assert.deepEqual(await links(files, 'Codeless/Info.plist'), []);
});

test('an app leads to the drivers that it may reach', async () => {
  const files = {
    'App/Info.plist': plist({ CFBundlePackageType: 'APPL', CFBundleIdentifier: 'com.acme' }),
    'App/App.entitlements': plist({
      'com.apple.developer.driverkit.userclient-access': ['com.acme.lamp', 'com.acme.nobody'],
    }),
    'Lamp/Info.plist': kext('com.acme.lamp', 'com.acme.lamp'),
  };
  assert.deepEqual(await links(files, 'App/App.entitlements'), ['com.acme.lamp -> Lamp/Info.plist']);
});

test('CFBundleExecutable of a built kext leads to the program, where there is one', async () => {
  const info = kext('com.acme.lamp', 'com.acme.lamp', { CFBundleExecutable: 'Lamp' });
  const files = { 'Lamp.kext/Contents/Info.plist': info };
  const program = { 'Lamp.kext/Contents/MacOS/Lamp': new Uint8Array([0xcf, 0xfa, 0xed, 0xfe]) };
  assert.deepEqual(await links({ ...files, ...program }, 'Lamp.kext/Contents/Info.plist'), [
    'Lamp -> Lamp.kext/Contents/MacOS/Lamp',
  ]);
  assert.deepEqual(await links(files, 'Lamp.kext/Contents/Info.plist'), []);
});
