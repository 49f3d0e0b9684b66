import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Bundle } from '../../../server/src/workspace/bundles.ts';
import { openDocument } from '../../../server/src/workspace/document.ts';
import { Workspace } from '../../../server/src/workspace/workspace.ts';
import { type MemoryOptions, memoryFiles, ROOT } from './memoryFiles.ts';
import { pbxproj } from './pbxproj.ts';
import { plist } from './plists.ts';

const DEXT = plist({
  CFBundleIdentifier: '$(PRODUCT_BUNDLE_IDENTIFIER)',
  IOKitPersonalities: {
    Lamp: {
      CFBundleIdentifierKernel: 'com.apple.kpi.iokit',
      IOClass: 'IOUserService',
      IOProviderClass: 'IOUSBHostDevice',
      IOUserClass: 'Lamp',
      IOUserServerName: '$(PRODUCT_BUNDLE_IDENTIFIER)',
    },
  },
});
const ENTITLEMENTS = plist({ 'com.apple.developer.driverkit': true });

const PROJECT = pbxproj({
  xcconfig: 'Config/Project.xcconfig',
  settings: { MARKETING_VERSION: '1.2', SDKROOT: 'macosx' },
  targets: {
    LampApp: {
      type: 'application',
      settings: {
        PRODUCT_BUNDLE_IDENTIFIER: '$(BASE_ID)',
        GENERATE_INFOPLIST_FILE: 'YES',
        CODE_SIGN_ENTITLEMENTS: 'App/App.entitlements',
      },
      embeds: ['LampDriver'],
    },
    LampDriver: {
      type: 'driver-extension',
      settings: {
        PRODUCT_BUNDLE_IDENTIFIER: '$(BASE_ID).driver',
        INFOPLIST_FILE: '$(SRCROOT)/Driver/Info.plist',
        CODE_SIGN_ENTITLEMENTS: {
          Debug: 'Driver/Debug.entitlements',
          Release: 'Driver/Release.entitlements',
        },
        SDKROOT: 'driverkit',
        'DRIVERKIT_DEPLOYMENT_TARGET[sdk=driverkit*]': '21.0',
        'DRIVERKIT_DEPLOYMENT_TARGET[sdk=macosx*]': '19.0',
      },
      sources: ['Driver/Lamp.cpp', 'Driver/Lamp.iig'],
    },
  },
});

const FILES = {
  'Lamp.xcodeproj/project.pbxproj': PROJECT,
  'Config/Project.xcconfig': '#include "Team.xcconfig"\nBASE_ID = com.$(TEAM_NAME).lamp\n',
  'Config/Team.xcconfig': 'TEAM_NAME = acme\n',
  'App/App.entitlements': plist({ 'com.apple.developer.system-extension.install': true }),
  'Driver/Info.plist': DEXT,
  'Driver/Debug.entitlements': ENTITLEMENTS,
  'Driver/Release.entitlements': ENTITLEMENTS,
  'Driver/Lamp.iig': 'class Lamp: public IOService { };\n',
  'Driver/Lamp.cpp': '',
};

async function indexed(
  files: Readonly<Record<string, string | Uint8Array>>,
  options?: MemoryOptions,
): Promise<{ workspace: Workspace; fs: ReturnType<typeof memoryFiles> }> {
  const fs = memoryFiles(files, options);
  const workspace = new Workspace(fs, [ROOT]);
  await workspace.index();
  return { workspace, fs };
}

const named = (workspace: Workspace, name: string): Bundle => {
  const bundle = workspace.bundles.find((one) => one.name === name);
  assert.ok(bundle, `no bundle ${name} among ${workspace.bundles.map((one) => one.name).join(', ')}`);
  return bundle;
};
const below = (uri: string | undefined) =>
  uri === undefined ? undefined : decodeURIComponent(uri.slice(ROOT.length + 1));

