import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import type { Log } from 'sarif';
import manifest from '../../package.json' with { type: 'json' };
import { writeBinaryPlist } from '../../server/src/plist/binary.ts';
import { parsePlist } from '../../server/src/plist/parse.ts';
import { dext } from '../unit/service/marked.ts';
import { CLI, driverPlist, folderWith } from './command.ts';

const SOUND = dext(`			<key>CFBundleIdentifierKernel</key>
			<string>com.apple.kpi.iokit</string>
			<key>IOClass</key>
			<string>IOUserService</string>
			<key>IOProviderClass</key>
			<string>IOUSBHostDevice</string>
			<key>IOUserClass</key>
			<string>Lamp</string>
			<key>IOUserServerName</key>
			<string>$(PRODUCT_BUNDLE_IDENTIFIER)</string>
			<key>idProduct</key>
			<integer>592</integer>
			<key>idVendor</key>
			<integer>1452</integer>`).replace(
  '\t<key>CFBundlePackageType</key>',
  '\t<key>OSBundleUsageDescription</key>\n\t<string>Drives lamps.</string>\n\t<key>CFBundlePackageType</key>',
);
/** One error. */
const WRONG = SOUND.replace('<integer>1452</integer>', '<string>1452</string>');
const RULE = 'match/usb-value-type';
/** One warning. */
const WARNED = SOUND.replace(
  '\t\t\t<key>CFBundleIdentifierKernel</key>\n\t\t\t<string>com.apple.kpi.iokit</string>\n',
  '',
);

interface Json {
  version: number;
  files: {
    path: string;
    kind: string;
    findings: {
      rule: string;
      severity: string;
      message: string;
      range: object;
      keyPath: unknown[];
      fixes: string[];
      docs: string;
    }[];
  }[];
  summary: object;
}

function lintJson(args: readonly string[], options = {}): Json & { status: number | null } {
  const { status, stdout } = driverPlist(['lint', '--format', 'json', ...args], options);
  return { status, ...(JSON.parse(stdout) as Json) };
}

describe('the JSON shape', () => {
  test('is the fixed one', () => {
    const cwd = folderWith({ 'Lamp/Info.plist': WRONG });
    const { status, ...json } = lintJson(['Lamp/Info.plist'], { cwd });
    assert.equal(status, 1);
    const [file] = json.files;
    const [finding] = file!.findings;
    const { message, docs, fixes, ...rest } = finding!;
    assert.deepEqual(rest, {
      rule: RULE,
      severity: 'error',
      range: { start: { line: 25, character: 3 }, end: { line: 25, character: 24 } },
      keyPath: ['IOKitPersonalities', 'Lamp', 'idVendor'],
    });
    assert.ok(message.length > 10 && docs.startsWith('https://') && fixes.length > 0);
    assert.deepEqual(Object.keys(finding!), [
      'rule',
      'severity',
      'message',
      'range',
      'keyPath',
      'fixes',
      'docs',
    ]);
    assert.deepEqual([json.version, file!.path, file!.kind], [1, 'Lamp/Info.plist', 'dext']);
    assert.deepEqual(json.summary, { files: 1, errors: 1, warnings: 0, infos: 0, hints: 0 });
    assert.deepEqual(Object.keys(json), ['version', 'files', 'summary']);
  });
  test('without files it is whole too', () => {
    const cwd = folderWith({});
    assert.deepEqual(lintJson([], { cwd }), {
      status: 0,
      version: 1,
      files: [],
      summary: { files: 0, errors: 0, warnings: 0, infos: 0, hints: 0 },
    });
  });
});

