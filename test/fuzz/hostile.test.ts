/** Files and folders made to hurt: each is read to its end, in bounded time, without a throw. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { nodeFiles } from '../../server/src/host/nodeFiles.ts';
import { readBinaryPlist } from '../../server/src/plist/binary.ts';
import { readJsonPlist } from '../../server/src/plist/json.ts';
import { readOpenStepPlist } from '../../server/src/plist/openstep.ts';
import { readConfig } from '../../server/src/rules/config.ts';
import { lint } from '../../server/src/rules/lint.ts';
import { createLanguageService } from '../../server/src/service/index.ts';
import { expandSettings, settingReferences, settingValue } from '../../server/src/workspace/buildSettings.ts';
import { openDocument } from '../../server/src/workspace/document.ts';
import { Workspace } from '../../server/src/workspace/workspace.ts';
import { readXcodeProject } from '../../server/src/workspace/xcode.ts';
import { readSpec } from '../../server/src/workspace/xcodegen.ts';

/** For a busy machine; alone each takes a second or two at most. */
const TIME = { timeout: 60_000 };

const head =
  '<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0">\n<dict>\n<key>CFBundlePackageType</key><string>KEXT</string><key>CFBundleIdentifier</key><string>com.example.a</string>\n';
const tail = '</dict>\n</plist>\n';

/** One flat string, as a file gives; a rope of a million pieces would measure the engine instead. */
const times = (piece: string, count: number): string => Buffer.from(piece.repeat(count)).toString('latin1');

function personalities(count: number, body: string): string {
  const all = Array.from({ length: count }, (_, i) => `<key>P${i}</key><dict>${body}</dict>\n`);
  return `${head}<key>IOKitPersonalities</key><dict>${all.join('')}</dict>${tail}`;
}

const HOSTILE: Readonly<Record<string, () => string>> = {
  'entities within entities': () =>
    `<!DOCTYPE plist [${Array.from({ length: 40 }, (_, i) => `<!ENTITY a${i + 1} "${`&a${i};`.repeat(10)}">`).join('')}]>${head}<key>x</key><string>&a40;</string>${tail}`,
  'dictionaries 200,000 deep': () =>
    head + times('<key>a</key><dict>', 200_000) + times('</dict>', 200_000) + tail,
  'dictionaries 200,000 deep, never closed': () => head + times('<key>a</key><dict>', 200_000),
  'arrays 200,000 deep': () =>
    `${head}<key>a</key>${times('<array>', 200_000)}${times('</array>', 200_000)}${tail}`,
  'unknown elements 100,000 deep': () => head + times('<foo>', 100_000) + times('</foo>', 100_000) + tail,
  'a string of 50 MB': () => `${head}<key>IOClass</key><string>${times('x', 50_000_000)}</string>${tail}`,
  'a number of a million digits': () =>
    `${head}<key>IOProbeScore</key><integer>${times('9', 1_000_000)}</integer>${tail}`,
  'ten million NULs': () => times('\0', 10_000_000),
  'a million NULs in a string': () => `${head}<key>a</key><string>${times('\0', 1_000_000)}</string>${tail}`,
  'a million <': () => times('<', 1_000_000),
  'a million &': () => `${head}<key>a</key><string>${times('&', 1_000_000)}</string>${tail}`,
  'a million $(': () => `${head}<key>a</key><string>${times('$(', 1_000_000)}</string>${tail}`,
  'closing tags without end': () => times('</dict>', 200_000),
  'conflict marks': () => times('\n<<<<<<< a\n=======\n>>>>>>> b\n', 50_000),
  'one key 50,000 times': () => head + times('<key>k</key><true/>', 50_000) + tail,
  'a name twice for every personality': () =>
    `${head}<key>IOKitPersonalities</key><dict>${times('<key>P</key><dict><key>IOClass</key><string>x</string></dict>', 5_000)}</dict>${tail}`,
  'a comment for every finding': () =>
    personalities(
      5_000,
      '<!-- driver-plist-disable-next-line foo/bar -->\n<key>IOClass</key><integer>1</integer>',
    ),
  'old providers that count each other': () =>
    personalities(
      5_000,
      '<key>IOProviderClass</key><string>IOUSBDevice</string><key>IOClass</key><string>A</string>',
    ),
  'a PCI match of 100,000 terms': () =>
    personalities(
      1,
      `<key>IOProviderClass</key><string>IOPCIDevice</string><key>IOPCIMatch</key><string>${times('0x12348086&amp;0xffffffff ', 100_000)}</string>`,
    ),
};

const service = createLanguageService();
const EVERYTHING = { start: { line: 0, character: 0 }, end: { line: 1_000_000, character: 0 } };

