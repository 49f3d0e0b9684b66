/** Property lists that are no XML, through every command of the built command line. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { writeBinaryPlist } from '../../server/src/plist/binary.ts';
import type { PlistValue } from '../../server/src/plist/value.ts';
import { driverPlist, folderWith } from './command.ts';

const map = (entries: Record<string, PlistValue>): Map<string, PlistValue> =>
  new Map(Object.entries(entries));

const KEXT = map({
  CFBundleIdentifier: 'com.acme.lamp',
  CFBundleName: 'Lamp',
  CFBundlePackageType: 'KEXT',
  CFBundleVersion: '1.0',
  IOKitPersonalities: map({
    Lamp: map({
      CFBundleIdentifier: 'com.apple.kpi.iokit',
      IOClass: 'IOService',
      IOProviderClass: 'IOUSBHostDevice',
      idVendor: 1452n,
      idProduct: 4660n,
    }),
  }),
});

const DUMP = `+-o Root  <class IORegistryEntry, id 0x100000100, retain 10>
  +-o Lamp@01100000  <class IOUSBHostDevice, id 0x100000abc, registered, matched, active, busy 0 (0 ms), retain 20>
      {
        "idVendor" = 1452
        "idProduct" = 4660
        "IOClass" = "IOUSBHostDevice"
      }
`;

interface Found {
  readonly rule: string;
  readonly severity: string;
  readonly message: string;
  readonly keyPath: readonly string[];
}

function findingsOf(cwd: string, file: string, ...args: string[]): { kind: string; findings: Found[] } {
  const { stdout, stderr } = driverPlist(['lint', file, '--format', 'json', ...args], { cwd });
  assert.equal(stderr, '');
  return JSON.parse(stdout).files[0];
}

/** The same bundle as Apple's tools keep it: binary, and OpenStep where every number is a string. */
describe('a binary Info.plist', () => {
  const cwd = folderWith({
    'Lamp.kext/Contents/Info.plist': writeBinaryPlist(KEXT),
    'machine.txt': DUMP,
  });

  test('lint: findings by key, and that the loader wants XML', () => {
    const { kind, findings } = findingsOf(cwd, 'Lamp.kext');
    assert.equal(kind, 'codeless-kext');
    const [note, ...rest] = findings;
    assert.equal(note?.rule, 'syntax/not-xml');
    assert.equal(note?.severity, 'error');
    assert.match(note?.message ?? '', /kext loader reads XML only/);
    assert.ok(rest.some(({ rule }) => rule === 'kext/apple-silicon'));
  });

  test('match', () => {
    const { status, stdout } = driverPlist(
      ['match', 'Lamp.kext', '--registry', 'machine.txt', '--format', 'json'],
      {
        cwd,
      },
    );
    assert.equal(status, 0);
    assert.equal(JSON.parse(stdout).devices[0].candidates[0].score, 90000);
  });

  test('convert', () => {
    const { status, stdout } = driverPlist(
      ['convert', 'Lamp.kext', '--to', 'codeless-dext', '--out', 'out', '--dry-run', '--format', 'json'],
      { cwd },
    );
    assert.equal(status, 0);
    const { personalities, written } = JSON.parse(stdout);
    assert.equal(personalities[0].outcome, 'codeless');
    assert.equal(written, false);
  });

  test('standard input', () => {
    const { status, stdout } = driverPlist(['lint', '-', '--format', 'json'], {
      input: writeBinaryPlist(KEXT),
    });
    assert.equal(status, 0);
    assert.equal(JSON.parse(stdout).files[0].kind, 'codeless-kext');
  });

  test('by Python, of Python', (t) => {
    const script =
      "import plistlib,sys; d=plistlib.loads(sys.stdin.buffer.read()); d['CFBundleVersion']=7; sys.stdout.buffer.write(plistlib.dumps(d, fmt=plistlib.FMT_BINARY))";
    const python = spawnSync('python3', ['-c', script], { input: writeBinaryPlist(KEXT) });
    if (python.error) return t.skip('needs python3, not here');
    const { stdout } = driverPlist(['lint', '-', '--format', 'json'], { input: python.stdout });
    const { findings } = JSON.parse(stdout).files[0] as { findings: Found[] };
    assert.ok(
      findings.some(({ keyPath, severity }) => keyPath[0] === 'CFBundleVersion' && severity === 'error'),
      stdout,
    );
  });

  for (const [what, bytes] of [
    ['cut off', writeBinaryPlist(KEXT).slice(0, -10)],
    ['a header alone', new TextEncoder().encode('bplist00')],
    ['zeros behind the header', new TextEncoder().encode(`bplist00${'\0'.repeat(100)}`)],
  ] as const) {
    test(`damaged: ${what}`, () => {
      const folder = folderWith({ 'Info.plist': bytes });
      const { findings } = findingsOf(folder, 'Info.plist');
      assert.equal(findings.length, 1);
      assert.match(findings[0]!.message, /damaged binary property list: .+\./);
      for (const command of [
        ['match', 'Info.plist', '--registry', 'machine.txt'],
        ['convert', 'Info.plist', '--to', 'codeless-dext', '--out', 'out'],
      ]) {
        const { status, stderr } = driverPlist(command, { cwd: folder });
        assert.equal(status, 2);
        assert.match(stderr, /^driver-plist/);
        assert.doesNotMatch(stderr, /\n\s+at /);
      }
    });
  }
});