describe('exit status', () => {
  test('0 without an error', () => assert.equal(driverPlist(['lint', '-'], { input: SOUND }).status, 0));
  test('0 with warnings', () => assert.equal(driverPlist(['lint', '-'], { input: WARNED }).status, 0));
  test('1 with an error', () => assert.equal(driverPlist(['lint', '-'], { input: WRONG }).status, 1));
  test('1 above --max-warnings', () => {
    assert.equal(driverPlist(['lint', '-', '--max-warnings', '0'], { input: WARNED }).status, 1);
    assert.equal(driverPlist(['lint', '-', '--max-warnings=1'], { input: WARNED }).status, 0);
  });
  const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['a path that is not there', ['nowhere.plist'], /nowhere\.plist: there is no such file/],
    ['an unknown option', ['--fromat', 'json'], /Unknown option "--fromat"\. Did you mean --format\?/],
    ['an unknown format', ['--format', 'xml'], /must be one of pretty, json, sarif/],
    ['an unknown kind', ['--kind', 'driver'], /must be one of dext/],
    ['an unknown rule', ['--rule', 'match/usb-value-typ=off'], /Did you mean match\/usb-value-type\?/],
    ['an unknown severity', ['--rule', `${RULE}=fatal`], /off\|hint\|info\|warning\|error/],
    ['no number', ['--max-warnings', 'many'], /must be a whole number/],
    ['a missing value', ['--format'], /needs a value/],
  ];
  for (const [what, args, message] of wrong) {
    test(`2 for ${what}, said on standard error`, () => {
      const { status, stderr } = driverPlist(['lint', ...args], { cwd: folderWith({ 'Info.plist': SOUND }) });
      assert.equal(status, 2);
      assert.match(stderr, message);
    });
  }
  test('2 when one of two paths cannot be read, and the other is checked', () => {
    const cwd = folderWith({ 'Info.plist': WRONG });
    const { status, files } = lintJson(['nowhere.plist', 'Info.plist'], { cwd });
    assert.equal(status, 2);
    assert.equal(files.length, 1);
  });
});

describe('input that is no property list', () => {
  const cases: readonly (readonly [string, string | Uint8Array, RegExp])[] = [
    ['an empty file', '', /The file is empty/],
    ['blanks', ' \n\n', /empty|holds no/i],
    ['a program', Buffer.concat([Buffer.from('\x7fELF\0\0\0'), Buffer.alloc(100)]), /binary data/],
    ['text', 'hello there, this is text', /no XML property list/],
    ['a binary property list that is cut off', Buffer.from('bplist00\x01\x02'), /damaged binary/],
    [
      'bytes that are no UTF-8',
      Buffer.from(SOUND.replace('Lamp', '\xff'), 'latin1'),
      /0xFF at offset \d+ is not UTF-8/,
    ],
  ];
  for (const [what, input, message] of cases) {
    test(what, () => {
      const { status, stdout } = driverPlist(['lint', '-'], { input });
      assert.equal(status, 1);
      assert.match(stdout, message);
    });
  }
  test('a binary property list is read, findings name the key', () => {
    const value = parsePlist(WRONG).root?.value();
    assert.ok(value !== undefined);
    const { status, stdout } = driverPlist(['lint', '-'], { input: writeBinaryPlist(value) });
    assert.equal(status, 1);
    assert.match(stdout, /IOKitPersonalities\/Lamp\/idVendor error/);
    assert.match(stdout, /info This is a binary property list/);
  });
  test('UTF-16', () => {
    const input = Buffer.from(`\ufeff${WRONG.replace('encoding="UTF-8"', 'encoding="UTF-16"')}`, 'utf16le');
    assert.ok(lintJson(['-'], { input }).files[0]?.findings.some(({ rule }) => rule === RULE));
  });
  test('50 MB', () => {
    const pad = `<!-- ${'x'.repeat(1 << 20)} -->\n`.repeat(50);
    const { status, files } = lintJson(['-'], { input: WRONG.replace('<dict>', `${pad}<dict>`) });
    assert.equal(status, 1);
    assert.deepEqual(
      files[0]?.findings.map(({ rule }) => rule),
      [RULE],
    );
  });
  test('a folder named like a file is walked', () => {
    const cwd = folderWith({ 'x.plist/Info.plist': WRONG });
    assert.deepEqual(
      lintJson(['x.plist'], { cwd }).files.map(({ path: name }) => name),
      ['x.plist/Info.plist'],
    );
  });
  test('an unreadable file', { skip: process.getuid?.() === 0 && 'root reads everything' }, () => {
    const cwd = folderWith({ 'Info.plist': SOUND });
    chmodSync(path.join(cwd, 'Info.plist'), 0);
    const { status, stderr } = driverPlist(['lint', 'Info.plist'], { cwd });
    assert.equal(status, 2);
    assert.match(stderr, /permission denied/);
  });
});