describe('an Xcode project', () => {
  test('targets become bundles with their files per configuration', async () => {
    const { workspace } = await indexed(FILES);
    assert.deepEqual(workspace.notices, []);
    assert.deepEqual(
      workspace.bundles.map(({ name, kind, origin }) => [name, kind, origin]),
      [
        ['LampApp', 'app', 'xcode'],
        ['LampDriver', 'dext', 'xcode'],
      ],
    );
    const driver = named(workspace, 'LampDriver');
    assert.deepEqual(
      driver.configurations.map((one) => [one.name, below(one.infoPlist), below(one.entitlements)]),
      [
        ['Debug', 'Driver/Info.plist', 'Driver/Debug.entitlements'],
        ['Release', 'Driver/Info.plist', 'Driver/Release.entitlements'],
      ],
    );
    assert.deepEqual(driver.interfaces.map(below), ['Driver/Lamp.iig']);
    assert.deepEqual(
      workspace.classesOf(driver).map(({ name, parents, uri }) => [name, parents, below(uri)]),
      [['Lamp', ['IOService'], 'Driver/Lamp.iig']],
    );
  });

  test('settings come from the target, the project, xcconfig files and Xcode itself', async () => {
    const { workspace } = await indexed(FILES);
    const [debug] = named(workspace, 'LampDriver').configurations;
    assert.equal(debug?.setting('PRODUCT_BUNDLE_IDENTIFIER'), 'com.acme.lamp.driver');
    assert.equal(debug?.setting('MARKETING_VERSION'), '1.2');
    assert.equal(debug?.setting('PRODUCT_NAME'), 'com.acme.lamp.driver', 'a dext is named by its bundle id');
    assert.equal(debug?.setting('WRAPPER_NAME'), 'com.acme.lamp.driver.dext');
    assert.equal(debug?.setting('CONFIGURATION'), 'Debug');
    assert.equal(debug?.setting('DRIVERKIT_DEPLOYMENT_TARGET'), '21.0', 'the condition on the SDK holds');
    assert.equal(debug?.setting('NO_SUCH_SETTING'), undefined);
    assert.equal(debug?.expand('$(BASE_ID)/${CONFIGURATION:lower}'), 'com.acme.lamp/debug');
    assert.equal(debug?.expand('$(NO_SUCH_SETTING)'), undefined);
  });

  test('a setting is found where it is written', async () => {
    const { workspace } = await indexed(FILES);
    const target = named(workspace, 'LampDriver').target?.configurations[1];
    const text = (name: string) => {
      const place = target?.place(name);
      const content = place && (FILES as Record<string, string>)[below(place.uri) ?? ''];
      return place && [below(place.uri), content?.slice(place.start, place.end)];
    };
    assert.deepEqual(text('CODE_SIGN_ENTITLEMENTS'), [
      'Lamp.xcodeproj/project.pbxproj',
      'Driver/Release.entitlements',
    ]);
    assert.deepEqual(text('PRODUCT_BUNDLE_IDENTIFIER'), [
      'Lamp.xcodeproj/project.pbxproj',
      '$(BASE_ID).driver',
    ]);
    assert.deepEqual(text('MARKETING_VERSION'), ['Lamp.xcodeproj/project.pbxproj', '1.2']);
    assert.deepEqual(text('TEAM_NAME'), ['Config/Team.xcconfig', 'TEAM_NAME']);
    assert.equal(text('PRODUCT_NAME'), undefined, 'Xcode’s own default stands nowhere');
  });

  test('the app carries the extension in the folder where the system looks', async () => {
    const { workspace } = await indexed(FILES);
    const app = named(workspace, 'LampApp');
    assert.deepEqual(
      app.embeds.map(({ bundle, rightPlace }) => [bundle.name, rightPlace]),
      [['LampDriver', true]],
    );
    assert.deepEqual(
      named(workspace, 'LampDriver').hosts.map(({ name }) => name),
      ['LampApp'],
    );
  });

  test('a synchronized folder gives its files to the target', async () => {
    const project = pbxproj({
      targets: { Lamp: { type: 'driver-extension', settings: {}, folder: 'Driver' } },
    });
    const { workspace } = await indexed({
      'Lamp.xcodeproj/project.pbxproj': project,
      'Driver/Lamp.iig': 'class Lamp: public IOService {};',
      'Driver/More/LampClient.iig': 'class LampClient: public IOUserClient {};',
      'Other/Else.iig': 'class Else: public IOService {};',
    });
    assert.deepEqual(
      workspace.classesOf(named(workspace, 'Lamp')).map(({ name }) => name),
      ['Lamp', 'LampClient'],
    );
  });
});

