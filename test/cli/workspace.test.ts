/** `lint FOLDER` on sample projects: findings over several files beside those of each file. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { driverPlist, folderWith } from './command.ts';

const RULES = path.resolve(import.meta.dirname, '../fixtures/workspace/rules');

interface Report {
  readonly files: readonly {
    readonly path: string;
    readonly findings: readonly {
      readonly rule: string;
      readonly severity: string;
      readonly message: string;
      readonly range: { readonly start: { readonly line: number; readonly character: number } };
    }[];
  }[];
}

function lintJson(cwd: string, ...args: string[]): { status: number | null; report: Report; stderr: string } {
  const { status, stdout, stderr } = driverPlist(['lint', ...args, '--format', 'json'], { cwd });
  return { status, report: JSON.parse(stdout) as Report, stderr };
}

test('each sample project shows what its expected.txt says', () => {
  const rules = readdirSync(RULES);
  assert.ok(rules.length > 15);
  for (const rule of rules) {
    const { report } = lintJson(path.join(RULES, rule), 'invalid');
    const found = report.files.flatMap((file) =>
      file.findings.map(({ range, severity, rule: id }) =>
        [
          file.path.replace('invalid/', ''),
          `${range.start.line + 1}:${range.start.character + 1}`,
          severity,
          id,
        ].join(' '),
      ),
    );
    let file = '';
    const expected = readFileSync(path.join(RULES, rule, 'expected.txt'), 'utf8')
      .split('\n')
      .flatMap((line) => {
        if (/^\S/.test(line)) file = line;
        const place = /^ {2}(\d+:\d+) (\w+) (\S+)$/.exec(line);
        return place
          ? [`${file} ${place[1]} ${place[2] === 'information' ? 'info' : place[2]} ${place[3]}`]
          : [];
      });
    const short = (line: string) => line.replace(' information ', ' info ');
    assert.deepEqual(found.map(short).sort(), expected.sort(), rule);
  }
});

describe('lint of a folder', () => {
  test('says the same of files whose paths hold brackets, blanks and other scripts', (t) => {
    const cwd = mkdtempSync(path.join(tmpdir(), 'driver-plist-'));
    t.after(() => rmSync(cwd, { recursive: true, force: true }));
    cpSync(path.join(RULES, 'family-entitlement/invalid'), path.join(cwd, 'plain'), { recursive: true });
    cpSync(path.join(cwd, 'plain'), path.join(cwd, "odd (1) [x] it's #é"), { recursive: true });
    const rulesIn = (folder: string) =>
      lintJson(path.join(cwd, folder), '.').report.files.map(({ findings }) =>
        findings.map(({ rule }) => rule),
      );
    const plain = rulesIn('plain');
    assert.ok(plain.flat().some((rule) => rule.startsWith('workspace/')));
    assert.deepEqual(rulesIn("odd (1) [x] it's #é"), plain);
  });

  test('shows what the files say together, with exit status 1 for an error', () => {
    const cwd = path.join(RULES, 'family-entitlement/invalid');
    const { status, report, stderr } = lintJson(cwd, '.');
    assert.equal(stderr, '');
    assert.equal(status, 1);
    assert.deepEqual(
      report.files.flatMap((file) => file.findings.map(({ rule, severity }) => [file.path, rule, severity])),
      [['Driver/Driver.entitlements', 'workspace/family-entitlement', 'error']],
    );
    const [{ message } = { message: '' }] = report.files.flatMap(({ findings }) => findings);
    assert.ok(readFileSync(path.join(RULES, 'family-entitlement/expected.txt'), 'utf8').includes(message));
  });

  test('names the place in the other file, for people and in SARIF', () => {
    const cwd = path.join(RULES, 'user-class/invalid');
    const { stdout } = driverPlist(['lint', '.'], { cwd });
    assert.match(stdout, /^ +see Driver\/Lamp\.iig:1:7 class Lamp is declared here$/m);
    const sarif = JSON.parse(driverPlist(['lint', '.', '--format', 'sarif'], { cwd }).stdout);
    const [result] = sarif.runs[0].results;
    assert.equal(result.relatedLocations[0].physicalLocation.artifactLocation.uri, 'Driver/Lamp.iig');
    assert.deepEqual(result.relatedLocations[0].physicalLocation.region, { startLine: 1, startColumn: 7 });
  });

  test('of one file alone says nothing of others', () => {
    const cwd = path.join(RULES, 'family-entitlement/invalid');
    const { status, report } = lintJson(cwd, 'Driver/Driver.entitlements');
    assert.equal(status, 0);
    assert.deepEqual(
      report.files.flatMap(({ findings }) => findings),
      [],
    );
  });

  test('obeys --rule and the config file of the folder', () => {
    const cwd = path.join(RULES, 'family-entitlement/invalid');
    assert.equal(lintJson(cwd, '.', '--rule', 'workspace/*=off').status, 0);
    const { report } = lintJson(cwd, '.', '--rule', 'workspace/family-entitlement=warning');
    assert.deepEqual(
      report.files.flatMap(({ findings }) => findings.map(({ severity }) => severity)),
      ['warning'],
    );
  });

  test('a comment hides a finding, and is no unused one', () => {
    const cwd = path.join(RULES, 'transport-entitlement/invalid');
    const text = readFileSync(path.join(cwd, 'Driver/Driver.entitlements'), 'utf8');
    const folder = folderWith({
      'Lamp.xcodeproj/project.pbxproj': readFileSync(path.join(cwd, 'Lamp.xcodeproj/project.pbxproj')),
      'Driver/Info.plist': readFileSync(path.join(cwd, 'Driver/Info.plist')),
      'Driver/Driver.entitlements': text.replace(
        '<dict>',
        '<!-- driver-plist-disable-next-line workspace/transport-entitlement -->\n<dict>',
      ),
    });
    const { status, report } = lintJson(folder, '.');
    assert.deepEqual(
      report.files.flatMap(({ findings }) => findings.map(({ rule }) => rule)),
      [],
    );
    assert.equal(status, 0);
  });

  test('checks the files that a project names, whatever they are called', () => {
    const folder = folderWith({
      'project.yml':
        'targets:\n  Lamp:\n    type: driver-extension\n    settings: { INFOPLIST_FILE: lamp.plist, CODE_SIGN_ENTITLEMENTS: rights.plist }\n',
      'lamp.plist': '<plist><dict><key>IOKitPersonalities</key><string>none</string></dict></plist>',
      'rights.plist':
        '<plist><dict><key>com.apple.developer.driverkit</key><string>yes</string></dict></plist>',
    });
    const { report } = lintJson(folder, '.');
    assert.deepEqual(
      report.files.map((file) => file.path),
      ['lamp.plist', 'rights.plist'],
    );
  });

  test('a project that cannot be read is said on standard error, and the files are checked all the same', () => {
    const folder = folderWith({
      'Lamp.xcodeproj/project.pbxproj': '{ objects = (',
      'Info.plist': '<plist><dict><key>IOKitPersonalities</key><dict/></dict></plist>',
    });
    const { report, stderr } = lintJson(folder, '.');
    assert.match(stderr, /^driver-plist: Lamp\.xcodeproj\/project\.pbxproj: the project file cannot be read/);
    assert.equal(report.files.length, 1);
  });
});
