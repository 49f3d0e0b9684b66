/** `convert --into-project`: what it changes of a project on disk, and what it leaves alone. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { UsageError } from '../../server/src/cli/args.ts';
import { runConvert } from '../../server/src/cli/convert.ts';
import { stageChanges } from '../../server/src/cli/convert-project.ts';
import { WriteError, writePlan } from '../../server/src/cli/convert-write.ts';
import { SILENT } from '../../server/src/cli/progress.ts';
import { kextText, personality } from '../unit/convert/support.ts';
import { xcodeProject } from '../unit/convert/xcodeProject.ts';
import { folderWith } from './command.ts';

const KEXT = kextText({
  personalities: personality('Gadget', {
    IOClass: 'AcmeGadget',
    IOProviderClass: 'IOUSBHostDevice',
    idVendor: 4617,
    idProduct: 2,
  }),
});
const PBX = 'Lamp.xcodeproj/project.pbxproj';
const RIGHTS =
  '<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0">\n<dict>\n\t<!-- ours -->\n</dict>\n</plist>\n';

function folder(more: Readonly<Record<string, string>> = {}): string {
  return folderWith({ 'Info.plist': KEXT, [PBX]: xcodeProject(), ...more });
}

async function run(cwd: string, args: readonly string[]) {
  let out = '';
  let err = '';
  const status = await runConvert(['Info.plist', '--to', 'codeless-dext', ...args], {
    write: (text) => {
      out += text;
    },
    error: (text) => {
      err += text;
    },
    readStdin: () => Promise.resolve(new Uint8Array()),
    cwd,
    color: false,
    progress: SILENT,
  });
  return { status, out, err };
}

const read = (cwd: string, name: string) => readFileSync(path.join(cwd, name), 'utf8');
const listed = (cwd: string) => readdirSync(cwd, { recursive: true }).map(String).sort();

describe('convert --into-project', () => {
  test('adds the targets to the project, and nothing is left beside it', async () => {
    const cwd = folder({
      'Lamp/Lamp.entitlements': RIGHTS,
      [PBX]: xcodeProject({ entitlements: 'Lamp/Lamp.entitlements' }),
    });
    const before = read(cwd, PBX);
    chmodSync(path.join(cwd, PBX), 0o640);
    const { status, out, err } = await run(cwd, ['--into-project', 'Lamp.xcodeproj', '--format', 'json']);
    assert.deepEqual([status, err], [0, '']);
    const report = JSON.parse(out);
    assert.equal(report.written, true);
    assert.equal(report.bundleId, 'com.acme.lamp.driver');
    assert.equal(report.into.app, 'Lamp');
    assert.deepEqual(
      report.into.changes.map(({ path: name }: { path: string }) => path.basename(name)),
      ['project.pbxproj', 'Lamp.entitlements'],
    );
    const after = read(cwd, PBX);
    assert.ok(after.length > before.length && after.includes('GadgetDriver'));
    assert.equal(statSync(path.join(cwd, PBX)).mode & 0o777, 0o640, 'the mode stays');
    assert.match(read(cwd, 'Lamp/Lamp.entitlements'), /<!-- ours -->[\s\S]*system-extension\.install/);
    assert.deepEqual(
      listed(cwd).filter((name) => /driver-plist|(?:^|\/)\./.test(name)),
      [],
    );
    assert.ok(existsSync(path.join(cwd, 'GadgetDriver/Info.plist')));
    assert.ok(!existsSync(path.join(cwd, 'Gadget.xcodeproj')));
    const again = await run(cwd, ['--into-project', 'Lamp.xcodeproj', '--bundle-id', 'com.acme.lamp.driver']);
    assert.equal(again.status, 2);
    assert.match(again.err, /bundle id com\.acme\.lamp\.driver already.*Nothing was written/);
    assert.equal(read(cwd, PBX), after);
  });

  test('--dry-run shows the difference and changes nothing', async () => {
    const cwd = folder();
    const before = listed(cwd);
    const { status, out } = await run(cwd, ['--into-project', PBX, '--dry-run']);
    assert.equal(status, 0);
    assert.match(out, /project\.pbxproj \(\d+ characters more, none less\)/);
    assert.match(out, /--- a\/project\.pbxproj\n\+\+\+ b\/project\.pbxproj\n/);
    const removed = out.split('\n').filter((line) => /^-(?!-- )/.test(line));
    assert.deepEqual(removed, [], 'no line goes');
    assert.deepEqual(listed(cwd), before);
    assert.equal(read(cwd, PBX), xcodeProject());
  });

  test('a spec of XcodeGen, and a folder in the project', async () => {
    const spec = '# ours\nname: Lamp\ntargets:\n  Lamp:\n    type: framework\n    platform: macOS\n';
    const cwd = folder({ 'project.yml': spec });
    const { status, err } = await run(cwd, ['--into-project', 'project.yml', '--out', 'Drivers']);
    assert.deepEqual([status, err], [0, '']);
    assert.ok(read(cwd, 'project.yml').startsWith(spec.trimEnd()));
    assert.match(read(cwd, 'project.yml'), /path: Drivers\/GadgetApp/);
    assert.ok(existsSync(path.join(cwd, 'Drivers/GadgetDriver/Info.plist')));
    assert.equal(read(cwd, PBX), xcodeProject(), 'the other project stays');
  });

  test('names of folders that are there are not taken', async () => {
    const cwd = folder({ 'gadgetdriver/Gadget.cpp': '// the kext' });
    assert.equal((await run(cwd, ['--into-project', 'Lamp.xcodeproj'])).status, 0);
    assert.ok(existsSync(path.join(cwd, 'GadgetDext/Info.plist')));
    assert.deepEqual(readdirSync(path.join(cwd, 'gadgetdriver')), ['Gadget.cpp']);
  });

  test('what cannot be changed is said, with status 2, and nothing is written', async () => {
    const cwd = folder({ 'odd.xcodeproj/project.pbxproj': '{', 'latin.xcodeproj/project.pbxproj': '' });
    writeFileSync(path.join(cwd, 'latin.xcodeproj/project.pbxproj'), Buffer.from([0x2f, 0x2f, 0xe4, 0x0a]));
    mkdirSync(path.join(cwd, 'linked.xcodeproj'));
    symlinkSync(path.join(cwd, PBX), path.join(cwd, 'linked.xcodeproj/project.pbxproj'));
    const before = listed(cwd);
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [['--into-project', 'odd.xcodeproj'], /cannot be read.*Nothing was written\. Without --into-project/],
      [['--into-project', 'latin.xcodeproj'], /not in UTF-8/],
      [['--into-project', 'linked.xcodeproj'], /symbolic link/],
      [['--into-project', 'none.xcodeproj'], /no such file/],
      [['--into-project', 'Info.plist'], /is no project/],
      [['--into-project', 'Lamp.xcodeproj', '--out', '..'], /lies outside/],
      [['--into-project', 'Lamp.xcodeproj', '--host-app', 'Lump'], /no app for the Mac with the name "Lump"/],
    ];
    for (const [args, reason] of cases) {
      const { status, err } = await run(cwd, args);
      assert.equal(status, 2, args.join(' '));
      assert.match(err, reason);
      assert.deepEqual(listed(cwd), before);
    }
    for (const args of [
      ['--host-app', 'Lamp', '--out', 'x'],
      ['--into-project', PBX, '--to', 'codeless-kext'],
    ])
      await assert.rejects(run(cwd, args), UsageError);
  });

  test('a project that changes in the meantime keeps its change, and the files go again', async () => {
    const cwd = folder({ 'b.txt': 'b' });
    const change = (name: string, before: string) => ({
      path: path.join(cwd, name),
      before,
      edits: [],
      text: `${before}more`,
    });
    const staged = await stageChanges([change('b.txt', 'b'), change(PBX, 'something else')]);
    const target = { folder: cwd, exists: true };
    const files = [{ path: 'New/Info.plist', text: 'x', bytes: 1 }];
    await assert.rejects(writePlan(target, files, undefined, staged.commit), WriteError);
    await staged.clean();
    assert.equal(read(cwd, 'b.txt'), 'b', 'the first change is taken back');
    assert.equal(read(cwd, PBX), xcodeProject());
    assert.ok(!existsSync(path.join(cwd, 'New')));
    const fresh = await stageChanges([change(PBX, 'something else')]);
    await assert.rejects(
      writePlan({ folder: path.join(cwd, 'Fresh'), exists: false }, files, undefined, fresh.commit),
    );
    await fresh.clean();
    assert.ok(!existsSync(path.join(cwd, 'Fresh')));
    assert.deepEqual(
      listed(cwd).filter((name) => name.includes('driver-plist')),
      [],
    );
  });
});