describe('other files', () => {
  test('an OpenStep Info.plist is read, with its numbers as strings', () => {
    const cwd = folderWith({
      'Info.plist': '{ CFBundlePackageType = DEXT; IOKitPersonalities = { Lamp = { idVendor = 1452; }; }; }',
    });
    const { kind, findings } = findingsOf(cwd, 'Info.plist');
    assert.equal(kind, 'dext');
    assert.match(findings[0]!.message, /OpenStep property list, in which every number is a string/);
  });

  test('a mistake in an OpenStep or JSON file is said with its line', () => {
    const cwd = folderWith({
      'a.plist': '{\n  name = Lamp\n  other = 1;\n}\n',
      'b.plist': '{\n  "name": "Lamp"\n  "other": 1\n}\n',
      'c.plist': '{ "name": "Lamp" }',
    });
    const said = (file: string) => findingsOf(cwd, file).findings.map(({ message }) => message);
    assert.match(said('a.plist')[0]!, /OpenStep .*mistake in line 3: Expected a semicolon/);
    assert.match(said('b.plist')[0]!, /JSON, with a mistake in line 3: /);
    assert.match(said('c.plist')[0]!, /looks like JSON\. Convert it/);
  });

  test('a .strings file is what it should be, in UTF-16 too', () => {
    const text = '/* Name */\nCFBundleName = "Lämpchen";\n"IOKitPersonalities" = "x";\n';
    const utf16 = new Uint8Array(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]));
    const cwd = folderWith({ 'InfoPlist.strings': text, 'Other.strings': utf16 });
    for (const file of ['InfoPlist.strings', 'Other.strings']) {
      const { kind, findings } = findingsOf(cwd, file);
      assert.equal(kind, 'plist');
      assert.deepEqual(findings, []);
    }
  });

  test('a provisioning profile is read inside its signature', () => {
    const inside =
      '<?xml version="1.0"?><plist version="1.0"><dict><key>TeamName</key><string>Acme</string></dict></plist>';
    const signed = new Uint8Array([
      0x30,
      0x82,
      1,
      0,
      0,
      4,
      ...new TextEncoder().encode(inside),
      0,
      0xff,
      0x30,
    ]);
    const cwd = folderWith({ 'Lamp.provisionprofile': signed });
    const { findings } = findingsOf(cwd, 'Lamp.provisionprofile');
    assert.deepEqual(
      findings.map(({ severity }) => severity),
      ['information'],
    );
    assert.match(findings[0]!.message, /^This is a provisioning profile/);
  });
});