describe('an XcodeGen spec', () => {
  const SPEC = `
name: Lamp
options:
  bundleIdPrefix: com.acme
configs: { Debug: debug, Release: release }
settingGroups:
  versions: { MARKETING_VERSION: 2.0 }
targetTemplates:
  Signed:
    settings: { base: { DEVELOPMENT_TEAM: ABCDE12345, LABEL: "\${target_name} by \${who}" } }
targets:
  LampApp:
    type: application
    platform: macOS
    templates: [Signed]
    templateAttributes: { who: us }
    settings: { PRODUCT_BUNDLE_IDENTIFIER: com.acme.lamp }
    dependencies: [{ target: LampDriver }]
  LampDriver:
    type: driver-extension
    platform: macOS
    sources: [Driver, { path: Shared }]
    entitlements: { path: Driver/Driver.entitlements }
    settings:
      groups: [versions]
      base: { ENABLED: true, DRIVERKIT_DEPLOYMENT_TARGET: 22.0 }
      configs: { Release: { NAME: final } }
`;
  const files = {
    'project.yml': SPEC,
    'Driver/Info.plist': DEXT,
    'Driver/Driver.entitlements': ENTITLEMENTS,
    'Shared/Lamp.iig': 'class Lamp: public IOService {};',
  };

  test('gives the same bundles as the project that it generates', async () => {
    const { workspace } = await indexed(files);
    assert.deepEqual(workspace.notices, []);
    const driver = named(workspace, 'LampDriver');
    const [debug, release] = driver.configurations;
    assert.equal(driver.kind, 'dext');
    assert.equal(driver.origin, 'xcodegen');
    assert.equal(below(debug?.infoPlist), 'Driver/Info.plist', 'found in the source folder');
    assert.equal(below(debug?.entitlements), 'Driver/Driver.entitlements');
    assert.equal(debug?.setting('PRODUCT_BUNDLE_IDENTIFIER'), 'com.acme.LampDriver');
    assert.equal(debug?.setting('MARKETING_VERSION'), '2.0', 'written as it stands');
    assert.equal(debug?.setting('DRIVERKIT_DEPLOYMENT_TARGET'), '22.0');
    assert.equal(debug?.setting('ENABLED'), 'YES');
    assert.equal(debug?.setting('SDKROOT'), 'driverkit');
    assert.deepEqual([debug?.setting('NAME'), release?.setting('NAME')], [undefined, 'final']);
    assert.deepEqual(
      workspace.classesOf(driver).map(({ name }) => name),
      ['Lamp'],
    );
    const app = named(workspace, 'LampApp');
    assert.equal(app.configurations[0]?.setting('LABEL'), 'LampApp by us');
    assert.deepEqual(
      app.embeds.map(({ bundle, rightPlace }) => [bundle.name, rightPlace]),
      [['LampDriver', true]],
    );
  });

  test('counts for nothing beside the project file that it generates', async () => {
    const project = pbxproj({ targets: { Lamp: { type: 'driver-extension', settings: {} } } });
    const { workspace } = await indexed({ ...files, 'Lamp.xcodeproj/project.pbxproj': project });
    assert.deepEqual(
      workspace.bundles.filter(({ origin }) => origin === 'xcodegen'),
      [],
    );
  });

  test('is laid over the specs that it includes, and one that includes itself ends', async () => {
    const { workspace } = await indexed({
      'project.yml': 'include: [base.yml]\ntargets: { Lamp: { settings: { B: 2 } } }',
      'base.yml':
        'include: project.yml\ntargets: { Lamp: { type: driver-extension, settings: { A: 1, B: 1 } } }',
    });
    const [debug] = named(workspace, 'Lamp').configurations;
    assert.deepEqual([debug?.setting('A'), debug?.setting('B')], ['1', '2']);
  });

  test('that is no YAML is a notice', async () => {
    const { workspace } = await indexed({ 'project.yml': 'a: [1, 2\nb: }' });
    assert.match(workspace.notices[0]?.message ?? '', /^the XcodeGen spec cannot be read: /);
    assert.deepEqual(workspace.bundles, []);
  });
});

