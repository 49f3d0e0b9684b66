/** What is written: values as they stood, comments, entitlements, sources, projects; and names that nobody trusts. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as bacons from '@bacons/xcode/json';
import { classNameProblem, plainName } from '../../../server/src/convert/names.ts';
import { planConversion } from '../../../server/src/convert/plan.ts';
import { planMarkdown } from '../../../server/src/convert/report.ts';
import type { ConvertPlan } from '../../../server/src/convert/types.ts';
import { readOpenStepPlist } from '../../../server/src/plist/openstep.ts';
import { parsePlist } from '../../../server/src/plist/parse.ts';
import { isDict } from '../../../server/src/plist/value.ts';
import { lint } from '../../../server/src/rules/lint.ts';
import { openDocument } from '../../../server/src/workspace/document.ts';
import { classDeclarations } from '../../../server/src/workspace/iig.ts';
import { fileOf, infoOf, kextText, onlyPersonality, personality, planOf } from './support.ts';

const DEVICE = { IOClass: 'AcmeGadget', IOProviderClass: 'IOUSBHostDevice', idVendor: 4660, idProduct: 2 };

/** Rules of findings of warning and above in the property lists of a plan. */
function findingsOf(plan: ConvertPlan): string[] {
  return plan.files
    .filter(({ path }) => /Info\.plist$|\.entitlements$/.test(path))
    .flatMap(({ path, text }) =>
      lint(openDocument(`file:///${path}`, text))
        .findings.filter(({ severity }) => severity === 'error' || severity === 'warning')
        .map(({ rule, message }) => `${path}: ${rule}: ${message}`),
    );
}

describe('values', () => {
  const exact = `			<!-- the table of the
			     second revision -->
			<key>Table</key>
			<dict>
				<!-- inside -->
				<key>Big</key>
				<integer>18446744073709551615</integer>
				<key>Hex</key>
				<integer>0x00ffEE</integer>
				<key>Blob</key>
				<data>
				AAECAwQFBgc=
				</data>
				<key>Text</key>
				<string>two
  lines &amp; more</string>
			</dict>
`;
  const source = personality('P', DEVICE, exact);

  for (const target of ['codeless-dext', 'codeless-kext'] as const) {
    test(`stay exact in a ${target}`, () => {
      const options = target === 'codeless-kext' ? { className: 'AppleUSBHostCompositeDevice' } : {};
      const plan = planOf({ personalities: source }, { target, ...options });
      const table = infoOf(plan).at(['IOKitPersonalities', 'P', 'Table']);
      const original = parsePlist(kextText({ personalities: source })).root?.at([
        'IOKitPersonalities',
        'P',
        'Table',
      ]);
      assert.deepEqual(table?.value(), original?.value());
      assert.equal(table?.get('Big')?.integer, 18446744073709551615n);
    });
  }

  test('keep how they were written, and their comments', () => {
    const text = fileOf(planOf({ personalities: source }), 'Driver/Info.plist');
    assert.ok(text.includes('<integer>0x00ffEE</integer>'));
    assert.ok(
      text.includes('\t\t\t<!-- the table of the\n\t\t\t     second revision -->\n\t\t\t<key>Table</key>'),
    );
    assert.ok(text.includes('\t\t\t\t<!-- inside -->\n'));
  });

  test('comments above a personality go with it', () => {
    const plan = planOf({ personalities: `\t\t<!-- first revision -->\n${source}` });
    assert.ok(fileOf(plan, 'Driver/Info.plist').includes('\t\t<!-- first revision -->\n\t\t<key>P</key>'));
  });

  test('a form that the kext loader does not read is written plainly', () => {
    const odd = '<key>A</key><integer>0xFF</integer><key>B</key><string><![CDATA[x<y]]></string>';
    const plan = planOf(
      { personalities: personality('P', DEVICE, `${odd}<key>C</key><real>1.5</real>`) },
      { target: 'codeless-kext', className: 'AppleUSBHostCompositeDevice' },
    );
    const text = fileOf(plan, 'Contents/Info.plist');
    assert.ok(text.includes('<integer>255</integer>'));
    assert.ok(text.includes('<string>x&lt;y</string>'));
    assert.deepEqual(
      onlyPersonality(plan).dropped.map(({ key }) => key),
      ['C'],
    );
  });
});

