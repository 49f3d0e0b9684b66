/** The built command line as a person at a terminal meets it: help, slips of the pen, odd names, odd streams. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { prettyFormat } from '../../server/src/cli/formats/pretty.ts';
import { lint } from '../../server/src/rules/lint.ts';
import { openDocument } from '../../server/src/workspace/document.ts';
import { dext } from '../unit/service/marked.ts';
import { CLI, driverPlist, folderWith } from './command.ts';

const PAGE = readFileSync(path.join(import.meta.dirname, '../../docs/cli.md'), 'utf8');
const WRONG = dext('\t\t\t<key>IOProviderClass</key>\n\t\t\t<string>IOUSBHostDevice</string>');
const COMMANDS = ['lint', 'match', 'convert', 'explain'] as const;

describe('help', () => {
  for (const command of [undefined, ...COMMANDS]) {
    test(`of ${command ?? 'the program'} is that of docs/cli.md`, () => {
      const mark = command === undefined ? 'help' : `help ${command}`;
      const printed = new RegExp(`<!-- ${mark} -->\n\`\`\`text\n([\\s\\S]*?)\`\`\``).exec(PAGE)?.[1];
      assert.equal(driverPlist([...(command ? [command] : []), '--help']).stdout, printed);
    });
  }

  for (const command of COMMANDS) {
    test(`${command}: every option that it names is taken, and lines fit a terminal of 120`, () => {
      const { stdout } = driverPlist([command, '--help']);
      for (const line of stdout.split('\n')) assert.ok([...line].length <= 120, line);
      for (const [option] of stdout.matchAll(/--[a-z][a-z-]*/g)) {
        const { stderr } = driverPlist([command, option, '--no-such-option']);
        assert.doesNotMatch(stderr, new RegExp(`Unknown option "${option}"`), option);
      }
    });
  }
});

describe('slips of the pen', () => {
  const slips: readonly (readonly [readonly string[], RegExp])[] = [
    [
      ['lnt'],
      /^driver-plist: there is no command "lnt"\. Did you mean lint\?\nAll options: driver-plist --help\n$/,
    ],
    [['--versoin'], /Did you mean --version\?/],
    [['Info.plist'], /no command "Info\.plist"\. To check files: driver-plist lint Info\.plist\n/],
    [
      ['lint', '--fromat', 'json'],
      /^driver-plist lint: Unknown option "--fromat"\. Did you mean --format\?\n/,
    ],
    [['lint', '--format', '--kind', 'dext'], /--format needs a value\./],
    [['lint', '--dry-run=yes'], /Unknown option "--dry-run"/],
    [['convert', 'x', '--dry-run=yes'], /--dry-run takes no value/],
    [['explain', 'IOUserClas'], /Did you mean IOUserClass\?/],
    [['lint', ''], /A path is empty/],
    [['match', 'Info.plist'], /--registry/],
    [['convert', 'Info.plist', '--out', 'x'], /Say what to convert to: --to codeless-dext/],
  ];
  for (const [args, message] of slips) {
    test(`${args.join(' ')}: said in a few lines, exit 2`, () => {
      const { status, stdout, stderr } = driverPlist(args, { cwd: folderWith({ 'Info.plist': WRONG }) });
      assert.equal(status, 2);
      assert.equal(stdout, '');
      assert.match(stderr, message);
      assert.ok(stderr.split('\n').length <= 4, stderr);
      assert.doesNotMatch(stderr, /\n\s+at /);
    });
  }
});