describe('walking a folder', () => {
  test('takes what is a driver’s, in order, and passes over the rest', () => {
    const cwd = folderWith({
      'App.entitlements': '<plist version="1.0"><dict/></plist>',
      'Lamp.dext/Info.plist': SOUND,
      'Lamp-Info.plist': SOUND,
      'InfoLamp.plist': SOUND,
      'InfoOther.plist': '<plist version="1.0"><dict><key>A</key><string/></dict></plist>',
      'other.plist': SOUND,
      'node_modules/a/Info.plist': WRONG,
      '.git/Info.plist': WRONG,
    });
    assert.deepEqual(
      lintJson(['.'], { cwd }).files.map(({ path: name }) => name),
      ['App.entitlements', 'InfoLamp.plist', 'Lamp-Info.plist', 'Lamp.dext/Info.plist'],
    );
  });
  test('links that lead in circles, to nothing, to a file twice', () => {
    const cwd = folderWith({ 'a/Info.plist': SOUND });
    symlinkSync('..', path.join(cwd, 'a/up'));
    symlinkSync('nothing', path.join(cwd, 'a/z-Info.plist'));
    symlinkSync('Info.plist', path.join(cwd, 'a/x-Info.plist'));
    symlinkSync('self', path.join(cwd, 'self'));
    const { status, files } = lintJson(['.'], { cwd });
    assert.equal(status, 0);
    assert.deepEqual(
      files.map(({ path: name }) => name),
      ['a/Info.plist'],
    );
  });
  test('a path given twice is checked once', () => {
    const cwd = folderWith({ 'a/Info.plist': SOUND });
    assert.equal(lintJson(['a', 'a/Info.plist', './a'], { cwd }).files.length, 1);
  });
  test('deep folders', () => {
    const cwd = folderWith({});
    const deep = path.join(cwd, ...Array.from({ length: 200 }, () => 'd'));
    mkdirSync(deep, { recursive: true });
    assert.equal(driverPlist(['lint'], { cwd }).status, 0);
  });
});