describe('a dext', () => {
  test('has every key that a dext needs, and none of a kext’s', () => {
    const plan = planOf({
      personalities: personality('P', {
        ...DEVICE,
        CFBundleIdentifier: 'com.acme.kext.Gadget',
        IOProbeScore: 5000,
        IOMatchCategory: 'Mine',
        bInterfaceNumber: 0,
        IOKitDebug: 255,
        Private: 'value',
      }),
      more: '<key>OSBundleRequired</key><string>Root</string>',
    });
    const info = infoOf(plan);
    const made = info.at(['IOKitPersonalities', 'P'])?.value();
    assert.ok(isDict(made));
    assert.deepEqual(
      [...made],
      [
        ['CFBundleIdentifier', '$(PRODUCT_BUNDLE_IDENTIFIER)'],
        ['CFBundleIdentifierKernel', 'com.apple.kpi.iokit'],
        ['IOClass', 'IOUserService'],
        ['IOProviderClass', 'IOUSBHostDevice'],
        ['IOUserClass', 'AcmeGadget'],
        ['IOUserServerName', '$(PRODUCT_BUNDLE_IDENTIFIER)'],
        ['idVendor', 4660n],
        ['idProduct', 2n],
        ['IOProbeScore', 5000n],
        ['Private', 'value'],
      ],
    );
    const one = onlyPersonality(plan);
    assert.deepEqual(
      one.dropped.map(({ key }) => key),
      ['IOMatchCategory', 'bInterfaceNumber', 'IOKitDebug'],
    );
    assert.equal(info.get('OSBundleRequired'), undefined);
    assert.equal(info.get('OSBundleLibraries'), undefined);
    assert.ok(info.get('OSBundleUsageDescription')?.string);
    assert.deepEqual(findingsOf(plan), []);
  });

  test('on IOUserResources gets a category and waits for the I/O Kit', () => {
    const plan = planOf({
      personalities: personality('P', {
        IOClass: 'Virtual',
        IOProviderClass: 'IOResources',
        IOMatchCategory: 'Mine',
      }),
    });
    const made = infoOf(plan).at(['IOKitPersonalities', 'P']);
    assert.equal(made?.get('IOProviderClass')?.string, 'IOUserResources');
    assert.equal(made?.get('IOMatchCategory')?.string, '$(PRODUCT_BUNDLE_IDENTIFIER)');
    assert.equal(made?.get('IOResourceMatch')?.string, 'IOKit');
    assert.deepEqual(findingsOf(plan), []);
  });

  test('USB names become HID names on a HID interface', () => {
    const plan = planOf({
      personalities: personality('P', {
        IOClass: 'IOHIDEventDriver',
        IOProviderClass: 'IOHIDInterface',
        CFBundleIdentifier: 'com.apple.iokit.IOHIDFamily',
        idVendor: 7,
        ProductID: 8,
      }),
    });
    const made = infoOf(plan).at(['IOKitPersonalities', 'P']);
    assert.equal(made?.get('VendorID')?.integer, 7n);
    assert.equal(made?.get('idVendor'), undefined);
    assert.deepEqual(findingsOf(plan), []);
  });

  test('a user client becomes a dictionary, a class and an entitlement of the app', () => {
    const plan = planOf({ personalities: personality('P', { ...DEVICE, IOUserClientClass: 'OldClient' }) });
    const client = infoOf(plan).at(['IOKitPersonalities', 'P', 'UserClientProperties']);
    assert.equal(client?.get('IOClass')?.string, 'IOUserUserClient');
    assert.equal(client?.get('IOUserClass')?.string, 'AcmeGadgetUserClient');
    assert.deepEqual(
      classDeclarations(fileOf(plan, 'AcmeGadgetUserClient.iig')).map(({ name, parents }) => [
        name,
        ...parents,
      ]),
      [['AcmeGadgetUserClient', 'IOUserClient']],
    );
    const app = parsePlist(fileOf(plan, 'App.entitlements')).root;
    assert.equal(app?.at(['com.apple.developer.driverkit.userclient-access', 0])?.string, plan.bundleId);
    assert.deepEqual(findingsOf(plan), []);
  });

  test('entitlements follow from nubs, families and match keys', () => {
    const plan = planOf({
      personalities: [
        personality('A', DEVICE),
        personality('B', { ...DEVICE, idProduct: 3 }),
        personality('C', { ...DEVICE, idVendor: 9 }),
        personality('D', {
          IOClass: 'IOHIDEventDriver',
          IOProviderClass: 'IOHIDInterface',
          CFBundleIdentifier: 'com.apple.iokit.IOHIDFamily',
          VendorID: 7,
        }),
        personality('E', { IOClass: 'AcmePci', IOProviderClass: 'IOPCIDevice', IONameMatch: 'pci8086,1533' }),
      ].join('\n'),
    });
    const root = parsePlist(fileOf(plan, 'Driver.entitlements')).root;
    const D = 'com.apple.developer.driverkit';
    assert.deepEqual(root?.get(`${D}.transport.usb`)?.value(), [
      new Map([['idVendor', 4660n]]),
      new Map([['idVendor', 9n]]),
    ]);
    assert.deepEqual(root?.get(`${D}.transport.pci`)?.value(), [
      new Map([['IOPCIPrimaryMatch', '0x15338086']]),
    ]);
    for (const key of ['', '.transport.hid', '.family.hid.eventservice'])
      assert.equal(root?.get(D + key)?.boolean, true, key);
    assert.deepEqual(findingsOf(plan), []);
  });

  test('each class of the personalities is declared in an .iig and built by the project', () => {
    const plan = planOf({
      personalities: [
        personality('A', DEVICE),
        personality('D', {
          IOClass: 'IOHIDEventDriver',
          IOProviderClass: 'IOHIDInterface',
          CFBundleIdentifier: 'com.apple.iokit.IOHIDFamily',
          VendorID: 7,
        }),
      ].join('\n'),
    });
    const declared = plan.files
      .filter(({ path }) => path.endsWith('.iig'))
      .flatMap(({ text }) => classDeclarations(text).map(({ name, parents }) => `${name} : ${parents}`));
    assert.deepEqual(declared, ['AcmeGadget : IOService', 'GadgetHIDEventDriver : IOUserHIDEventDriver']);
    assert.deepEqual(
      plan.personalities.map(({ userClass }) => userClass),
      ['AcmeGadget', 'GadgetHIDEventDriver'],
    );
    const project = fileOf(plan, 'project.pbxproj');
    for (const name of [
      'AcmeGadget.iig',
      'AcmeGadget.cpp',
      'GadgetHIDEventDriver.iig',
      'HIDDriverKit.framework',
      'USBDriverKit.framework',
    ])
      assert.ok(project.includes(name), name);
  });

  test('the project has both targets, and puts the dext into the app', () => {
    const plan = planOf(
      { personalities: personality('A', DEVICE) },
      { bundleId: 'org.acme.tools.driver', team: 'ABCDE12345' },
    );
    const text = fileOf(plan, 'project.pbxproj');
    const { value, problems } = readOpenStepPlist(text);
    assert.deepEqual(problems, []);
    assert.ok(isDict(value));
    const objects = Object.values(bacons.parse(text).objects ?? {}) as {
      isa: string;
      [key: string]: unknown;
    }[];
    const targets = objects.filter(({ isa }) => isa === 'PBXNativeTarget');
    assert.deepEqual(targets.map(({ productType }) => productType).sort(), [
      'com.apple.product-type.application',
      'com.apple.product-type.driver-extension',
    ]);
    const settings = objects
      .filter(({ isa }) => isa === 'XCBuildConfiguration')
      .map(({ buildSettings }) => buildSettings as Record<string, string>);
    const ids = [...new Set(settings.flatMap(({ PRODUCT_BUNDLE_IDENTIFIER: id }) => id ?? []))].sort();
    assert.deepEqual(ids, ['org.acme.tools', 'org.acme.tools.driver']);
    assert.ok(settings.some(({ DEVELOPMENT_TEAM: team }) => team === 'ABCDE12345'));
    const copy = objects.find(({ isa }) => isa === 'PBXCopyFilesBuildPhase');
    assert.equal(copy?.dstPath, '$(SYSTEM_EXTENSIONS_FOLDER_PATH)');
    assert.equal(Number(copy?.dstSubfolderSpec), 16);
    assert.match(fileOf(plan, 'project.yml'), /type: driver-extension/);
  });
});