describe('built products', () => {
  const INFO = (id: string, type: string) => plist({ CFBundleIdentifier: id, CFBundlePackageType: type });

  test('an app carries what lies in it', async () => {
    const { workspace } = await indexed({
      'Lamp.app/Contents/Info.plist': INFO('com.acme.lamp', 'APPL'),
      'Lamp.app/Contents/Library/SystemExtensions/com.acme.lamp.driver.dext/Info.plist': INFO(
        'com.acme.lamp.driver',
        'DEXT',
      ),
      'Lamp.app/Contents/PlugIns/com.acme.lamp.other.dext/Info.plist': INFO('com.acme.lamp.other', 'DEXT'),
    });
    const app = named(workspace, 'Lamp.app');
    assert.equal(app.origin, 'built');
    assert.deepEqual(
      app.embeds.map(({ product, rightPlace }) => [product, rightPlace]),
      [
        ['com.acme.lamp.driver.dext', true],
        ['com.acme.lamp.other.dext', false],
      ],
    );
  });

  test('the architectures of a kext’s program are read', async () => {
    const arm64e = new Uint8Array(new Uint32Array([0xfeedfacf, 0x0100000c, 0x80000002, 0]).buffer);
    const kext = (executable: string) =>
      plist({
        CFBundleIdentifier: 'com.acme.lamp',
        CFBundlePackageType: 'KEXT',
        CFBundleExecutable: executable,
        OSBundleLibraries: { 'com.apple.kpi.libkern': '20.0' },
      });
    const { workspace } = await indexed({
      'A.kext/Contents/Info.plist': kext('A'),
      'A.kext/Contents/MacOS/A': arm64e,
      'B.kext/Contents/Info.plist': kext('B'),
      'B.kext/Contents/_CodeSignature/CodeResources': '',
      'C.kext/Contents/Info.plist': kext('C'),
    });
    assert.equal(workspace.executableOf(named(workspace, 'C.kext')), undefined, 'a skeleton');
    assert.deepEqual(workspace.executableOf(named(workspace, 'A.kext'))?.architectures, ['arm64e']);
    assert.equal(workspace.executableOf(named(workspace, 'B.kext'))?.architectures, undefined);
    assert.equal(below(workspace.executableOf(named(workspace, 'B.kext'))?.uri), 'B.kext/Contents/MacOS/B');
  });
});

describe('folders without a project', () => {
  test('what lies beside an Info.plist belongs to it, unless there are two', async () => {
    const { workspace } = await indexed({
      'One/Info.plist': DEXT,
      'One/One.entitlements': ENTITLEMENTS,
      'One/Lamp.iig': 'class Lamp: public IOService {};',
      'Two/A-Info.plist': DEXT,
      'Two/B-Info.plist': DEXT,
      'Two/Two.entitlements': ENTITLEMENTS,
    });
    assert.deepEqual(
      workspace.bundles.map((one) => [
        below(one.uri),
        below(one.configurations[0]?.entitlements),
        one.interfaces.length,
      ]),
      [
        ['One/Info.plist', 'One/One.entitlements', 1],
        ['Two/A-Info.plist', undefined, 0],
        ['Two/B-Info.plist', undefined, 0],
      ],
    );
  });
});

