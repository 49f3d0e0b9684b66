/** Definition, references, rename, symbols and the tree of bundles over a project of several files. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { applyEdits } from '../../../server/src/plist/edit.ts';
import { lint } from '../../../server/src/rules/lint.ts';
import { createWorkspaceLinter } from '../../../server/src/rules/workspace-lint.ts';
import { type BundleTreeNode, bundleTree } from '../../../server/src/service/bundleTree.ts';
import { definitionAt } from '../../../server/src/service/definition.ts';
import { referencesAt } from '../../../server/src/service/references.ts';
import { renameAt, renameRange } from '../../../server/src/service/rename.ts';
import { settingHints, settingHover } from '../../../server/src/service/settingValues.ts';
import type { Place } from '../../../server/src/service/subjects.ts';
import { workspaceSymbols } from '../../../server/src/service/workspaceSymbols.ts';
import { openDocument } from '../../../server/src/workspace/document.ts';
import { Workspace } from '../../../server/src/workspace/workspace.ts';
import { memoryFiles, ROOT } from '../workspace/memoryFiles.ts';
import { pbxproj } from '../workspace/pbxproj.ts';
import { plist } from '../workspace/plists.ts';

const FILES: Record<string, string> = {
  'Lamp.xcodeproj/project.pbxproj': pbxproj({
    xcconfig: 'Base.xcconfig',
    targets: {
      LampApp: {
        type: 'application',
        settings: {
          PRODUCT_BUNDLE_IDENTIFIER: 'com.acme.lamp',
          CODE_SIGN_ENTITLEMENTS: 'App/App.entitlements',
        },
        embeds: ['LampDriver'],
      },
      LampDriver: {
        type: 'driver-extension',
        settings: {
          PRODUCT_BUNDLE_IDENTIFIER: 'com.acme.lamp.driver',
          INFOPLIST_FILE: 'Driver/Info.plist',
          CODE_SIGN_ENTITLEMENTS: 'Driver/Driver.entitlements',
        },
        sources: ['Driver/Lamp.cpp', 'Driver/Lamp.iig'],
      },
    },
  }),
  'Base.xcconfig': 'MATCH_CATEGORY = com.acme.category\n',
  'App/App.entitlements': plist({
    'com.apple.developer.system-extension.install': true,
    'com.apple.developer.driverkit.userclient-access': ['com.acme.lamp.driver'],
  }),
  'App/App.swift':
    '// com.acme.lamp.driver\nlet id = "com.acme.lamp.driver"\nlet other = "com.acme.lamp.driver.log"\n',
  'Driver/Info.plist': plist({
    CFBundleIdentifier: '$(PRODUCT_BUNDLE_IDENTIFIER)',
    IOKitPersonalities: {
      Bulb: {
        CFBundleIdentifierKernel: 'com.apple.kpi.iokit',
        IOClass: 'IOUserService',
        IOMatchCategory: '$(MATCH_CATEGORY)',
        IOProviderClass: 'IOUSBHostDevice',
        IOUserClass: 'Lamp',
        IOUserServerName: 'com.acme.lamp.driver',
        UserClientProperties: { IOClass: 'IOUserUserClient', IOUserClass: 'LampClient' },
        idProduct: 2,
        idVendor: 1,
      },
    },
  }),
  'Driver/Driver.entitlements': plist({
    'com.apple.developer.driverkit': true,
    'com.apple.developer.driverkit.transport.usb': [{ idVendor: 9 }],
  }),
  'Driver/Lamp.iig': 'class Lamp: public IOService\n{\n};\nclass LampClient: public IOUserClient\n{\n};\n',
  'Driver/Lamp.cpp':
    '#include "Lamp.h"\n// Lamp shines\nstruct Lamp_IVars { Lamp * self; };\nkern_return_t IMPL(Lamp, Start)\n{\n\tLog("Lamp"); LampClient * c;\n}\n',
};

async function project(files: Record<string, string> = FILES): Promise<Workspace> {
  const workspace = new Workspace(memoryFiles(files), [ROOT]);
  await workspace.index();
  return workspace;
}

/** The document and the offset just behind `before` in its text. */
function at(workspace: Workspace, path: string, before: string, inside = 1) {
  const document = workspace.document(`${ROOT}/${path}`);
  assert.ok(document, path);
  const found = document.text.indexOf(before);
  assert.ok(found >= 0, `${before} in ${path}`);
  return { document, offset: found + before.length - inside };
}