describe('a codeless kext', () => {
  test('has no executable and no libraries, and names the driver of the kernel', () => {
    const plan = planOf(
      {
        personalities: personality('P', {
          IOClass: 'AppleUSBHostMergeProperties',
          IOProviderClass: 'IOUSBHostDevice',
          CFBundleIdentifier: 'com.apple.driver.AppleUSBHostMergeProperties',
          idVendor: 1,
          idProduct: 2,
        }),
      },
      { target: 'codeless-kext' },
    );
    const info = infoOf(plan);
    for (const key of ['CFBundleExecutable', 'OSBundleLibraries'])
      assert.equal(info.keyNode(key), undefined, key);
    assert.equal(info.get('CFBundleIdentifier')?.string, 'com.acme.kext.Gadget.codeless');
    assert.deepEqual(findingsOf(plan), []);
    const readme = fileOf(plan, 'README.md');
    assert.match(readme, /goes last, and one call of `kmutil load`/);
    assert.match(readme, /--scripts scripts --component-plist component\.plist/);
    assert.match(readme, /kmutil load --bundle-path \/Library\/Extensions\/Gadget\.kext/);
  });
});

describe('names that nobody trusts', () => {
  test('names of Windows and words of C++ name no file and no class', () => {
    for (const name of ['CON', 'nul', 'Com1', 'LPT9']) {
      const plan = planOf({
        personalities: personality('P', { ...DEVICE, IOClass: name }),
        more: `<key>CFBundleDisplayName</key><string>${name}</string>`,
      });
      for (const { path } of plan.files)
        for (const part of path.split('/'))
          assert.doesNotMatch(part, /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i, path);
      assert.match(classNameProblem(name) ?? '', /Windows/);
      assert.equal(plainName(name.toLowerCase()).toLowerCase(), `${name.toLowerCase()}device`);
    }
    for (const name of ['class', 'NULL', 'LOCALONLY', 'requires'])
      assert.match(classNameProblem(name) ?? '', /C\+\+/);
    assert.match(classNameProblem('IOService') ?? '', /Apple/);
    for (const name of ['Console', 'Comet1', 'Auxiliary', 'Classy'])
      assert.equal(classNameProblem(name), undefined);
  });

  const NASTY = [
    '../../../etc/passwd',
    '/etc/passwd',
    'a\nb',
    'x'.repeat(10_000),
    '..',
    '.',
    'CON',
    '-rf',
    '$(rm -rf)',
    '`id`',
    'a"b\\c',
    '',
    'ä ö',
    '</string>',
  ];
  const xml = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');

  test('in the kext lead to plain file names or to a refusal', () => {
    for (const name of NASTY) {
      const given = xml(name);
      const text = kextText({
        id: given,
        personalities: personality(given || 'P', {
          ...DEVICE,
          IOClass: given || 'X',
          CFBundleIdentifier: given,
        }),
      }).replace(
        '<string>Gadget</string>\n\t<key>CFBundlePackageType',
        `<string>${given}</string>\n\t<key>CFBundlePackageType`,
      );
      for (const target of ['codeless-dext', 'codeless-kext'] as const) {
        const plan = planOf(text, {
          target,
          ...(target === 'codeless-kext' ? { className: 'AppleUSBHostCompositeDevice' } : {}),
        });
        for (const { path } of plan.files) {
          assert.match(path, /^[A-Za-z0-9_]+(\.[a-z]+)?(\/[A-Za-z0-9_]+(\.[A-Za-z]+)?)*$/, path);
          assert.ok(path.length < 250);
        }
        for (const { path, text: content } of plan.files) {
          if (/\.(iig|cpp|swift|pbxproj|yml)$/.test(path)) assert.ok(!content.includes('rm -rf'), path);
        }
        const project = plan.files.find(({ path }) => path.endsWith('.pbxproj'));
        if (project) assert.deepEqual(readOpenStepPlist(project.text).problems, []);
        assert.equal(typeof planMarkdown(plan), 'string');
      }
    }
  });

  test('in options are refused in a sentence', () => {
    const tree = parsePlist(kextText({ personalities: personality('P', DEVICE) }));
    for (const name of [...NASTY, 'com.apple', 'IOUserService']) {
      for (const option of ['bundleId', 'className', 'team', 'family'] as const) {
        // A folder of that name would do no harm as a class.
        if (option === 'className' && name === 'CON') continue;
        const result = planConversion(tree, { target: 'codeless-dext', [option]: name });
        assert.equal(result.ok, false, `${option} ${name.slice(0, 30)}`);
        if (!result.ok)
          assert.ok(result.problems.every((problem) => problem.length > 20 && problem.length < 1000));
      }
    }
  });
});