describe('options', () => {
  test('--rule for an id, a group, all; later beats earlier', () => {
    const severities = (...settings: string[]): string[] =>
      lintJson(['-', ...settings.flatMap((setting) => ['--rule', setting])], {
        input: WRONG,
      }).files[0]!.findings.map(({ severity }) => severity);
    assert.deepEqual(severities(`${RULE}=off`), []);
    assert.deepEqual(severities('match/*=hint'), ['hint']);
    assert.deepEqual(severities('*=off', `${RULE}=info`), ['information']);
  });
  test('--kind', () =>
    assert.equal(lintJson(['-', '--kind', 'plist'], { input: WRONG }).files[0]?.kind, 'plist'));
  test('--stdin-filename tells the kind and is shown', () => {
    const [file] = lintJson(['-', '--stdin-filename', 'Lamp.entitlements'], {
      input: '<plist version="1.0"><dict/></plist>',
    }).files;
    assert.deepEqual([file?.path, file?.kind], ['Lamp.entitlements', 'entitlements']);
  });
  test('the nearest config file holds, --rule beats it', () => {
    const cwd = folderWith({
      '.driver-plist.json': `{ "rules": { "${RULE}": "warning" }, "ignore": ["old/**"] }`,
      'a/b/Info.plist': WRONG,
      'old/Info.plist': WRONG,
      'c/.driver-plist.json': `{ "rules": { "${RULE}": "off" } }`,
      'c/Info.plist': WRONG,
    });
    const found = (...args: string[]) =>
      lintJson(args, { cwd }).files.map(({ path: name, findings }) => [
        name,
        findings.map(({ severity }) => severity),
      ]);
    assert.deepEqual(found('.'), [
      ['a/b/Info.plist', ['warning']],
      ['c/Info.plist', []],
    ]);
    assert.deepEqual(found('a', '--rule', `${RULE}=hint`), [['a/b/Info.plist', ['hint']]]);
  });
  test('schemas of the user', () => {
    const cwd = folderWith({
      '.driver-plist.json': '{ "schemas": [{ "kinds": ["dext"], "schema": "own.json" }] }',
      'own.json': '{ "properties": { "LampColour": { "plistType": "string" } } }',
      'Info.plist': SOUND.replace(
        '</dict>\n</plist>',
        '\t<key>LampColour</key>\n\t<integer>1</integer>\n</dict>\n</plist>',
      ),
    });
    const [file] = lintJson(['Info.plist'], { cwd }).files;
    assert.deepEqual(
      file?.findings.map(({ rule, keyPath }) => [rule, keyPath]),
      [['schema/type', ['LampColour']]],
    );
  });
  test('a broken config file is said, exit 2', () => {
    const cwd = folderWith({ '.driver-plist.json': '{ "rules": ', 'Info.plist': SOUND });
    const { status, stderr } = driverPlist(['lint'], { cwd });
    assert.equal(status, 2);
    assert.match(stderr, /\.driver-plist\.json is not JSON/);
  });
});

describe('pretty', () => {
  test('the line with carets below, without colour when piped', () => {
    const { stdout } = driverPlist(['lint', '-'], { input: WRONG });
    assert.match(stdout, / {4}26 \| {13}<string>1452<\/string>\n {7}\| {13}\^{21}\n/);
    assert.match(stdout, /^1 error in 1 file\.$/m);
    assert.ok(!stdout.includes('\x1b'));
  });
  test('colours when asked for, never with NO_COLOR', () => {
    assert.ok(
      driverPlist(['lint', '-'], { input: WRONG, env: { FORCE_COLOR: '1' } }).stdout.includes('\x1b[31m'),
    );
    const both = { FORCE_COLOR: '1', NO_COLOR: '1' };
    assert.ok(!driverPlist(['lint', '-'], { input: WRONG, env: both }).stdout.includes('\x1b'));
  });
  test('a hostile name or text steers no terminal', () => {
    const name = '\x1b]0;x\x07\u202e-Info.plist';
    const cwd = folderWith({ [name]: WRONG.replace('1452', '\x1b[2J1452') });
    const { stdout, stderr } = driverPlist(['lint', '.', '\x1b[2Jnowhere'], { cwd });
    assert.ok(!/[\x1b\x07\u202e]/.test(stdout + stderr), JSON.stringify(stdout));
    assert.ok(stdout.includes('\\u{1b}'));
  });
  test('nor the log of a workflow', () => {
    const cwd = folderWith({ '\x1b[31m-Info.plist': WRONG });
    const { stdout } = driverPlist(['lint', '--format', 'github'], { cwd });
    assert.ok(!stdout.includes('\x1b'), JSON.stringify(stdout));
  });
  test('nothing found', () =>
    assert.equal(driverPlist(['lint', '-'], { input: SOUND }).stdout, 'No findings in 1 file.\n'));
});

test('a named pipe without a writer is refused, not waited for', {
  skip: process.platform === 'win32',
}, (t) => {
  const cwd = folderWith({});
  if (spawnSync('mkfifo', [path.join(cwd, 'pipe')]).status !== 0) return t.skip('needs mkfifo, not here');
  const { status, stderr } = driverPlist(['lint', 'pipe'], { cwd });
  assert.equal(status, 2);
  assert.match(stderr, /pipe: it is a named pipe/);
});

