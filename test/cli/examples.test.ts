/** The examples of docs/ci.md, taken from the page and run with the built command line. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import manifest from '../../package.json' with { type: 'json' };
import { dext } from '../unit/service/marked.ts';
import { CLI, folderWith } from './command.ts';

const PAGE = readFileSync(path.join(import.meta.dirname, '../../docs/ci.md'), 'utf8');
const WRONG = dext('\t\t\t<key>IOProviderClass</key>\n\t\t\t<string>IOUSBHostDevice</string>');
const GOOD =
  '<?xml version="1.0"?>\n<plist version="1.0"><dict><key>Name</key><string>Lamp</string></dict></plist>\n';
const WINDOWS = process.platform === 'win32' && 'needs a POSIX shell';

function block(mark: string): string {
  const found = new RegExp(`<!-- ${mark} -->\n\`\`\`\\w+\n([\\s\\S]*?)\`\`\``).exec(PAGE)?.[1];
  assert.ok(found, `docs/ci.md has a block after <!-- ${mark} -->`);
  return found;
}

/** A folder with the command line on the PATH as the npm package puts it there. */
function place(files: { readonly [name: string]: string }): { cwd: string; env: NodeJS.ProcessEnv } {
  const cwd = folderWith(files);
  const bin = path.join(folderWith({}), 'bin');
  mkdirSync(bin);
  const program = path.join(bin, 'driver-plist');
  writeFileSync(program, `#!/bin/sh\nexec "${process.execPath}" "${CLI}" "$@"\n`);
  chmodSync(program, 0o755);
  const { NO_COLOR: _, FORCE_COLOR: __, ...env } = process.env;
  return { cwd, env: { ...env, PATH: `${bin}${path.delimiter}${process.env.PATH}` } };
}

interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function shell(script: string, { cwd, env }: ReturnType<typeof place>, more: NodeJS.ProcessEnv = {}): Run {
  // As GitHub starts the steps of an action.
  const args = ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script];
  return spawnSync('bash', args, { cwd, env: { ...env, ...more }, encoding: 'utf8', timeout: 60_000 });
}

describe('GitHub Actions', { skip: WINDOWS }, () => {
  const action = parse(block('action'));
  const [step] = action.runs.steps;
  const inputs = Object.fromEntries(
    Object.entries<{ default: string }>(action.inputs).map(([name, { default: value }]) => [name, value]),
  );
  /** What the runner makes of `${{ inputs.NAME }}`. */
  const envWith = (given: Record<string, string>): NodeJS.ProcessEnv =>
    Object.fromEntries(
      Object.entries<string>(step.env).map(([name, value]) => [
        name,
        value.replace(/\$\{\{ inputs\.([\w-]+) \}\}/g, (_, input) => ({ ...inputs, ...given })[input] ?? ''),
      ]),
    );

  test('the action fails on an error, with an annotation', () => {
    const { status, stdout } = shell(step.run, place({ 'Lamp/Info.plist': WRONG }), envWith({}));
    assert.equal(status, 1);
    assert.match(stdout, /^::error file=Lamp\/Info\.plist,line=\d+,/m);
  });
  test('its inputs choose the paths and how many warnings are borne', () => {
    const files = { 'Lamp/Info.plist': WRONG, 'Other/Info.plist': GOOD, 'Third/Info.plist': GOOD };
    const fine = shell(step.run, place(files), envWith({ paths: 'Other Third', 'max-warnings': '0' }));
    assert.deepEqual([fine.status, fine.stdout], [0, '']);
    const strict = place({
      'Lamp.entitlements': WRONG,
      '.driver-plist.json': '{ "rules": { "*": "warning" } }',
    });
    assert.equal(shell(step.run, strict, envWith({})).status, 0);
    assert.equal(shell(step.run, strict, envWith({ 'max-warnings': '0' })).status, 1);
  });
  test('the workflows run commands that there are', () => {
    const { jobs } = parse(block('workflow'));
    const command = jobs.lint.steps.at(-1).run as string;
    const { status, stdout } = shell(command, place({ 'Lamp/Info.plist': WRONG }));
    assert.equal(status, 1);
    assert.match(stdout, /^::error /);
    const [scan, upload] = parse(block('code-scanning'));
    const at = place({ 'Lamp/Info.plist': WRONG });
    assert.equal(shell(scan.run, at).status, 1);
    assert.equal(scan['continue-on-error'], true, 'the report is sent though the step failed');
    const log = JSON.parse(readFileSync(path.join(at.cwd, upload.with.sarif_file), 'utf8'));
    assert.ok(log.runs[0].results.length > 0);
  });
});

