/** Drivers that no app carries together, and that plausibly come to one Mac all the same. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createWorkspaceLinter } from '../../../server/src/rules/workspace-lint.ts';
import { Workspace } from '../../../server/src/workspace/workspace.ts';
import { memoryFiles, ROOT } from './memoryFiles.ts';
import { pbxproj } from './pbxproj.ts';
import { plist } from './plists.ts';

type Dict = Parameters<typeof plist>[0] & object;

const match: Dict = { IOProviderClass: 'IOUSBHostDevice', idVendor: 4660, idProduct: 22136 };

function dext(id: string, keys: Dict = {}): string {
  const lamp = {
    CFBundleIdentifierKernel: 'com.apple.kpi.iokit',
    IOClass: 'IOUserService',
    IOUserClass: 'Lamp',
    IOUserServerName: id,
    ...match,
    ...keys,
  };
  return plist({
    CFBundleIdentifier: id,
    CFBundlePackageType: 'DEXT',
    IOKitPersonalities: { Lamp: lamp },
  });
}

function kext(id: string, keys: Dict = {}): string {
  const light = { CFBundleIdentifier: id, IOClass: 'com_acme_Light', ...match, ...keys };
  return plist({
    CFBundleIdentifier: id,
    CFBundlePackageType: 'KEXT',
    CFBundleVersion: '1',
    IOKitPersonalities: { Light: light },
  });
}

async function rivals(files: Record<string, string>): Promise<string[]> {
  const workspace = new Workspace(memoryFiles(files), [ROOT]);
  await workspace.index();
  return [...createWorkspaceLinter(workspace).findings()].flatMap(([uri, findings]) =>
    findings
      .filter(({ rule }) => /competing|kext-and-dext/.test(rule))
      .map(
        ({ severity, rule, related }) =>
          `${uri.slice(ROOT.length + 1)} ${severity} ${rule} ${related?.[0]?.uri.slice(ROOT.length + 1)}`,
      ),
  );
}

const KEXT = 'Extensions/Light.kext/Contents/Info.plist';
const DEXT = 'Extensions/com.acme.lamp.dext/Info.plist';
const OTHER = 'Extensions/com.acme.torch.dext/Info.plist';

describe('built drivers in one folder', () => {
  test('compete as a dext and a kext', async () => {
    assert.deepEqual(await rivals({ [KEXT]: kext('com.acme.light'), [DEXT]: dext('com.acme.lamp') }), [
      `${DEXT} information workspace/kext-and-dext ${KEXT}`,
    ]);
    const other = kext('com.acme.light', { idProduct: 1 });
    assert.deepEqual(await rivals({ [KEXT]: other, [DEXT]: dext('com.acme.lamp') }), []);
    const elsewhere = KEXT.replace('Extensions', 'Old');
    assert.deepEqual(
      await rivals({ [elsewhere]: kext('com.acme.light'), [DEXT]: dext('com.acme.lamp') }),
      [],
    );
  });

  test('compete as two dexts or two kexts, each told of the other', async () => {
    assert.deepEqual(await rivals({ [DEXT]: dext('com.acme.lamp'), [OTHER]: dext('com.acme.torch') }), [
      `${DEXT} information workspace/competing-personalities ${OTHER}`,
      `${OTHER} information workspace/competing-personalities ${DEXT}`,
    ]);
    const second = 'Extensions/Torch.kext/Contents/Info.plist';
    assert.deepEqual(await rivals({ [KEXT]: kext('com.acme.light'), [second]: kext('com.acme.torch') }), [
      `${KEXT} information workspace/competing-personalities ${second}`,
      `${second} information workspace/competing-personalities ${KEXT}`,
    ]);
  });

  test('of one id, of Apple, of other categories or in a collection do not', async () => {
    assert.deepEqual(await rivals({ [DEXT]: dext('com.acme.lamp'), [OTHER]: dext('com.acme.lamp') }), []);
    const second = 'Extensions/Torch.kext/Contents/Info.plist';
    const apple = { [KEXT]: kext('com.apple.light'), [second]: kext('com.apple.torch') };
    assert.deepEqual(await rivals(apple), []);
    const category = kext('com.acme.torch', { IOMatchCategory: 'Torch' });
    assert.deepEqual(await rivals({ [KEXT]: kext('com.acme.light'), [second]: category }), []);
    const many = Array.from({ length: 30 }, (_, number) => [
      `Extensions/K${number}.kext/Contents/Info.plist`,
      kext(`com.acme.k${number}`),
    ]);
    assert.deepEqual(await rivals(Object.fromEntries(many)), []);
  });
});

test('targets of one project compete, whatever app carries them', async () => {
  const target = (type: string, id: string, file: string) => ({
    type,
    settings: { PRODUCT_BUNDLE_IDENTIFIER: id, INFOPLIST_FILE: file, CODE_SIGN_STYLE: 'Manual' },
  });
  const files = {
    'Lamp.xcodeproj/project.pbxproj': pbxproj({
      targets: {
        Lamp: target('driver-extension', 'com.acme.lamp', 'Lamp/Info.plist'),
        Light: target('kernel-extension', 'com.acme.light', 'Light/Info.plist'),
      },
    }),
    'Lamp/Info.plist': dext('com.acme.lamp'),
    'Light/Info.plist': kext('com.acme.light'),
  };
  assert.deepEqual(await rivals(files), [
    'Lamp/Info.plist information workspace/kext-and-dext Light/Info.plist',
  ]);
});

test('a rival that changes in the editor is compared anew', async () => {
  const fs = memoryFiles({ [DEXT]: dext('com.acme.lamp'), [OTHER]: dext('com.acme.torch') });
  const workspace = new Workspace(fs, [ROOT]);
  await workspace.index();
  const linter = createWorkspaceLinter(workspace);
  const count = () =>
    linter.findingsOf(`${ROOT}/${DEXT}`).filter(({ rule }) => rule.includes('competing')).length;
  assert.equal(count(), 1);
  fs.write(OTHER, dext('com.acme.torch', { idProduct: 7 }));
  await workspace.fileChanged(`${ROOT}/${OTHER}`);
  assert.equal(count(), 0);
});
