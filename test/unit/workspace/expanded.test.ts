/** Rules on single files, with what the build settings fill in. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { applyEdits } from '../../../server/src/plist/edit.ts';
import { lint } from '../../../server/src/rules/lint.ts';
import { createWorkspaceLinter } from '../../../server/src/rules/workspace-lint.ts';
import { Workspace } from '../../../server/src/workspace/workspace.ts';
import { memoryFiles, ROOT } from './memoryFiles.ts';
import { pbxproj } from './pbxproj.ts';
import { plist } from './plists.ts';

type Dict = Parameters<typeof plist>[0] & object;

const INFO: Dict = {
  CFBundleIdentifier: '$(PRODUCT_BUNDLE_IDENTIFIER)',
  CFBundlePackageType: 'DEXT',
  CFBundleShortVersionString: '1.0',
  CFBundleVersion: '$(CURRENT_PROJECT_VERSION)',
  OSBundleUsageDescription: 'Lets the $(LAMP) shine.',
  IOKitPersonalities: {
    Lamp: {
      CFBundleIdentifierKernel: 'com.apple.kpi.iokit',
      IOClass: 'IOUserService',
      IOProviderClass: '$(LAMP_PROVIDER)',
      IOUserClass: 'Lamp',
      IOUserServerName: '$(PRODUCT_BUNDLE_IDENTIFIER)',
      idVendor: 4660,
      idProduct: 1,
    },
  },
};

const SETTINGS = {
  PRODUCT_BUNDLE_IDENTIFIER: 'com.acme.lamp',
  CURRENT_PROJECT_VERSION: '7',
  LAMP_PROVIDER: 'IOUSBHostDevice',
  LAMP: 'lamp & torch',
  CODE_SIGN_STYLE: 'Manual',
};

async function shown(settings: Record<string, string>, more: Dict = {}) {
  const type = 'driver-extension';
  const fs = memoryFiles({
    'Lamp.xcodeproj/project.pbxproj': pbxproj({
      targets: { Lamp: { type, settings: { ...SETTINGS, INFOPLIST_FILE: 'Info.plist', ...settings } } },
    }),
    'Info.plist': plist({ ...INFO, ...more }),
  });
  const workspace = new Workspace(fs, [ROOT]);
  await workspace.index();
  const uri = `${ROOT}/Info.plist`;
  const document = workspace.document(uri);
  assert.ok(document);
  const findings = createWorkspaceLinter(workspace).merged(uri, lint(document).findings);
  return { text: document.text, findings };
}

const grave = ({ findings }: Awaited<ReturnType<typeof shown>>) =>
  findings
    .filter(({ severity }) => severity === 'error' || severity === 'warning')
    .map(({ rule, severity, keyPath }) => `${severity} ${rule} ${keyPath.join('/')}`);

describe('a rule on one file', () => {
  test('is silent where the settings fill in what is right', async () => {
    assert.deepEqual(grave(await shown({})), []);
  });

  test('speaks of the value that a setting fills in, at the variable', async () => {
    const { text, findings } = await shown({ CURRENT_PROJECT_VERSION: '202401011230' });
    const [one, ...more] = findings.filter(({ keyPath }) => keyPath[0] === 'CFBundleVersion');
    assert.deepEqual(more, []);
    assert.ok(one);
    assert.match(one.message, /202401011230/);
    assert.equal(text.slice(one.range.start, one.range.end), '<string>$(CURRENT_PROJECT_VERSION)</string>');
  });

  test('tells what the build fills in where the message does not', async () => {
    const { findings } = await shown({ LAMP_PROVIDER: 'IOUSBHostInterface' });
    const one = findings.find(({ rule }) => rule.startsWith('match/usb'));
    assert.match(one?.message ?? '', /IOUSBHostInterface/);
  });

  test('says of what is graver with the settings only the graver', async () => {
    const more = { OSBundleRequired: 'DriverKit' };
    const rule = 'dext/os-bundle-required OSBundleRequired';
    assert.deepEqual(grave(await shown({}, more)), [`error ${rule}`]);
    assert.deepEqual(
      grave(await shown({ PRODUCT_BUNDLE_IDENTIFIER: '$(NOBODY)', PRODUCT_NAME: '$(NOBODY)' }, more)),
      [`warning ${rule}`],
    );
  });

  test('repairs the file and leaves its variables', async () => {
    const { text, findings } = await shown({}, { OSBundleRequired: 'DriverKit' });
    const [fix] = findings.find(({ rule }) => rule === 'dext/os-bundle-required')?.fixes() ?? [];
    assert.ok(fix);
    assert.equal(applyEdits(text, fix.edits), plist(INFO));
    const version = await shown({ CURRENT_PROJECT_VERSION: '1.2.3.4' });
    const fixes = version.findings.flatMap((one) => one.fixes());
    for (const { edits } of fixes) {
      assert.ok(applyEdits(version.text, edits).includes('<string>$(CURRENT_PROJECT_VERSION)</string>'));
    }
  });
});
