/** `driver-plist convert` on a real file system: what it writes, what it leaves alone, what it says. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { UsageError } from '../../server/src/cli/args.ts';
import { runConvert } from '../../server/src/cli/convert.ts';
import { targetFolder, WriteError, writePlan } from '../../server/src/cli/convert-write.ts';
import { SILENT } from '../../server/src/cli/progress.ts';
import { unifiedDiff } from '../../server/src/cli/unified-diff.ts';
import { folderWith } from './command.ts';

const personality = (name: string, ioClass: string, bundle: string, more: string) =>
  `<key>${name}</key><dict><key>CFBundleIdentifier</key><string>${bundle}</string><key>IOClass</key><string>${ioClass}</string>${more}</dict>`;
const usb =
  '<key>IOProviderClass</key><string>IOUSBDevice</string><key>idVendor</key><integer>0x1234</integer><key>idProduct</key><integer>2</integer>';
const info = (personalities: string) => `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict>
<key>CFBundleExecutable</key><string>Gadget</string>
<key>CFBundleIdentifier</key><string>com.acme.kext.Gadget</string>
<key>CFBundleName</key><string>Gadget</string>
<key>CFBundlePackageType</key><string>KEXT</string>
<key>CFBundleVersion</key><string>1.2</string>
<key>IOKitPersonalities</key><dict>${personalities}</dict>
</dict></plist>
`;
const own = info(personality('Mine', 'AcmeGadget', 'com.acme.kext.Gadget', usb));
const merging = info(
  personality('Merge', 'AppleUSBHostMergeProperties', 'com.apple.driver.AppleUSBHostMergeProperties', usb),
);

interface Run {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

async function run(cwd: string, args: readonly string[], stdin = ''): Promise<Run> {
  let out = '';
  let err = '';
  const status = await runConvert(args, {
    write: (text) => {
      out += text;
    },
    error: (text) => {
      err += text;
    },
    readStdin: () => Promise.resolve(new TextEncoder().encode(stdin)),
    cwd,
    color: false,
    progress: SILENT,
  });
  return { status, out, err };
}

/** Every path below a folder, hidden ones too. */
function tree(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}

const TO_DEXT = ['Gadget.kext', '--to', 'codeless-dext', '--out', 'out'];
const kext = () => folderWith({ 'Gadget.kext/Contents/Info.plist': own });

describe('convert writes', () => {
  test('a project from a kext bundle, a folder, a file and standard input', async () => {
    const cwd = folderWith({ 'Gadget.kext/Contents/Info.plist': own, 'source/Info.plist': own });
    for (const [given, out] of [
      ['Gadget.kext', 'a'],
      ['source', 'b'],
      ['source/Info.plist', 'c'],
      ['-', 'd'],
    ] as const) {
      const { status, out: said, err } = await run(cwd, [given, '--to', 'codeless-dext', '--out', out], own);
      assert.equal(`${status} ${err}`, '0 ');
      assert.match(said, /Mine: needs-code, AcmeGadget : IOService/);
      const made = tree(path.join(cwd, out));
      assert.ok(made.includes('Gadget.xcodeproj/project.pbxproj'));
      assert.ok(made.includes('GadgetDriver/AcmeGadget.iig'));
      assert.deepEqual(made, tree(path.join(cwd, 'a')));
    }
    const text = readFileSync(path.join(cwd, 'a/GadgetDriver/Info.plist'), 'utf8');
    assert.ok(text.includes('<integer>0x1234</integer>'));
    assert.deepEqual(readdirSync(cwd).sort(), ['Gadget.kext', 'a', 'b', 'c', 'd', 'source']);
  });

  test('a codeless kext', async () => {
    const cwd = folderWith({ 'Info.plist': merging });
    const { status } = await run(cwd, ['Info.plist', '--to', 'codeless-kext', '--out', 'out']);
    assert.equal(status, 0);
    assert.ok(existsSync(path.join(cwd, 'out/Gadget.kext/Contents/Info.plist')));
  });

  test('JSON of the fixed shape', async () => {
    const cwd = kext();
    const report = JSON.parse((await run(cwd, [...TO_DEXT, '--format', 'json'])).out);
    assert.equal(report.version, 1);
    assert.equal(report.source, path.join('Gadget.kext', 'Contents', 'Info.plist'));
    assert.equal(report.target, 'codeless-dext');
    assert.equal(report.written, true);
    const [one] = report.personalities;
    assert.equal(one.name, 'Mine');
    assert.equal(one.outcome, 'needs-code');
    assert.equal(one.userClass, 'AcmeGadget');
    assert.equal(one.superClass, 'IOService');
    const provider = one.changed.find(({ key }: { key: string }) => key === 'IOProviderClass');
    assert.equal(`${provider.from} -> ${provider.to}`, 'IOUSBDevice -> IOUSBHostDevice');
    assert.deepEqual(one.dropped, []);
    for (const { path: name, bytes } of report.files)
      assert.equal(readFileSync(path.join(cwd, 'out', name)).length, bytes, name);
  });

  test('with the ids, class and team that are given', async () => {
    const cwd = kext();
    const options = ['--bundle-id', 'org.acme.tool.driver', '--class', 'ToolDriver', '--team', 'ABCDE12345'];
    assert.equal((await run(cwd, [...TO_DEXT, ...options])).status, 0);
    const project = readFileSync(path.join(cwd, 'out/Gadget.xcodeproj/project.pbxproj'), 'utf8');
    for (const text of ['org.acme.tool.driver', 'ABCDE12345', 'ToolDriver.iig'])
      assert.ok(project.includes(text), text);
  });
});