describe('other formats', () => {
  test('SARIF 2.1.0', () => {
    const cwd = folderWith({ 'a b/Info.plist': WRONG });
    const log = JSON.parse(driverPlist(['lint', '--format', 'sarif'], { cwd }).stdout) as Log;
    assert.equal(log.version, '2.1.0');
    const [run] = log.runs;
    const [result, ...others] = run!.results ?? [];
    assert.equal(others.length, 0);
    assert.equal(result?.ruleId, RULE);
    assert.equal(run!.tool.driver.rules?.[result.ruleIndex ?? -1]?.id, RULE);
    assert.equal(result.level, 'error');
    const place = result.locations?.[0]?.physicalLocation;
    assert.equal(place?.artifactLocation?.uri, 'a%20b/Info.plist');
    assert.deepEqual(place?.region, { startLine: 26, startColumn: 4, endLine: 26, endColumn: 25 });
  });
  test('SARIF of nothing', () => {
    const log = JSON.parse(driverPlist(['lint', '-', '--format', 'sarif'], { input: SOUND }).stdout) as Log;
    assert.deepEqual(log.runs[0]?.results, []);
  });
  test('GitHub: one command a finding, whatever the names', () => {
    const cwd = folderWith({ 'a,b:c%0A-Info.plist': WRONG });
    const { stdout } = driverPlist(['lint', '--format', 'github'], { cwd });
    assert.match(
      stdout,
      /^::error file=a%2Cb%3Ac%250A-Info\.plist,line=26,endLine=26,col=4,endColumn=25,title=match\/usb-value-type::idVendor [^\n]*\n$/,
    );
  });
  test('JUnit is XML that reads back', () => {
    const cwd = folderWith({ 'a"<b>&-Info.plist': WRONG, 'Info.plist': SOUND });
    const { stdout } = driverPlist(['lint', '--format', 'junit'], { cwd });
    assert.match(
      stdout,
      /<testsuite name="a&quot;&lt;b&gt;&amp;-Info\.plist" tests="1" failures="1" errors="0">/,
    );
    assert.match(stdout, /<testcase name="Info\.plist" classname="driver-plist"\/>/);
    assert.equal(stdout.match(/<testsuite /g)?.length, stdout.match(/<\/testsuite>/g)?.length);
  });
});

describe('streams', () => {
  test('a reader that goes away ends the run quietly', async () => {
    const files = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`${i}/Info.plist`, WRONG]));
    const child = spawn(process.execPath, [CLI, 'lint'], {
      cwd: folderWith(files),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let errors = '';
    child.stderr.on('data', (data) => {
      errors += data;
    });
    child.stdout.once('data', () => child.stdout.destroy());
    const [, signal] = await once(child, 'exit');
    assert.equal(signal, null);
    assert.equal(errors, '');
  });
  test('thousands of files', () => {
    const files = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`${i}/Info.plist`, SOUND]));
    const { status, stdout } = driverPlist(['lint'], { cwd: folderWith(files) });
    assert.equal(status, 0);
    assert.equal(stdout, 'No findings in 2000 files.\n');
  });
});