/** `path: text` of each place. */
function read(places: readonly Place[], files: Record<string, string> = FILES): string[] {
  return places.map(({ uri, range }) => {
    const path = uri.slice(ROOT.length + 1);
    return `${path}: ${files[path]?.slice(range.start, range.end)}`;
  });
}

describe('go to definition', () => {
  const cases: [string, string, string, string[]][] = [
    ['a driver class', 'Driver/Info.plist', '<string>Lamp', ['Driver/Lamp.iig: Lamp']],
    ['a user client', 'Driver/Info.plist', '<string>LampClient', ['Driver/Lamp.iig: LampClient']],
    ['a variable of an xcconfig', 'Driver/Info.plist', '$(MATCH_CAT', ['Base.xcconfig: MATCH_CATEGORY']],
    [
      'a variable of the project',
      'Driver/Info.plist',
      '$(PRODUCT_BUNDLE',
      [
        'Lamp.xcodeproj/project.pbxproj: com.acme.lamp.driver',
        'Lamp.xcodeproj/project.pbxproj: com.acme.lamp.driver',
      ],
    ],
    [
      'a bundle id',
      'App/App.entitlements',
      '<string>com.acme.lamp.dri',
      [
        'Lamp.xcodeproj/project.pbxproj: com.acme.lamp.driver',
        'Lamp.xcodeproj/project.pbxproj: com.acme.lamp.driver',
      ],
    ],
    ['an entitlement', 'Driver/Driver.entitlements', 'transport.us', ['Driver/Info.plist: IOUSBHostDevice']],
    [
      'the right to be a dext',
      'Driver/Driver.entitlements',
      'developer.driverkit',
      ['Driver/Info.plist: Bulb'],
    ],
    ['a class of Apple’s', 'Driver/Info.plist', '<string>IOUserService', []],
    ['a number', 'Driver/Info.plist', '<integer>2', []],
    ['a tag', 'Driver/Info.plist', '<dict', []],
  ];
  for (const [what, path, before, expected] of cases) {
    test(`of ${what}`, async () => {
      const workspace = await project();
      const { document, offset } = at(workspace, path, before);
      assert.deepEqual(read(definitionAt(workspace, document, offset)), expected);
    });
  }
});

describe('references', () => {
  test('of a class: personalities and code, no comments, strings or includes', async () => {
    const workspace = await project();
    const { document, offset } = at(workspace, 'Driver/Info.plist', '<string>Lamp');
    assert.deepEqual(read(await referencesAt(workspace, document, offset)), [
      'Driver/Lamp.iig: Lamp',
      'Driver/Info.plist: Lamp',
      'Driver/Lamp.cpp: Lamp',
      'Driver/Lamp.cpp: Lamp',
    ]);
    const without = await referencesAt(workspace, document, offset, false);
    assert.deepEqual(read(without), [
      'Driver/Info.plist: Lamp',
      'Driver/Lamp.cpp: Lamp',
      'Driver/Lamp.cpp: Lamp',
    ]);
  });

  test('of a bundle id: written out and by variable', async () => {
    const workspace = await project();
    const { document, offset } = at(workspace, 'App/App.entitlements', '<string>com.acme');
    assert.deepEqual(read(await referencesAt(workspace, document, offset, false)), [
      'App/App.entitlements: com.acme.lamp.driver',
      'Driver/Info.plist: $(PRODUCT_BUNDLE_IDENTIFIER)',
      'Driver/Info.plist: com.acme.lamp.driver',
    ]);
  });

  test('of a setting and of an entitlement', async () => {
    const workspace = await project();
    const setting = at(workspace, 'Driver/Info.plist', '$(MATCH_CAT');
    assert.deepEqual(read(await referencesAt(workspace, setting.document, setting.offset, false)), [
      'Driver/Info.plist: $(MATCH_CATEGORY)',
    ]);
    const right = at(workspace, 'Driver/Driver.entitlements', 'transport.us');
    assert.deepEqual(read(await referencesAt(workspace, right.document, right.offset)), [
      'Driver/Info.plist: IOUSBHostDevice',
      'Driver/Driver.entitlements: com.apple.developer.driverkit.transport.usb',
    ]);
  });
});

