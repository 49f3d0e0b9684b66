/** A dext goes into a project that is there: by insertions, so that readers and the workspace see app and dext. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as bacons from '@bacons/xcode/json';
import { hostApps, projectOf } from '../../../server/src/convert/hostApps.ts';
import { newBundle } from '../../../server/src/convert/newBundle.ts';
import type { ConvertOptions, ConvertPlan, FileChange } from '../../../server/src/convert/types.ts';
import { readOpenStepPlist } from '../../../server/src/plist/openstep.ts';
import { isDict } from '../../../server/src/plist/value.ts';
import { lintWorkspace } from '../../../server/src/rules/workspace-lint.ts';
import { Workspace } from '../../../server/src/workspace/workspace.ts';
import { memoryFiles, ROOT } from '../workspace/memoryFiles.ts';
import { pbxproj } from '../workspace/pbxproj.ts';
import { plist } from '../workspace/plists.ts';
import { fileOf, personality, planOf } from './support.ts';
import { xcodeProject } from './xcodeProject.ts';

const KEXT = {
  personalities: personality('Gadget', {
    IOClass: 'AcmeGadget',
    IOProviderClass: 'IOUSBHostDevice',
    idVendor: 4617,
    idProduct: 2,
  }),
};
const PBX = 'Lamp.xcodeproj/project.pbxproj';
const SPEC = `# The lamp.
name: Lamp
targets:
  Lamp: # the app
    type: application
    platform: macOS
    sources: [Lamp]
    settings:
      base:
        PRODUCT_BUNDLE_IDENTIFIER: com.acme.lamp
    # nothing else

schemes: {}
`;

function planInto(path: string, text: string, more: Partial<NonNullable<ConvertOptions['into']>> = {}) {
  return planOf(KEXT, { into: { path, text, folder: '', ...more } });
}

function refusal(
  path: string,
  text: string,
  more: Partial<NonNullable<ConvertOptions['into']>> = {},
): string {
  const plan = planInto(path, text, more);
  assert.deepEqual(plan.into?.changes, []);
  assert.ok(
    plan.files.some((file) => file.path.endsWith('project.pbxproj')),
    'the files go beside',
  );
  return plan.into?.refused ?? 'not refused';
}

function changeOf(plan: ConvertPlan, path: string): FileChange {
  assert.equal(plan.into?.refused, undefined);
  const change = plan.into?.changes.find((one) => one.path === path);
  assert.ok(change);
  return change;
}

/** Every line that was there is there, in order; and the edits are insertions. */
function assertInsertions({ before, text, edits }: FileChange): void {
  assert.ok(edits.length > 0 && edits.every(({ start, end }) => start === end));
  let at = 0;
  for (const line of before.split('\n')) {
    const found = text.indexOf(line, at);
    assert.ok(found >= 0, `lost: ${line}`);
    at = found + line.length;
  }
}

/** Both readers see the same objects, and no id leads nowhere. */
function assertReadable(text: string): void {
  const { value, problems } = readOpenStepPlist(text);
  assert.deepEqual(problems, []);
  assert.ok(isDict(value));
  const ours = value.get('objects');
  assert.ok(isDict(ours));
  const objects = bacons.parse(text).objects as Readonly<Record<string, object>>;
  assert.deepEqual([...ours.keys()].sort(), Object.keys(objects).sort());
  for (const [id, object] of Object.entries(objects))
    for (const [key, named] of Object.entries(object))
      for (const one of [named].flat())
        if (typeof one === 'string' && /^[0-9A-F]{24}$/.test(one))
          assert.ok(one in objects, `${id} ${key}: no ${one}`);
}

