/** The run of the rules over several files: configurations, suppressions, settings, what the workspace knows better. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type LintOptions, lint } from '../../../server/src/rules/lint.ts';
import { createWorkspaceLinter, lintWorkspace } from '../../../server/src/rules/workspace-lint.ts';
import { Workspace } from '../../../server/src/workspace/workspace.ts';
import { memoryFiles, ROOT } from './memoryFiles.ts';
import { pbxproj } from './pbxproj.ts';
import { plist } from './plists.ts';

const INFO = plist({
  CFBundleIdentifier: '$(PRODUCT_BUNDLE_IDENTIFIER)',
  IOKitPersonalities: {
    Lamp: {
      CFBundleIdentifierKernel: 'com.apple.kpi.iokit',
      IOClass: 'IOUserService',
      IOProviderClass: 'IOUSBHostDevice',
      IOUserClass: 'Lamp',
      IOUserServerName: '$(PRODUCT_BUNDLE_IDENTIFIER)',
      idProduct: 2,
      idVendor: 1,
    },
  },
  OSBundleUsageDescription: 'Lets the lamp shine.',
});
const RIGHTS = plist({ 'com.apple.developer.driverkit': true });

function files(
  settings: Record<string, string | Record<string, string>> = {},
  more: Record<string, string> = {},
) {
  return {
    'Lamp.xcodeproj/project.pbxproj': pbxproj({
      targets: {
        Lamp: {
          type: 'driver-extension',
          settings: {
            PRODUCT_BUNDLE_IDENTIFIER: 'com.acme.lamp',
            INFOPLIST_FILE: 'Info.plist',
            CODE_SIGN_ENTITLEMENTS: 'Lamp.entitlements',
            GENERATE_INFOPLIST_FILE: 'YES',
            ...settings,
          },
        },
      },
    }),
    'Info.plist': INFO,
    'Lamp.entitlements': RIGHTS,
    ...more,
  };
}

async function read(contents: Record<string, string>): Promise<Workspace> {
  const workspace = new Workspace(memoryFiles(contents), [ROOT]);
  await workspace.index();
  return workspace;
}

function shown(workspace: Workspace, options: LintOptions = {}): string[] {
  return [...lintWorkspace(workspace, { lintOptions: () => options })].flatMap(([uri, findings]) =>
    findings.map(({ rule, severity, message }) => {
      const configurations = / \(([^()]*)\)$/.exec(message)?.[1];
      return `${uri.slice(ROOT.length + 1)} ${severity} ${rule}${configurations ? ` ${configurations}` : ''}`;
    }),
  );
}

const MISSING = 'Lamp.entitlements error workspace/transport-entitlement';

describe('configurations', () => {
  test('what both say alike is said once', async () => {
    assert.deepEqual(shown(await read(files())), [MISSING]);
  });

  test('what one says alone names it', async () => {
    const granted = plist({
      'com.apple.developer.driverkit': true,
      'com.apple.developer.driverkit.transport.usb': [{ idVendor: 1 }],
    });
    const settings = {
      CODE_SIGN_ENTITLEMENTS: { Debug: 'Lamp.entitlements', Release: 'Release.entitlements' },
    };
    assert.deepEqual(shown(await read(files(settings, { 'Release.entitlements': granted }))), [
      `${MISSING} Debug`,
    ]);
  });
});

describe('unknown is no finding', () => {
  const cases: [string, Record<string, string | Record<string, string>>, Record<string, string>][] = [
    [
      'a bundle id put together from a setting that nobody sets',
      { PRODUCT_BUNDLE_IDENTIFIER: '$(NOBODY).lamp', PRODUCT_NAME: 'x' },
      {},
    ],
    ['a product name that nobody knows', { PRODUCT_NAME: '$(NOBODY)' }, {}],
    ['entitlements whose path nobody knows', { CODE_SIGN_ENTITLEMENTS: '$(NOBODY).entitlements' }, {}],
    ['entitlements that are not there', { CODE_SIGN_ENTITLEMENTS: 'Gone.entitlements' }, {}],
    [
      'a provider that the build fills in',
      {},
      { 'Info.plist': INFO.replace('IOUSBHostDevice', '$(PROVIDER)') },
    ],
  ];
  for (const [what, settings, more] of cases) {
    test(what, async () => {
      const rights = plist({
        'com.apple.developer.driverkit': true,
        'com.apple.developer.driverkit.transport.usb': [{ idVendor: 1 }],
      });
      assert.deepEqual(shown(await read(files(settings, { 'Lamp.entitlements': rights, ...more }))), []);
    });
  }
});

describe('settings of a person', () => {
  test('severities and comments hold', async () => {
    const workspace = await read(files());
    const off: LintOptions = { severities: new Map([['workspace/*', 'off']]) };
    assert.deepEqual(shown(workspace, off), []);
    const hint: LintOptions = { severities: new Map([['workspace/transport-entitlement', 'hint']]) };
    assert.deepEqual(shown(workspace, hint), ['Lamp.entitlements hint workspace/transport-entitlement']);
    const quiet = RIGHTS.replace('<plist ', '<!-- driver-plist-disable workspace/* -->\n<plist ');
    assert.deepEqual(shown(await read(files({}, { 'Lamp.entitlements': quiet }))), []);
  });
});

describe('what the workspace knows better', () => {
  const bare = INFO.replace(/\t<key>OSBundleUsageDescription<\/key>\n.*\n/, '');
  const missing = async (settings: Record<string, string | Record<string, string>>) => {
    const workspace = await read(files(settings, { 'Info.plist': bare }));
    const document = workspace.document(`${ROOT}/Info.plist`);
    assert.ok(document);
    const single = lint(document).findings;
    assert.ok(
      single.some(({ rule }) => rule === 'dext/missing-usage-description'),
      'the file alone lacks it',
    );
    return createWorkspaceLinter(workspace)
      .merged(document.uri, single)
      .some(({ rule }) => rule === 'dext/missing-usage-description');
  };

  test('a key that the build writes is not missing', async () => {
    assert.equal(await missing({}), true);
    assert.equal(await missing({ INFOPLIST_KEY_OSBundleUsageDescription: 'Lets it shine.' }), false);
  });

  test('nor is one that only one configuration has, or without GENERATE_INFOPLIST_FILE, there', async () => {
    assert.equal(
      await missing({ INFOPLIST_KEY_OSBundleUsageDescription: { Debug: 'Lets it shine.' } }),
      true,
    );
    assert.equal(
      await missing({ INFOPLIST_KEY_OSBundleUsageDescription: 'Shines.', GENERATE_INFOPLIST_FILE: 'NO' }),
      true,
    );
  });
});

describe('what works in another way', () => {
  const project = (driver: Record<string, string>, more: Record<string, string> = {}) => ({
    'Lamp.xcodeproj/project.pbxproj': pbxproj({
      settings: { SDKROOT: 'macosx' },
      targets: {
        App: {
          type: 'application',
          settings: { PRODUCT_BUNDLE_IDENTIFIER: 'com.acme', CODE_SIGN_ENTITLEMENTS: 'App.entitlements' },
          embeds: ['Lamp'],
        },
        Lamp: {
          type: 'driver-extension',
          settings: {
            PRODUCT_BUNDLE_IDENTIFIER: 'com.acme.lamp',
            INFOPLIST_FILE: 'Driver/Info.plist',
            CODE_SIGN_ENTITLEMENTS: 'Driver/Lamp.entitlements',
            ...driver,
          },
        },
      },
    }),
    'App.entitlements': plist({ 'com.apple.developer.system-extension.install': true }),
    'Driver/Info.plist': INFO,
    'Driver/Lamp.entitlements': plist({
      'com.apple.developer.driverkit': true,
      'com.apple.developer.driverkit.transport.usb': [{ idVendor: 1 }],
    }),
    ...more,
  });
  const errors = async (files: Record<string, string>) =>
    shown(await read(files)).filter((line) => line.includes(' error '));

  test('a folder that is named by WRAPPER_NAME', async () => {
    const named = { PRODUCT_NAME: 'Lamp', WRAPPER_NAME: '$(PRODUCT_BUNDLE_IDENTIFIER).dext' };
    assert.deepEqual(await errors(project(named)), []);
    assert.deepEqual(await errors(project({ PRODUCT_NAME: 'Lamp' })), [
      'Driver/Info.plist error workspace/product-name',
    ]);
  });

  test('a helper that asks for the installation', async () => {
    const without = { 'App.entitlements': plist({ 'com.apple.security.app-sandbox': true }) };
    assert.deepEqual(await errors(project({}, without)), [
      'App.entitlements error workspace/install-entitlement',
    ]);
    const helper = plist({ 'com.apple.developer.system-extension.install': true });
    assert.deepEqual(await errors(project({}, { ...without, 'Helper.entitlements': helper })), []);
  });
});

test('network rights make an extension of a plist that says little, those of an app do not', async () => {
  const right = { 'com.apple.developer.networking.networkextension': ['dns-proxy-systemextension'] };
  const install = { 'com.apple.developer.system-extension.install': true };
  const rules = async (claims: Parameters<typeof plist>[0]) => {
    const files = {
      'Names/Info.plist': plist({ NSSystemExtensionUsageDescription: 'Asks for names.' }),
      'Names/Names.entitlements': plist(claims),
    };
    const workspace = new Workspace(memoryFiles(files), [ROOT]);
    await workspace.index();
    return [...lintWorkspace(workspace).values()].flat().map(({ rule }) => rule);
  };
  assert.deepEqual(await rules(right), ['workspace/network-dictionary']);
  assert.ok(!(await rules({ ...right, ...install })).includes('workspace/network-dictionary'));
});