describe('rename', () => {
  async function renamed(path: string, before: string, newName: string, files = FILES) {
    const workspace = await project(files);
    const { document, offset } = at(workspace, path, before);
    const result = await renameAt(workspace, document, offset, newName);
    if ('problem' in result) return result.problem;
    return Object.fromEntries(
      [...result.plan].map(([uri, edits]) => {
        const file = uri.slice(ROOT.length + 1);
        return [file, applyEdits(files[file] ?? '', edits)];
      }),
    );
  }

  test('of a class changes plist, interface and code, with what iig derives from the name', async () => {
    assert.deepEqual(await renamed('Driver/Info.plist', '<string>Lamp', 'Torch'), {
      'Driver/Info.plist': FILES['Driver/Info.plist']?.replace('<string>Lamp<', '<string>Torch<'),
      'Driver/Lamp.iig': FILES['Driver/Lamp.iig']?.replace('class Lamp:', 'class Torch:'),
      'Driver/Lamp.cpp': FILES['Driver/Lamp.cpp']
        ?.replace('struct Lamp_IVars { Lamp *', 'struct Torch_IVars { Torch *')
        .replace('IMPL(Lamp,', 'IMPL(Torch,'),
    });
  });

  test('of a dext’s id changes the project, access lists and whole strings of code', async () => {
    const result = await renamed('App/App.entitlements', '<string>com.acme', 'com.acme.lamp.usb');
    assert.deepEqual(result, {
      'App/App.entitlements': FILES['App/App.entitlements']?.replace(
        'com.acme.lamp.driver',
        'com.acme.lamp.usb',
      ),
      'App/App.swift': FILES['App/App.swift']?.replace('"com.acme.lamp.driver"', '"com.acme.lamp.usb"'),
      'Driver/Info.plist': FILES['Driver/Info.plist']?.replace('com.acme.lamp.driver', 'com.acme.lamp.usb'),
      'Lamp.xcodeproj/project.pbxproj': FILES['Lamp.xcodeproj/project.pbxproj']?.replaceAll(
        'com.acme.lamp.driver',
        'com.acme.lamp.usb',
      ),
    });
  });

  test('of an app’s id takes what it carries along', async () => {
    const files = {
      ...FILES,
      'App/Info.plist': plist({ CFBundleIdentifier: 'com.acme.lamp', CFBundlePackageType: 'APPL' }),
      'Lamp.xcodeproj/project.pbxproj': (FILES['Lamp.xcodeproj/project.pbxproj'] ?? '').replaceAll(
        'CODE_SIGN_ENTITLEMENTS = App/App.entitlements;',
        'CODE_SIGN_ENTITLEMENTS = App/App.entitlements;\n\t\t\t\tINFOPLIST_FILE = App/Info.plist;',
      ),
    };
    const result = await renamed('App/Info.plist', '<string>com.acme', 'org.bolt.light', files);
    assert.ok(typeof result === 'object');
    assert.equal(
      result['Lamp.xcodeproj/project.pbxproj'],
      files['Lamp.xcodeproj/project.pbxproj'].replaceAll('com.acme.lamp', 'org.bolt.light'),
    );
    assert.match(result['App/App.entitlements'] ?? '', /<string>org\.bolt\.light\.driver</);
  });

  test('says why a name cannot be', async () => {
    assert.match(String(await renamed('Driver/Info.plist', '<string>Lamp', '9Lamp')), /no name of a class/);
    assert.match(
      String(await renamed('Driver/Info.plist', '<string>Lamp', 'LampClient')),
      /a class LampClient already/,
    );
    assert.match(
      String(await renamed('App/App.entitlements', '<string>com.acme', 'lamp')),
      /is no bundle id/,
    );
    assert.match(
      String(await renamed('App/App.entitlements', '<string>com.acme', `com.${'a'.repeat(60)}`)),
      /63 characters/,
    );
    assert.match(String(await renamed('Driver/Info.plist', '<integer>2', 'x')), /^Put the cursor/);
  });

  test('of an id that settings put together is refused with the reason', async () => {
    const files = {
      ...FILES,
      'Lamp.xcodeproj/project.pbxproj': (FILES['Lamp.xcodeproj/project.pbxproj'] ?? '').replaceAll(
        'com.acme.lamp.driver',
        '"$(MATCH_CATEGORY).driver"',
      ),
      'Driver/Info.plist': (FILES['Driver/Info.plist'] ?? '').replace(
        'com.acme.lamp.driver',
        'com.acme.category.driver',
      ),
    };
    assert.match(
      String(await renamed('Driver/Info.plist', '<string>com.acme.cat', 'com.acme.x', files)),
      /put com\.acme\.category\.driver together from parts/,
    );
  });

  test('offers the name at the cursor, and nothing for Apple’s classes', async () => {
    const workspace = await project();
    const own = at(workspace, 'Driver/Info.plist', '<string>Lamp');
    assert.equal(renameRange(workspace, own.document, own.offset)?.name, 'Lamp');
    const apple = at(workspace, 'Driver/Info.plist', '<string>IOUserUser');
    assert.equal(renameRange(workspace, apple.document, apple.offset), undefined);
  });
});