describe('names', () => {
  test('that begin with a dash stand behind --', () => {
    const cwd = folderWith({ '-Info.plist': WRONG, '--help': WRONG });
    const { status, stdout } = driverPlist(['lint', '--format', 'json', '--', '-Info.plist', '--help'], {
      cwd,
    });
    assert.equal(status, 1);
    assert.deepEqual(
      JSON.parse(stdout).files.map(({ path: name }: { path: string }) => name),
      ['-Info.plist', '--help'],
    );
  });

  test('with blanks, line ends and other scripts', () => {
    const name = 'a b\nc/Lämpchen 灯 💡/Info.plist';
    const cwd = folderWith({ [name]: WRONG });
    for (const format of ['json', 'sarif'] as const) {
      const report = JSON.parse(driverPlist(['lint', '--format', format], { cwd }).stdout);
      const shown =
        format === 'json'
          ? report.files[0].path
          : decodeURIComponent(report.runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri);
      assert.equal(shown, name);
    }
    const { stdout } = driverPlist(['lint', '--format', 'github'], { cwd });
    for (const line of stdout.trimEnd().split('\n')) assert.match(line, /^::\w+ file=a b%0Ac\//);
    assert.match(driverPlist(['lint'], { cwd }).stdout, /^a b\\u\{a\}c\/Lämpchen 灯 💡\/Info\.plist/);
  });

  test('that are no UTF-8 are said once, and the others are checked', {
    skip: process.platform !== 'linux',
  }, () => {
    const cwd = folderWith({ 'Info.plist': WRONG });
    writeFileSync(
      Buffer.concat([Buffer.from(`${cwd}/`), Buffer.from([0xff]), Buffer.from('-Info.plist')]),
      WRONG,
    );
    const { status, stdout, stderr } = driverPlist(['lint'], { cwd });
    assert.equal(status, 2);
    assert.equal(stderr, 'driver-plist: \ufffd-Info.plist: the name is no UTF-8, so it cannot be opened\n');
    assert.match(stdout, /in 1 file\.\n$/);
  });

  test('outside of the working folder are shown whole, those that begin with dots are not', () => {
    const cwd = folderWith({ '..Lamp/Info.plist': WRONG, 'here/x': '', 'Info.plist': WRONG });
    const paths = (from: string, ...args: string[]) =>
      JSON.parse(driverPlist(['lint', '--format', 'json', ...args], { cwd: from }).stdout).files.map(
        (file: { path: string }) => file.path,
      );
    assert.deepEqual(paths(cwd, '..Lamp'), ['..Lamp/Info.plist']);
    assert.deepEqual(paths(path.join(cwd, 'here'), '../Info.plist'), [
      path.join(cwd, 'Info.plist').split(path.sep).join('/'),
    ]);
  });
});

describe('streams', () => {
  test('- given twice is read once', () => {
    const { status, stdout } = driverPlist(['lint', '-', '-', '--format', 'json'], { input: WRONG });
    assert.equal(status, 1);
    assert.equal(JSON.parse(stdout).files.length, 1);
  });

  const sh = (script: string) =>
    spawnSync('sh', ['-c', script, 'sh', process.execPath, CLI], {
      cwd: folderWith({ 'Info.plist': WRONG }),
      encoding: 'utf8',
      timeout: 60_000,
    });
  const skip = process.platform === 'win32' && 'needs a POSIX shell';

  test('standard input that is closed is an empty file', { skip }, () => {
    const { status, stdout } = sh('"$1" "$2" lint - <&-');
    assert.equal(status, 1);
    assert.match(stdout, /The file is empty/);
  });

  test('standard output that is full is said, exit 2', { skip: skip || process.platform !== 'linux' }, () => {
    const { status, stderr } = sh('"$1" "$2" lint > /dev/full');
    assert.equal(status, 2);
    assert.match(stderr, /^driver-plist: standard output: ENOSPC/);
  });

  test('a reader that wants one line gets it', { skip }, () => {
    const { stdout, stderr } = sh('"$1" "$2" lint --format github | head -n 1');
    assert.equal(stdout.trimEnd().split('\n').length, 1);
    assert.equal(stderr, '');
  });

  test('the file of another process', { skip: skip || process.platform !== 'linux' }, () => {
    const { status, stdout } = sh('cat Info.plist | "$1" "$2" lint /dev/fd/0 --format json');
    assert.equal(status, 1);
    assert.equal(JSON.parse(stdout).summary.files, 1);
  });
});

describe('colour and width', () => {
  const colored = (env: Record<string, string>) =>
    driverPlist(['lint', '-'], { input: WRONG, env }).stdout.includes('\x1b[');
  test('FORCE_COLOR and NO_COLOR', () => {
    assert.equal(colored({}), false, 'piped');
    assert.equal(colored({ FORCE_COLOR: '1' }), true);
    assert.equal(colored({ FORCE_COLOR: '0' }), false);
    assert.equal(colored({ FORCE_COLOR: '1', NO_COLOR: '' }), true, 'an empty NO_COLOR is none');
    assert.equal(colored({ FORCE_COLOR: '1', NO_COLOR: '1' }), false);
  });

  test('excerpts stay within the terminal, with their carets below', () => {
    const line = `\t\t\t<key>${'x'.repeat(200)}</key><nonsense/><key>IOProviderClass</key><string>IOUSBHostDevice</string>`;
    const document = openDocument('file:///w/Lamp/Info.plist', dext(line), 0);
    const report = {
      path: 'Info.plist',
      kind: 'dext',
      document,
      findings: lint(document).findings,
      converted: false,
    };
    for (const columns of [undefined, 200, 80, 50, 10]) {
      const shown = prettyFormat(false, columns)
        .file(report as never)
        .split('\n')
        .filter((one) => /^ {0,6}\d* {1,}\| /.test(one));
      assert.ok(shown.length >= 2);
      const most = Math.max(39, Math.min(109, columns ?? 109));
      for (const one of shown) assert.ok(one.length <= most, `${columns}: ${one.length}`);
    }
    const at = (text: string) =>
      prettyFormat(false, 60)
        .file(report as never)
        .includes(text);
    assert.ok(at('<nonsense\n'), 'the place itself is always seen');
  });
});