describe('hooks of git', { skip: WINDOWS }, () => {
  const git = (at: ReturnType<typeof place>, ...args: string[]): Run =>
    spawnSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
      cwd: at.cwd,
      env: { ...at.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' },
      encoding: 'utf8',
      timeout: 60_000,
    });

  /** A repository with the hook; commits what is given and returns how git ended. */
  function repository(hook: string): (files: { readonly [name: string]: string | null }) => Run {
    const at = place({});
    assert.equal(git(at, 'init', '-q').status, 0);
    writeFileSync(path.join(at.cwd, '.git/hooks/pre-commit'), hook, { mode: 0o755 });
    return (files) => {
      for (const [name, content] of Object.entries(files)) {
        const file = path.join(at.cwd, name);
        mkdirSync(path.dirname(file), { recursive: true });
        if (content === null) git(at, 'rm', '-q', '--cached', name);
        else writeFileSync(file, content);
        if (content !== null) git(at, 'add', '--', name);
      }
      return git(at, 'commit', '-qm', 'change');
    };
  }

  /** What pre-commit does with a hook of `language: system`: the staged files that fit, as arguments. */
  function asPreCommit(): string {
    const [{ hooks }] = parse(block('pre-commit')).repos;
    const [{ entry, language, files }] = hooks;
    assert.equal(language, 'system');
    return `#!/bin/bash
mapfile -d '' -t staged < <(git diff --cached --name-only --diff-filter=d -z | grep -zP '${files}')
[ \${#staged[@]} -eq 0 ] || ${entry} "\${staged[@]}"
`;
  }

  for (const [name, hook] of [
    ['the script', block('hook')],
    ['pre-commit', asPreCommit()],
  ] as const) {
    test(`${name}: refuses a bad property list, takes a good one and what is none`, (t) => {
      if (spawnSync('git', ['--version']).error) return t.skip('needs git, not here');
      const commit = repository(hook);
      assert.equal(commit({ 'README.md': 'text' }).status, 0, 'no property list');
      const good = commit({ 'My Lamp/Info.plist': GOOD });
      assert.equal(good.status, 0, good.stderr + good.stdout);
      const bad = commit({ 'My Lamp/Info.plist': WRONG, '-Info.plist': GOOD });
      assert.notEqual(bad.status, 0);
      assert.match(bad.stdout + bad.stderr, /dext\/missing-user-class/);
      assert.equal(commit({ 'My Lamp/Info.plist': GOOD }).status, 0, 'mended');
      assert.equal(
        commit({ 'My Lamp/Info.plist': null }).status,
        0,
        'a file that is taken out is not looked for',
      );
    });
  }
});

test('the phase of Xcode writes lines that Xcode reads', { skip: WINDOWS }, (t) => {
  if (spawnSync('python3', ['--version']).error) return t.skip('needs python3, not here');
  const at = place({ 'MyDriver/Info.plist': WRONG });
  const script = block('xcode').replaceAll('/usr/bin/python3', 'python3');
  const { stdout, stderr } = shell(`set +o pipefail\n${script}`, at, { SRCROOT: at.cwd });
  assert.equal(stderr, '');
  const lines = stdout.trimEnd().split('\n');
  assert.ok(lines.length > 1);
  for (const line of lines) assert.match(line, /^MyDriver\/Info\.plist:\d+:\d+: (?:error|warning): \S/);
});

test('JUnit: the command writes the report', { skip: WINDOWS }, () => {
  const at = place({ 'Lamp/Info.plist': WRONG });
  shell(`set +e\n${block('junit')}`, at);
  assert.match(
    readFileSync(path.join(at.cwd, 'driver-plist.xml'), 'utf8'),
    /<testsuites name="driver-plist">/,
  );
});

test('the task of VS Code: its matcher reads every line', { skip: WINDOWS }, () => {
  const [task] = JSON.parse(block('task')).tasks;
  const [matcher] = manifest.contributes.problemMatchers;
  assert.equal(task.problemMatcher, `$${matcher!.name}`);
  const { stdout } = shell(`set +e\n${task.command}`, place({ 'Lamp, new: 100%/Info.plist': WRONG }));
  const lines = stdout.trimEnd().split('\n');
  assert.ok(lines.length > 1);
  for (const line of lines) {
    const match = new RegExp(matcher!.pattern.regexp).exec(line);
    assert.ok(match, line);
    assert.equal(decodeURIComponent(match[matcher!.pattern.file]!), 'Lamp, new: 100%/Info.plist');
    assert.match(match[matcher!.pattern.code]!, /^[\w-]+\/[\w-]+$/);
  }
});