describe('workspace symbols', () => {
  test('bundles, personalities and classes by their letters', async () => {
    const workspace = await project();
    const named = (query: string) =>
      workspaceSymbols(workspace, query).map(({ kind, name }) => `${kind} ${name}`);
    assert.deepEqual(named(''), [
      'bundle com.acme.lamp',
      'bundle com.acme.lamp.driver',
      'personality Bulb',
      'class Lamp',
      'class LampClient',
    ]);
    assert.deepEqual(named('lcl'), ['class LampClient']);
    assert.deepEqual(named('BULB'), ['personality Bulb']);
    assert.deepEqual(named('zzz'), []);
  });
});

describe('the tree of bundles', () => {
  const shown = (nodes: readonly BundleTreeNode[], indent = ''): string[] =>
    nodes.flatMap(({ kind, label, detail, counts, children }) => [
      `${indent}${kind} ${label}${detail === undefined ? '' : ` (${detail})`} ${counts.error}/${counts.warning}`,
      ...shown(children, `${indent}  `),
    ]);

  test('app, extension, personality, entitlements, each with its findings', async () => {
    const workspace = await project();
    const linter = createWorkspaceLinter(workspace);
    const tree = bundleTree(workspace, (uri) => {
      const document = workspace.document(uri);
      return document ? [...lint(document).findings, ...linter.findingsOf(uri)] : [];
    });
    const text = shown(tree);
    assert.deepEqual(
      text.map((line) => line.replace(/ \d+\/\d+$/, '')),
      [
        'app LampApp (com.acme.lamp)',
        '  dext LampDriver (com.acme.lamp.driver)',
        '    personality Bulb (IOUSBHostDevice)',
        '    entitlement com.apple.developer.driverkit (true)',
        '    entitlement com.apple.developer.driverkit.transport.usb',
        '  entitlement com.apple.developer.system-extension.install (true)',
        '  entitlement com.apple.developer.driverkit.userclient-access',
      ],
    );
    const [app, dext, personality] = text.map((line) => Number(/(\d+)\/\d+$/.exec(line)?.[1]));
    assert.equal(personality, 1, 'vendor 1 is not in the entitlement');
    assert.ok((dext ?? 0) >= 1 && app === dext, 'the app counts what it carries');
  });
});

describe('values of build variables', () => {
  test('in hover: one for all configurations, or each', async () => {
    const workspace = await project();
    const one = at(workspace, 'Driver/Info.plist', '$(PRODUCT_BUNDLE');
    assert.equal(settingHover(workspace, one.document, one.offset), 'Here: `com.acme.lamp.driver`');
    const files = {
      ...FILES,
      'Driver/Info.plist': (FILES['Driver/Info.plist'] ?? '').replace(
        '$(MATCH_CATEGORY)',
        '$(CONFIGURATION:lower)',
      ),
    };
    const several = await project(files);
    const other = at(several, 'Driver/Info.plist', '$(CONFIG');
    assert.equal(
      settingHover(several, other.document, other.offset),
      'Here:\n- `debug` (Debug)\n- `release` (Release)',
    );
    const none = at(workspace, 'Driver/Info.plist', '<string>IOUserService');
    assert.equal(settingHover(workspace, none.document, none.offset), undefined);
  });

  test('as hints behind strings, none where one is unknown', async () => {
    const files = {
      ...FILES,
      'Driver/Info.plist': (FILES['Driver/Info.plist'] ?? '').replace(
        '<string>Lamp<',
        '<string>$(NOBODY_KNOWS)<',
      ),
    };
    const workspace = await project(files);
    const document = workspace.document(`${ROOT}/Driver/Info.plist`);
    assert.ok(document);
    const range = { start: { line: 0, character: 0 }, end: { line: 999, character: 0 } };
    assert.deepEqual(
      settingHints(workspace, document, range).map(({ label }) => label),
      ['= com.acme.lamp.driver', '= com.acme.category'],
    );
  });
});

test('what the editor holds is what is looked at', async () => {
  const workspace = await project();
  const uri = `${ROOT}/Driver/Info.plist`;
  const text = (FILES['Driver/Info.plist'] ?? '').replace('<string>Lamp<', '<string>LampClient<');
  workspace.setOpen(uri, openDocument(uri, text, 3));
  const { document, offset } = at(workspace, 'Driver/Info.plist', 'IOUserClass</key>\n\t\t\t<string>Lamp');
  assert.deepEqual(read(definitionAt(workspace, document, offset)), ['Driver/Lamp.iig: LampClient']);
});