describe('changes', () => {
  test('one changed file is read again, no other', async () => {
    const { workspace, fs } = await indexed(FILES);
    const bundles = workspace.bundles;
    fs.reads.clear();
    fs.write('Driver/Info.plist', DEXT.replaceAll('Lamp', 'Torch'));
    await workspace.fileChanged(`${ROOT}/Driver/Info.plist`);
    assert.deepEqual([...fs.reads], [['Driver/Info.plist', 1]]);
    assert.equal(workspace.bundles, bundles, 'no bundle is put together anew');
    assert.ok(workspace.document(`${ROOT}/Driver/Info.plist`)?.text.includes('Torch'));
  });

  test('an xcconfig that a project includes means reading the project again', async () => {
    const { workspace, fs } = await indexed(FILES);
    fs.write('Config/Team.xcconfig', 'TEAM_NAME = bolt\n');
    await workspace.fileChanged(`${ROOT}/Config/Team.xcconfig`);
    assert.equal(
      named(workspace, 'LampDriver').configurations[0]?.setting('PRODUCT_BUNDLE_IDENTIFIER'),
      'com.bolt.lamp.driver',
    );
  });

  test('files that come and go', async () => {
    const { workspace, fs } = await indexed(FILES);
    fs.remove('Driver/Info.plist');
    await workspace.fileChanged(`${ROOT}/Driver/Info.plist`);
    assert.equal(named(workspace, 'LampDriver').configurations[0]?.infoPlist, undefined);
    fs.write('Driver/Info.plist', DEXT);
    await workspace.fileChanged(`${ROOT}/Driver/Info.plist`);
    assert.equal(below(named(workspace, 'LampDriver').configurations[0]?.infoPlist), 'Driver/Info.plist');
    fs.remove('Lamp.xcodeproj/project.pbxproj');
    await workspace.fileChanged(`${ROOT}/Lamp.xcodeproj/project.pbxproj`);
    assert.deepEqual(
      workspace.bundles.map(({ origin }) => origin),
      ['folder'],
    );
  });

  test('what the editor holds counts before the disk', async () => {
    const { workspace } = await indexed(FILES);
    const uri = `${ROOT}/Driver/Info.plist`;
    workspace.setOpen(uri, openDocument(uri, '<plist><dict/></plist>', 7));
    assert.equal(workspace.document(uri)?.version, 7);
    workspace.setOpen(uri, undefined);
    assert.equal(workspace.document(uri)?.version, 0);
  });
});