test('damaged, foreign and converted files are refused with a reason', () => {
  const refused = (text: string) => {
    const result = planConversion(parsePlist(text), { target: 'codeless-dext' });
    return result.ok ? '' : result.problems.join();
  };
  assert.match(refused('<plist><dict><key>A</key></plist>'), /damaged at line 1/);
  assert.match(refused('<plist><array/></plist>'), /no dictionary/);
  assert.match(
    refused('<plist><dict><key>CFBundlePackageType</key><string>DEXT</string></dict></plist>'),
    /a dext already/,
  );
  assert.match(planOf('<plist><dict/></plist>').refused ?? '', /no personality in it/);
});

test('a report puts personalities of the same fate together, and is safe as Markdown', () => {
  const plan = planOf({
    personalities: [personality('A|b', DEVICE), personality('C', { ...DEVICE, idProduct: 3 })].join('\n'),
  });
  const report = planMarkdown(plan);
  assert.match(report, /^## A\\\|b, C: needs-code$/m);
  assert.match(report, /^\| `IOUserClass` \| added: `AcmeGadget` \| /m);
  assert.match(report, /^- to write: `Start`: /m);
});

test('classes whose names differ in capitals only, or clash with a user client, get files of their own', () => {
  const plan = planOf({
    personalities: [
      personality('A', { ...DEVICE, IOUserClientClass: 'Old' }),
      personality('B', { ...DEVICE, IOClass: 'acmegadget' }),
      personality('C', { ...DEVICE, IOClass: 'AcmeGadgetUserClient' }),
      personality('D', { ...DEVICE, idProduct: 9, IOUserClientClass: 'Old' }),
    ].join('\n'),
  });
  const paths = plan.files.map(({ path }) => path.toLowerCase());
  assert.equal(new Set(paths).size, paths.length, paths.join('\n'));
  const info = infoOf(plan);
  const client = (name: string) =>
    info.at(['IOKitPersonalities', name, 'UserClientProperties', 'IOUserClass'])?.string;
  assert.equal(client('A'), client('D'));
  assert.ok(paths.includes(`gadgetdriver/${client('A')?.toLowerCase()}.iig`));
});