describe('hostile property lists', () => {
  for (const [name, make] of Object.entries(HOSTILE)) {
    test(name, TIME, () => {
      const text = make();
      const document = openDocument('file:///x/Info.plist', text, 1);
      const { findings } = lint(document, {
        onRuleError(rule, error) {
          throw new Error(`${rule}: ${String(error)}`);
        },
      });
      for (const { range } of findings) assert.ok(range.start <= range.end && range.end <= text.length);
      const at = { line: 3, character: 5 };
      assert.ok(service.diagnostics(document).length <= 1_001);
      service.symbols(document);
      service.folding(document);
      service.semanticTokens(document);
      service.hover(document, at);
      service.complete(document, at);
      service.selections(document, [at]);
      service.inlayHints(document, EVERYTHING);
      service.format(document, { tabSize: 4, insertSpaces: false });
    });
  }

  test('other formats, 100,000 deep', TIME, () => {
    for (const [open, close] of [
      ['(', ')'],
      ['{a=', ';}'],
    ] as const) {
      readOpenStepPlist(times(open, 100_000) + times(close, 100_000));
      readXcodeProject(times(open, 100_000) + times(close, 100_000));
    }
    readJsonPlist(times('[', 100_000) + times(']', 100_000));
    readSpec(times('[', 20_000));
    readSpec(times('- ', 20_000));
    assert.ok(readConfig(times('[', 100_000)).problems.length > 0);
  });

  test('a YAML bomb is no spec', TIME, () => {
    const levels = Array.from({ length: 30 }, (_, i) =>
      i === 0 ? 'a0: &a0 [x, x]' : `a${i}: &a${i} [${`*a${i - 1}, `.repeat(9)}*a${i - 1}]`,
    );
    assert.ok('problem' in readSpec(levels.join('\n')));
  });

  test('a binary plist whose array holds itself, many times over', TIME, () => {
    // bplist00, one array of 14 references to object 0, an offset table of one entry.
    const body = [...Buffer.from('bplist00'), 0xae, ...Array(14).fill(0), 8];
    const trailer = [0, 0, 0, 0, 0, 0, 1, 1, ...int64(1), ...int64(0), ...int64(body.length - 1)];
    const { problems } = readBinaryPlist(Uint8Array.from([...body, ...trailer]));
    assert.ok(problems.length > 0);
  });

  test('settings that name each other over and over', TIME, () => {
    const levels = [
      new Map([
        ['A', '$(A: ${B:default=} ${B:default=} ${B:default=} ${B:default=}'],
        ['B', '$(A)'],
        ...Array.from({ length: 40 }, (_, i) => [`C${i}`, `$(C${i + 1}:upper)`.repeat(8)] as const),
        ['C40', ''],
      ]),
    ];
    assert.equal(expandSettings('$(A) ${B:default=}${B:default=}${B:default=}', levels), undefined);
    assert.equal(settingValue('C0', levels), undefined);
    assert.deepEqual(settingReferences(times('$(', 200_000)), []);
    expandSettings(times('$(', 200_000), levels);
  });

  test('globs that hang or break a matcher', TIME, () => {
    for (const glob of [
      '',
      '[a\\\\\\\\',
      '\\'.repeat(9),
      '('.repeat(5_000),
      '{a,'.repeat(2_000),
      '*'.repeat(70_000),
    ]) {
      const { config } = readConfig(JSON.stringify({ ignore: [glob], kinds: { [glob]: 'kext' } }));
      assert.equal(config.kindOf('Lamp/Info.plist'), undefined, glob.slice(0, 20));
    }
  });
});

function int64(value: number): number[] {
  return [0, 0, 0, 0, 0, 0, value >> 8, value & 255];
}

const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function hostileFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'driver-plist-hostile-'));
  folders.push(folder);
  mkdirSync(path.join(folder, 'Lamp.kext/Contents/MacOS'), { recursive: true });
  writeFileSync(path.join(folder, 'Lamp.kext/Contents/Info.plist'), head + tail);
  symlinkSync('..', path.join(folder, 'Lamp.kext/up'));
  symlinkSync('/dev/zero', path.join(folder, 'zero-Info.plist'));
  symlinkSync('nothing', path.join(folder, 'gone-Info.plist'));
  for (const name of [
    'Info.plist',
    '.driver-plist.json',
    'project.yml',
    'a.entitlements',
    'b.iig',
    'c.xcconfig',
  ]) {
    const { status } = spawnSync('mkfifo', [path.join(folder, name)]);
    assert.equal(status, 0, 'mkfifo');
  }
  spawnSync('mkfifo', [path.join(folder, 'Lamp.kext/Contents/MacOS/Lamp')]);
  writeFileSync(path.join(folder, 'in\u001b[31m\nvalid.entitlements'), '<plist><dict/></plist>');
  return folder;
}

describe('hostile folders', {
  skip: process.platform === 'win32' ? 'there are no pipes to be made' : false,
}, () => {
  test('pipes, devices and links stop no walk of the command line', TIME, () => {
    const folder = hostileFolder();
    const cli = path.join(import.meta.dirname, '../../dist/cli.js');
    const { status, stdout, stderr, signal } = spawnSync(
      process.execPath,
      [cli, 'lint', '--format', 'json', folder],
      {
        encoding: 'utf8',
        timeout: 50_000,
      },
    );
    assert.equal(signal, null, 'it hangs');
    // The config file is a pipe: what it says cannot be known, and that is told.
    assert.equal(status, 2);
    assert.match(stderr, /driver-plist\.json cannot be read.*no regular file/);
    const paths = (JSON.parse(stdout) as { files: { path: string }[] }).files.map((file) =>
      path.basename(file.path),
    );
    assert.deepEqual(paths.sort(), ['Info.plist', 'in\u001b[31m\nvalid.entitlements']);
  });

  test('nor of the editor', TIME, async () => {
    const root = pathToFileURL(hostileFolder()).href;
    const workspace = new Workspace(nodeFiles, [root]);
    await workspace.index();
    assert.equal(workspace.document(`${root}/Lamp.kext/Contents/Info.plist`)?.kind.kind, 'kext');
    assert.ok(workspace.bundles.length > 0);
  });
});