describe('what goes wrong', () => {
  test('an unreadable folder is a notice, the rest is read', async () => {
    const { workspace } = await indexed({ ...FILES, 'Secret/Info.plist': DEXT }, { unreadable: ['Secret'] });
    assert.deepEqual(workspace.notices, [
      { uri: `${ROOT}/Secret`, message: 'this folder cannot be read: Secret: permission denied' },
    ]);
    assert.equal(workspace.bundles.length, 2);
  });

  test('links to folders are not followed', async () => {
    const { workspace } = await indexed(FILES, { folderLinks: ['Driver/Loop', 'Loop'] });
    assert.deepEqual(workspace.notices, []);
    assert.equal(workspace.bundles.length, 2);
  });

  test('a project file of 100 MB is passed over with a notice', async () => {
    const path = 'Lamp.xcodeproj/project.pbxproj';
    const { workspace, fs } = await indexed(FILES, { sizes: { [path]: 100_000_000 } });
    assert.equal(fs.reads.get(path), undefined);
    assert.deepEqual(
      workspace.notices.map(({ message }) => message),
      ['this file has 100 MB; files over 50 MB are not read'],
    );
  });

  test('an xcconfig that includes itself is read once, with a notice', async () => {
    const { workspace } = await indexed({
      ...FILES,
      'Config/Team.xcconfig': '#include "Project.xcconfig"\nTEAM_NAME = acme\n',
    });
    assert.deepEqual(
      workspace.notices.map(({ uri, message }) => [below(uri), message]),
      [['Config/Project.xcconfig', 'this configuration file includes itself; the second reading is skipped']],
    );
    assert.equal(
      named(workspace, 'LampDriver').configurations[0]?.setting('PRODUCT_BUNDLE_IDENTIFIER'),
      'com.acme.lamp.driver',
    );
  });

  test('an xcconfig that is not there is a notice, an optional one is none', async () => {
    const { workspace } = await indexed({
      ...FILES,
      'Config/Project.xcconfig':
        '#include "Gone.xcconfig"\n#include? "Perhaps.xcconfig"\nBASE_ID = com.acme.lamp\n',
    });
    assert.deepEqual(
      workspace.notices.map(({ uri, message }) => [below(uri), message]),
      [['Config/Gone.xcconfig', 'a project names this file, but it is not there']],
    );
  });

  for (const [what, text] of [
    ['empty', ''],
    ['cut off', PROJECT.slice(0, 900)],
    ['something else', '<plist/>'],
    ['without its root object', PROJECT.replace('rootObject = ROOT', 'rootObject = NOWHERE')],
  ] as const) {
    test(`a project file that is ${what} is a notice`, async () => {
      const { workspace } = await indexed({ ...FILES, 'Lamp.xcodeproj/project.pbxproj': text });
      assert.equal(workspace.notices.length, 1);
      assert.ok(workspace.bundles.every(({ origin }) => origin === 'folder'));
    });
  }

  for (const [what, text] of [
    ['nested too deeply', `targets: ${'{a: '.repeat(50_000)}`],
    ['nested too deeply and closed', `targets: ${'['.repeat(20_000)}${']'.repeat(20_000)}`],
    [
      'full of aliases of aliases',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghi'].map((name, at) => `${name}: &${name} [${`*${'abcdefgh'[at]},`.repeat(9)}]`).join('\n')}`,
    ],
    [
      'templates that name each other',
      'targetTemplates: { A: { templates: [B] }, B: { templates: [A] } }\ntargets: { Lamp: { type: driver-extension, templates: [A] } }',
    ],
    [
      'settings that name each other',
      'settingGroups: { A: { groups: [B] }, B: { groups: [A] } }\ntargets: { Lamp: { type: driver-extension, settings: { groups: [A] } } }',
    ],
    ['of other shapes', 'targets: [1, 2]\nconfigs: 3\nsettings: [x]\ninclude: { a: b }'],
    [
      'of targets of other shapes',
      'targets: { A: 1, B: { type: [x], sources: { a: b }, dependencies: x, settings: 4, info: 5 } }',
    ],
  ] as const) {
    test(`a spec that is ${what} ends, and the rest is read`, async () => {
      const { workspace } = await indexed({ ...FILES, 'Other/project.yml': text });
      const own = workspace.bundles.filter(({ uri }) => !uri.includes('/Other/'));
      assert.equal(own.length, 2);
    });
  }

  test('caches and other people’s code are not walked', async () => {
    const { workspace } = await indexed({
      'node_modules/x/Info.plist': DEXT,
      'DerivedData/x/Info.plist': DEXT,
      '.git/Info.plist': DEXT,
    });
    assert.deepEqual(workspace.bundles, []);
  });

  test('a cancelled walk ends', async () => {
    const fs = memoryFiles(FILES);
    const workspace = new Workspace(fs, [ROOT]);
    await workspace.index({ cancelled: () => true });
    assert.deepEqual(workspace.bundles, []);
    assert.equal(fs.reads.size, 0);
  });
});

test('a target that names no sources has the interfaces beside its Info.plist', async () => {
  const files = (sources?: string[]) => ({
    'Lamp.xcodeproj/project.pbxproj': pbxproj({
      targets: {
        Lamp: {
          type: 'driver-extension',
          settings: { INFOPLIST_FILE: 'Driver/Info.plist' },
          ...(sources && { sources }),
        },
      },
    }),
    'Driver/Info.plist': plist({ CFBundleIdentifier: '$(PRODUCT_BUNDLE_IDENTIFIER)' }),
    'Driver/Sources/Lamp.iig': 'class Lamp: public IOService\n{\n};\n',
    'Driver/Lamp.cpp': '',
    'Other/Torch.iig': 'class Torch: public IOService\n{\n};\n',
  });
  const interfaces = async (sources?: string[]) => {
    const workspace = new Workspace(memoryFiles(files(sources)), [ROOT]);
    await workspace.index();
    return workspace.bundles[0]?.interfaces.map((uri) => uri.slice(ROOT.length + 1));
  };
  assert.deepEqual(await interfaces(), ['Driver/Sources/Lamp.iig']);
  assert.deepEqual(await interfaces(['Driver/Lamp.cpp']), []);
});