describe('convert leaves alone', () => {
  test('everything on --dry-run, and shows the difference', async () => {
    const cwd = kext();
    const dry = await run(cwd, [...TO_DEXT, '--dry-run']);
    assert.equal(dry.status, 0);
    assert.match(dry.out, /--- \/dev\/null\n\+\+\+ b\/README.md\n@@ -0,0 \+1,\d+ @@\n\+# Gadget/);
    assert.deepEqual(readdirSync(cwd), ['Gadget.kext']);
    await run(cwd, TO_DEXT);
    const file = path.join(cwd, 'out/project.yml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('name: "Gadget"', 'name: "Mine"'));
    const again = await run(cwd, [...TO_DEXT, '--dry-run']);
    assert.match(
      again.out,
      /--- a\/project.yml\n\+\+\+ b\/project.yml\n@@ -1,5 \+1,5 @@\n.*\n-name: "Mine"\n\+name: "Gadget"\n/,
    );
    assert.equal(again.out.split('\n--- ').length, 2);
    assert.match(readFileSync(file, 'utf8'), /Mine/);
  });

  test('files that are there, without --force', async () => {
    const cwd = folderWith({
      'Gadget.kext/Contents/Info.plist': own,
      'out/README.md': 'mine\n',
      'out/other.txt': 'x',
    });
    const { status, err } = await run(cwd, TO_DEXT);
    assert.equal(status, 2);
    assert.match(err, /out has README.md already. --force/);
    assert.deepEqual(tree(path.join(cwd, 'out')), ['README.md', 'other.txt']);
    assert.equal((await run(cwd, [...TO_DEXT, '--force'])).status, 0);
    assert.match(readFileSync(path.join(cwd, 'out/README.md'), 'utf8'), /^# Gadget/);
    assert.equal(readFileSync(path.join(cwd, 'out/other.txt'), 'utf8'), 'x');
    assert.deepEqual(readdirSync(cwd).sort(), ['Gadget.kext', 'out']);
  });

  test('an output folder that is a file, a link, or not there', async () => {
    const cwd = folderWith({ 'Gadget.kext/Contents/Info.plist': own, file: 'x', 'real/x': '' });
    symlinkSync('real', path.join(cwd, 'link'));
    for (const [out, message] of [
      ['file', /file is no folder/],
      ['link', /link is a symbolic link/],
      ['missing/out', /the folder missing does not exist/],
      ['file/out', /./],
    ] as const) {
      const { status, err } = await run(cwd, [
        'Gadget.kext',
        '--to',
        'codeless-dext',
        '--out',
        out,
        '--force',
      ]);
      assert.equal(status, 2, out);
      assert.match(err, message);
    }
    assert.deepEqual(tree(cwd), [
      'Gadget.kext',
      'Gadget.kext/Contents',
      'Gadget.kext/Contents/Info.plist',
      'file',
      'link',
      'link/x',
      'real',
      'real/x',
    ]);
  });

  test('what a link inside the output folder points to', async () => {
    const cwd = folderWith({ 'Gadget.kext/Contents/Info.plist': own, 'outside/keep': 'x', 'out/x': '' });
    symlinkSync('../outside', path.join(cwd, 'out/GadgetDriver'));
    const { status, err } = await run(cwd, [...TO_DEXT, '--force']);
    assert.equal(status, 2);
    assert.match(err, /GadgetDriver is a symbolic link/);
    assert.deepEqual(readdirSync(path.join(cwd, 'outside')), ['keep']);
  });

  test('a folder in the way of a file, and what was written before it', async () => {
    const cwd = folderWith({
      'Gadget.kext/Contents/Info.plist': own,
      'out/project.yml/x': '',
      'out/README.md': 'mine',
    });
    const { status } = await run(cwd, [...TO_DEXT, '--force']);
    assert.equal(status, 2);
    assert.deepEqual(tree(path.join(cwd, 'out')), ['README.md', 'project.yml', 'project.yml/x']);
    assert.equal(readFileSync(path.join(cwd, 'out/README.md'), 'utf8'), 'mine');
  });

  test('a kext that is to be converted into itself', async () => {
    const cwd = kext();
    const before = tree(cwd);
    symlinkSync('Gadget.kext', path.join(cwd, 'Linked.kext'));
    for (const [given, out] of [
      ['Gadget.kext', 'Gadget.kext'],
      ['Gadget.kext', 'Gadget.kext/Contents/Resources'],
      ['Gadget.kext/Contents/Info.plist', 'Gadget.kext/out'],
      ['Linked.kext', 'Gadget.kext/out'],
      ['Gadget.kext', 'Linked.kext/out'],
    ] as const) {
      const { status, err } = await run(cwd, [given, '--to', 'codeless-dext', '--out', out]);
      assert.equal(status, 2, out);
      assert.match(err, /lies in the kext itself|does not exist/);
    }
    assert.deepEqual(
      tree(cwd).filter((name) => !name.startsWith('Linked.kext')),
      before,
    );
  });

  test('a folder that may not be written', async () => {
    const cwd = kext();
    const locked = path.join(cwd, 'locked');
    mkdirSync(locked);
    chmodSync(cwd, 0o755);
    chmodSync(locked, 0o555);
    // Root may write everywhere.
    const root = process.getuid?.() === 0;
    if (root) process.seteuid?.(65534);
    try {
      const { status, err } = await run(cwd, ['Gadget.kext', '--to', 'codeless-dext', '--out', 'locked/out']);
      assert.equal(status, 2);
      assert.match(err, /may not be read or written/);
    } finally {
      if (root) process.seteuid?.(0);
    }
    assert.deepEqual(readdirSync(locked), []);
  });

  test('everything when the disk is full half-way', async () => {
    const files = ['a', 'b/c', 'd'].map((name) => ({ path: name, text: 'new', bytes: 3 }));
    const full = (at: string) => async (file: string, text: string) => {
      if (file.endsWith(at)) throw Object.assign(new Error('write'), { code: 'ENOSPC' });
      writeFileSync(file, text);
    };
    const cwd = folderWith({ 'there/a': 'old' });
    for (const out of ['there', 'new']) {
      const target = await targetFolder(out, cwd);
      await assert.rejects(writePlan(target, files, full('d')), /the disk is full\. Nothing was written/);
    }
    assert.deepEqual(tree(cwd), ['there', 'there/a']);
    assert.equal(readFileSync(path.join(cwd, 'there/a'), 'utf8'), 'old');
    await writePlan(await targetFolder('new', cwd), files);
    assert.deepEqual(tree(path.join(cwd, 'new')), ['a', 'b', 'b/c', 'd']);
  });

  test('whatever a plan names outside the folder', async () => {
    const cwd = folderWith({ x: '' });
    for (const name of ['../y', '/y', 'a/../../y', 'a//b', '.', 'a\\b', '-y', 'a\nb', 'y'.repeat(300)]) {
      const target = await targetFolder('out', cwd);
      await assert.rejects(writePlan(target, [{ path: name, text: '', bytes: 0 }]), WriteError, name);
    }
    assert.deepEqual(tree(cwd), ['x']);
  });
});

describe('convert says', () => {
  test('why nothing can be converted, with status 1', async () => {
    const cwd = folderWith({ 'Info.plist': merging });
    const { status, out } = await run(cwd, ['Info.plist', '--to', 'codeless-dext', '--out', 'out']);
    assert.equal(status, 1);
    assert.match(out, /nothing to write: No personality can go into a dext/);
    assert.ok(!existsSync(path.join(cwd, 'out')));
    const json = await run(cwd, ['Info.plist', '--to', 'codeless-dext', '--out', 'out', '--format', 'json']);
    const report = JSON.parse(json.out);
    assert.deepEqual([report.written, report.files], [false, []]);
    assert.equal(report.personalities[0].outcome, 'stays-kext');
  });

  test('what is wrong with the input and the options, with status 2', async () => {
    const cwd = folderWith({ 'Info.plist': own, 'bad.plist': '<plist><dict><key>A</key>', 'empty/x': '' });
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [['nothing', '--to', 'codeless-dext'], /there is no such file or folder/],
      [['empty', '--to', 'codeless-dext'], /no Contents\/Info.plist and no Info.plist/],
      [['bad.plist', '--to', 'codeless-dext'], /damaged at line 1/],
      [['Info.plist', '--to', 'codeless-dext', '--bundle-id', '../../x'], /no bundle id/],
      [['Info.plist', '--to', 'codeless-dext', '--bundle-id', `com.a.${'b'.repeat(10_000)}`], /63 at most/],
      [['Info.plist', '--to', 'codeless-dext', '--class', 'a\nb'], /no name for a class/],
      [['Info.plist', '--to', 'codeless-dext', '--team', '../..'], /no team id/],
      [['Info.plist', '--to', 'codeless-dext', '--family', 'toaster'], /There is no family "toaster"/],
      [['Info.plist', '--to', 'codeless-dext', '--family', 'midi'], /^$/],
      [
        ['Info.plist', '--to', 'codeless-dext', '--family', 'pci'],
        /No personality matches a nub of the family pci/,
      ],
      [['Info.plist', '--to', 'codeless-kext', '--class', 'Mine'], /one of Apple’s kernel/],
    ];
    for (const [args, message] of cases) {
      const { status, err } = await run(cwd, [...args, '--dry-run']);
      assert.match(err, message, args.join(' ').slice(0, 80));
      assert.equal(status, err === '' ? 0 : 2);
      assert.ok(!err.slice(0, -1).includes('\u001b') && err.length < 1500);
    }
  });

  test('what is wrong with the arguments', async () => {
    for (const args of [
      [],
      ['a', 'b', '--to', 'codeless-dext'],
      ['a'],
      ['a', '--to', 'dext'],
      ['a', '--to', 'codeless-dext'],
    ])
      await assert.rejects(run('/', args), UsageError);
  });
});

test('a kext that is a symbolic link is read, and not written to', async () => {
  const cwd = kext();
  symlinkSync('Gadget.kext', path.join(cwd, 'Link.kext'));
  assert.equal((await run(cwd, ['Link.kext', '--to', 'codeless-dext', '--out', 'out'])).status, 0);
  assert.deepEqual(tree(path.join(cwd, 'Gadget.kext')), ['Contents', 'Contents/Info.plist']);
});

test('unified diffs hold what changed, with three lines around', () => {
  const lines = Array.from({ length: 30 }, (_, i) => `line ${i}`);
  const old = `${lines.join('\n')}\n`;
  const changed = old.replace('line 5\n', 'five\n').replace('line 25\n', '');
  assert.equal(
    unifiedDiff('f', old, changed),
    `--- a/f\n+++ b/f\n@@ -3,7 +3,7 @@\n line 2\n line 3\n line 4\n-line 5\n+five\n line 6\n line 7\n line 8\n@@ -23,7 +23,6 @@\n line 22\n line 23\n line 24\n-line 25\n line 26\n line 27\n line 28\n`,
  );
  assert.equal(unifiedDiff('f', old, old), '');
  assert.equal(
    unifiedDiff('f', 'a', 'a\n'),
    '--- a/f\n+++ b/f\n@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a\n',
  );
});