/** The bundles of the changed project with its files, as the workspace sees them, and their errors. */
async function seen(plan: ConvertPlan, more: Readonly<Record<string, string>> = {}, folder = '') {
  const files: Record<string, string> = { ...more };
  for (const { path, text } of plan.into?.changes ?? []) files[path] = text;
  for (const { path, text } of plan.files) files[`${folder}${path}`] = text;
  const workspace = new Workspace(memoryFiles(files), [ROOT]);
  await workspace.index();
  const errors = [...lintWorkspace(workspace)].flatMap(([uri, findings]) =>
    findings
      .filter(({ severity }) => severity === 'error')
      .map(({ rule, message }) => `${uri}: ${rule} ${message}`),
  );
  const { bundles } = workspace;
  const app = bundles.find(({ kind }) => kind === 'app');
  return {
    errors,
    kinds: bundles.map(({ kind }) => kind).sort(),
    carries: app?.embeds.map(({ bundle, rightPlace }) => [bundle.name, rightPlace]),
  };
}

describe('into a project of Xcode', () => {
  test('the app that is there carries the dext; no line goes, every reader sees it', async () => {
    const plan = planInto(PBX, xcodeProject());
    const change = changeOf(plan, PBX);
    assertInsertions(change);
    assertReadable(change.text);
    assert.equal(plan.into?.app, 'Lamp');
    assert.equal(plan.into?.appIsNew, false);
    assert.equal(plan.bundleId, 'com.acme.lamp.driver', 'below the id of the app');
    assert.deepEqual(plan.warnings, []);
    assert.ok(!plan.files.some(({ path }) => /project\.(?:yml|pbxproj)$|HostApp\.swift$/.test(path)));
    assert.deepEqual(await seen(plan), {
      errors: [],
      kinds: ['app', 'dext'],
      carries: [['GadgetDriver', true]],
    });
    for (const section of ['PBXContainerItemProxy', 'PBXCopyFilesBuildPhase', 'PBXTargetDependency'])
      assert.ok(change.text.includes(`/* Begin ${section} section */`), section);
    const sections = [...change.text.matchAll(/Begin (\w+) section/g)].map(([, name]) => name);
    assert.deepEqual(sections, [...sections].sort(), 'sections stay in order');
  });

  test('entitlements that the app has get the keys that it lacks', async () => {
    const path = 'Lamp/Lamp.entitlements';
    const text = plist({ 'com.apple.security.app-sandbox': true }).replace(
      '<dict>',
      '<dict>\n\t<!-- ours -->',
    );
    const given = xcodeProject({ entitlements: path });
    const read = projectOf({ path: PBX, text: given });
    assert.ok('project' in read);
    assert.deepEqual(hostApps(read.project), [
      { name: 'Lamp', bundleId: 'com.acme.lamp', entitlements: path },
    ]);
    const plan = planInto(PBX, given, { entitlements: { path, text } });
    assert.match(
      changeOf(plan, path).text,
      /<!-- ours -->[\s\S]*system-extension\.install<\/key>\s*<true\/>/,
    );
    assert.ok(!changeOf(plan, PBX).text.includes('Activation'), 'no second entitlements file');
    assert.deepEqual((await seen(plan)).errors, []);
    const again = planInto(PBX, given, { entitlements: { path, text: changeOf(plan, path).text } });
    assert.deepEqual(
      again.into?.changes.map((change) => change.path),
      [PBX],
      'what is there is not written twice',
    );
    const unread = planInto(PBX, given);
    assert.match(unread.warnings.join(), /Lamp has com\.apple\.developer\.system-extension\.install/);
    assert.match(fileOf(unread, 'README.md'), /Give the app `Lamp` the entitlement/);
  });

  test('without an app for the Mac there is a new one, in a subfolder too', async () => {
    for (const folder of ['', 'Drivers', 'My Drivers/of 2026']) {
      const plan = planInto(PBX, xcodeProject({ sdk: 'iphoneos' }), { folder });
      const change = changeOf(plan, PBX);
      assertInsertions(change);
      assertReadable(change.text);
      assert.equal(plan.into?.app, 'GadgetApp');
      assert.equal(plan.into?.appIsNew, true);
      const { errors, kinds } = await seen(plan, {}, folder === '' ? '' : `${folder}/`);
      assert.deepEqual([errors, kinds], [[], ['app', 'app', 'dext']], folder);
    }
  });

  test('a project without sections, groups of products or frameworks; line ends of Windows', async () => {
    const bare = pbxproj({
      targets: { Lamp: { type: 'application', settings: { PRODUCT_BUNDLE_IDENTIFIER: 'com.acme.lamp' } } },
    });
    for (const text of [bare, xcodeProject()]) {
      const plan = planInto(PBX, text.replaceAll('\n', '\r\n'));
      const change = changeOf(plan, PBX);
      assertInsertions(change);
      assertReadable(change.text);
      assert.ok(!/[^\r]\n/.test(change.text), 'every line ends as before');
      assert.deepEqual((await seen(plan)).carries, [['GadgetDriver', true]]);
    }
  });

  test('names and ids that are taken are not taken again', () => {
    const first = changeOf(planInto(PBX, xcodeProject()), PBX).text;
    const second = planOf(KEXT, {
      bundleId: 'com.acme.lamp.other',
      into: { path: PBX, text: first, folder: '', taken: ['gadgetdext'] },
    });
    const change = changeOf(second, PBX);
    assertReadable(change.text);
    assert.match(change.text, /productName = GadgetDriver2;/);
    assert.equal(change.text.match(/Begin PBXCopyFilesBuildPhase section/g)?.length, 1);
    assert.equal(
      change.text.match(/name = "Embed System Extensions"/g)?.length,
      1,
      'one copy phase for both',
    );
    assert.match(
      planOf(KEXT, { bundleId: 'com.acme.lamp.driver', into: { path: PBX, text: first, folder: '' } }).into
        ?.refused ?? '',
      /bundle id com\.acme\.lamp\.driver already/,
    );
    const same = [1, 2].map(() => changeOf(planInto(PBX, xcodeProject()), PBX).text);
    assert.equal(same[0], same[1], 'the same ids each time');
    // An id of ours stands in the text already, as that of something else.
    const id = /([0-9A-F]{24}) \/\* GadgetDriver \*\/ = /.exec(first)?.[1] ?? '';
    const taken = planInto(PBX, xcodeProject().replaceAll('A10000000000000000000002', id));
    assertReadable(changeOf(taken, PBX).text);
  });

  test('settings of the whole project that would break a driver do not reach it', () => {
    const plan = planInto(
      PBX,
      xcodeProject({ settings: ['GCC_PREFIX_HEADER = Lamp.pch', 'SUPPORTED_PLATFORMS = macosx'] }),
    );
    const { text } = changeOf(plan, PBX);
    assert.match(text, /GCC_PREFIX_HEADER = "";[\s\S]*SUPPORTED_PLATFORMS = driverkit;/);
  });

  test('what Xcode would not have written is refused with a reason, and the files go beside', () => {
    const good = xcodeProject();
    const synchronized = pbxproj({
      targets: { Lamp: { type: 'application', folder: 'Lamp', settings: {} } },
    });
    const two = pbxproj({
      targets: { A: { type: 'application', settings: {} }, B: { type: 'application', settings: {} } },
    });
    const cases: readonly (readonly [string, RegExp, object?])[] = [
      ['', /cannot be read|no root object/],
      [good.slice(0, -30), /cannot be read|form that Xcode/],
      [good.replace('/* End PBXGroup', '<<<<<<< HEAD\n/* End PBXGroup'), /cannot be read|form that Xcode/],
      [good.replace('rootObject = A1', 'rootObject = B1'), /no root object/],
      [good.replace('mainGroup = A1', 'mainGroup = B1'), /no main group/],
      [good.replace('productRefGroup = A1', 'productRefGroup = B1'), /group of products/],
      [good.replace('projectDirPath = ""', 'projectDirPath = src'), /another folder/],
      [good.replaceAll('A10000000000000000000002 /*', 'A10000000000000000000003 /*'), /same id/],
      [synchronized, /target Lamp takes every file/, { folder: 'Lamp' }],
      [two, /several apps \(A, B\)/],
      [good, /no app for the Mac with the name "Lump", but Lamp/, { app: 'Lump' }],
      [good, /must lie in the folder/, { folder: '../x' }],
      [good, /characters/, { folder: 'a"b' }],
    ];
    for (const [text, reason, more] of cases) assert.match(refusal(PBX, text, more), reason);
    assert.equal(planInto(PBX, two, { app: 'B' }).into?.app, 'B');
  });

  test('a new driver goes into a project too', async () => {
    const result = newBundle({
      family: 'usb-device',
      match: new Map([
        ['idVendor', 4617n],
        ['idProduct', 1n],
      ]),
      bundleId: 'com.acme.lamp.usb',
      className: 'LampUsb',
      into: { path: PBX, text: xcodeProject(), folder: '' },
    });
    assert.ok(result.ok && result.into);
    assertReadable(result.into.changes[0]?.text ?? '');
    const wrong = newBundle({
      family: 'usb-device',
      match: new Map([
        ['idVendor', 4617n],
        ['idProduct', 1n],
      ]),
      bundleId: 'org.other.driver',
      className: 'LampUsb',
      into: { path: PBX, text: xcodeProject(), folder: '' },
    });
    assert.ok(wrong.ok);
    assert.match(wrong.warnings.join(), /does not begin with com\.acme\.lamp/);
  });
});