describe('the command', () => {
  test('--version', () => assert.equal(driverPlist(['--version']).stdout, `${manifest.version}\n`));
  test('--help, of each command too', () => {
    for (const args of [['--help'], ['lint', '--help'], ['help', 'lint'], ['explain', '-h']]) {
      const { status, stdout } = driverPlist(args);
      assert.equal(status, 0);
      assert.match(stdout, /driver-plist/);
    }
  });
  test('nothing, or an unknown command: usage on standard error, 2', () => {
    for (const args of [[], ['lnit'], ['__proto__'], ['constructor']]) {
      const { status, stdout, stderr } = driverPlist(args);
      assert.equal(status, 2);
      assert.equal(stdout, '');
      assert.match(stderr, args.length === 0 ? /Usage:/ : /there is no command[\s\S]*driver-plist --help\n$/);
    }
  });
  test('explain a rule', () =>
    assert.match(driverPlist(['explain', RULE]).stdout, /^# match\/usb-value-type\n/));
  test('explain a key, as plain text', () => {
    const { status, stdout } = driverPlist(['explain', 'IOUserServerName']);
    assert.equal(status, 0);
    assert.match(stdout, /^IOUserServerName\n/);
    assert.ok(!stdout.includes('**'));
  });
  test('explain what is not there', () => {
    const { status, stderr } = driverPlist(['explain', 'IOUserServerNam']);
    assert.equal(status, 2);
    assert.match(stderr, /Did you mean IOUserServerName\?/);
  });
});

describe('with a registry dump', () => {
  const DUMP = `+-o Root  <class IORegistryEntry, id 0x100000100, retain 10>
  +-o Lamp@14100000  <class IOUSBHostDevice, id 0x100000200, registered, matched, active, busy 0 (0 ms), retain 10>
      {
        "idVendor" = 1452
        "idProduct" = 593
        "bcdDevice" = 256
      }
`;
  const commented = (text: string, rule = 'match/no-device') =>
    text.replace(
      '\t\t<key>Lamp</key>',
      `\t\t<!-- driver-plist-disable-next-line ${rule} -->\n\t\t<key>Lamp</key>`,
    );
  const cwd = folderWith({
    'dump.txt': DUMP,
    'near/Info.plist': SOUND,
    'fits/Info.plist': SOUND.replace('<integer>592</integer>', '<integer>593</integer>'),
    'unknown/Info.plist': SOUND.replace('<integer>592</integer>', '<string>$(PRODUCT)</string>'),
    'hidden/Info.plist': commented(SOUND),
    'all/Info.plist': commented(SOUND, 'match/*'),
    'needless/Info.plist': commented(SOUND.replace('<integer>592</integer>', '<integer>593</integer>')),
    'other/Info.plist': commented(SOUND, 'match/any-device'),
  });
  const found = (name: string, ...args: string[]) =>
    lintJson([name, '--registry', 'dump.txt', ...args], { cwd }).files[0]?.findings.filter(
      ({ rule }) => rule === 'match/no-device',
    );
  test('a personality that no device matches, and the nearest', () => {
    const [finding, ...others] = found('near') ?? [];
    assert.equal(others.length, 0);
    assert.deepEqual([finding?.severity, finding?.keyPath], ['information', ['IOKitPersonalities', 'Lamp']]);
    assert.match(finding?.message ?? '', /idProduct.*592.*593/);
  });
  test('nothing for one that matches, for unknown values, behind a comment, when off', () => {
    for (const name of ['fits', 'unknown', 'hidden']) assert.deepEqual(found(name), [], name);
    assert.deepEqual(found('near', '--rule', 'match/no-device=off'), []);
  });
  test('a comment that hides it is used; without a dump nobody can tell', () => {
    const unused = (name: string, ...args: string[]) =>
      lintJson([name, ...args], { cwd }).files[0]?.findings.filter(
        ({ rule }) => rule === 'control/unused-suppression',
      ).length;
    for (const name of ['hidden', 'all', 'needless']) assert.equal(unused(name), 0, name);
    for (const name of ['hidden', 'all']) assert.equal(unused(name, '--registry', 'dump.txt'), 0, name);
    assert.equal(unused('needless', '--registry', 'dump.txt'), 1);
    assert.equal(unused('other'), 1);
  });
  test('a dump that is none: 2', () => {
    for (const dump of ['near/Info.plist', 'nowhere.txt']) {
      const { status, stderr } = driverPlist(['lint', 'near', '--registry', dump], { cwd });
      assert.equal(status, 2);
      assert.ok(stderr.includes(dump), stderr);
    }
  });
});