describe('into a spec of XcodeGen', () => {
  test('the app carries the dext; comments and order stay', async () => {
    const plan = planInto('project.yml', SPEC);
    const change = changeOf(plan, 'project.yml');
    assertInsertions(change);
    assert.deepEqual(await seen(plan), {
      errors: [],
      kinds: ['app', 'dext'],
      carries: [['GadgetDriver', true]],
    });
    assert.match(fileOf(plan, 'README.md'), /Say `xcodegen generate`/);
    assert.doesNotMatch(fileOf(planInto(PBX, xcodeProject()), 'README.md'), /xcodegen generate/);
    assert.match(change.text, /# nothing else\n\s+(?:dependencies|entitlements):/);
    assert.ok(change.text.endsWith('\n\nschemes: {}\n'));
  });

  test('a list of dependencies is gone on with; Windows, no end of line, other steps', async () => {
    const four = `targets:
    Lamp:
        type: application
        platform: macOS
        sources:
            - Lamp
        dependencies:
            - sdk: IOKit.framework # ours
            # the last
    Tests:
        type: bundle.unit-test
        platform: macOS
        settings: {PRODUCT_BUNDLE_IDENTIFIER: com.acme.lamp.tests}`;
    for (const text of [four, `${four}\n`, four.replaceAll('\n', '\r\n')]) {
      const plan = planInto('project.yml', text);
      const change = changeOf(plan, 'project.yml');
      assertInsertions(change);
      assert.match(change.text, /# the last\r?\n {12}# Goes into[^\n]*\n {12}- target: GadgetDriver/);
      assert.deepEqual((await seen(plan)).carries, [['GadgetDriver', true]]);
    }
  });

  test('without an app there is a new one', async () => {
    const plan = planInto('project.yml', SPEC.replace('platform: macOS', 'platform: iOS'), {
      folder: 'My Drivers',
    });
    assert.equal(plan.into?.appIsNew, true);
    const { errors, kinds } = await seen(plan, {}, 'My Drivers/');
    assert.deepEqual([errors, kinds], [[], ['app', 'app', 'dext']]);
  });

  test('other forms are refused with a reason', () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      ['targets: {Lamp: {type: application, platform: macOS}}\n', /one below the other/],
      ['include: base.yml\n', /no targets of its own/],
      ['targets:\n  Lamp: {type: application, platform: macOS}\n', /not written line by line/],
      ['- a\n', /no map of settings/],
      ['targets: [\n', /cannot be read/],
      [SPEC.replace('    sources: [Lamp]', '    sources: [Lamp]\n    dependencies: []'), /line by line/],
      [SPEC.replace('[Lamp]', '[.]'), /takes every file/],
    ];
    for (const [text, reason] of cases) assert.match(refusal('project.yml', text), reason);
  });
});
