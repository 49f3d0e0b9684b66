/** The line that shows long work: on a terminal, nowhere else, and gone before anything else is written. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { progressLine } from '../../server/src/cli/progress.ts';
import { CLI, driverPlist, folderWith } from './command.ts';

const ERASE = '\r\x1b[K';

/** A terminal that keeps what is written to it, and a clock that stands until it is moved. */
function fakeTerminal(columns?: number) {
  const written: string[] = [];
  let time = 0;
  const stream = { isTTY: true, columns, write: (text: string) => written.push(text) };
  return {
    written,
    wait: (milliseconds: number) => {
      time += milliseconds;
    },
    line: progressLine(stream, 'xterm', () => time),
  };
}

describe('the line', () => {
  test('comes when work lasts, is painted ten times a second at most, and goes', () => {
    const { line, written, wait } = fakeTerminal();
    line.show('one');
    assert.deepEqual(written, []);
    wait(300);
    line.show('two');
    line.show('three');
    wait(100);
    line.show('four');
    line.clear();
    line.clear();
    assert.deepEqual(written, [`${ERASE}two`, `${ERASE}four`, ERASE]);
  });

  test('comes at once before a step that lets nothing else happen', () => {
    const { line, written } = fakeTerminal();
    line.show('Reading', true);
    assert.deepEqual(written, [`${ERASE}Reading`]);
  });

  test('is never wider than the terminal, keeps the end of a path, and steers nothing', () => {
    const { line, written } = fakeTerminal(40);
    line.show(`Checking, 3 files done: ${'folder/'.repeat(20)}Info.plist`, true);
    line.show('a\nb\x1b[2J', true);
    const [long, hostile] = written.map((text) => text.slice(ERASE.length));
    assert.equal(long!.length, 39);
    assert.match(long!, /^Checking, 3 files.*….*\/Info\.plist$/);
    assert.equal(hostile, 'a\\u{a}b\\u{1b}[2J');
  });

  test('is not there on a pipe and on a terminal that cannot erase', () => {
    const written: string[] = [];
    const write = (text: string) => written.push(text);
    for (const [stream, term] of [
      [{ write }, 'xterm'],
      [{ isTTY: true, write }, 'dumb'],
    ] as const) {
      const line = progressLine(stream, term);
      line.show('words', true);
      line.clear();
    }
    assert.deepEqual(written, []);
  });
});

describe('the command', () => {
  const dump = readFileSync(path.join(import.meta.dirname, '../vscode/fixtures/lamps.ioreg.txt'), 'utf8');
  const plist = readFileSync(
    path.join(import.meta.dirname, '../vscode/fixtures/Gadget.kext/Contents/Info.plist'),
  );
  const folder = folderWith({ 'dump.txt': dump, 'Gadget.kext/Contents/Info.plist': plist });
  const args = ['match', 'Gadget.kext', '--registry', 'dump.txt'];

  /** Everything that a terminal gets, by util-linux' `script`; undefined where there is none. */
  function onTerminal(command: readonly string[], redirection = ''): string | undefined {
    const line = [process.execPath, CLI, ...command].map((word) => `'${word}'`).join(' ') + redirection;
    const { status, stdout } = spawnSync('script', ['-qec', line, '/dev/null'], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, TERM: 'xterm' },
      input: '',
      timeout: 60_000,
    });
    return status === null || /illegal option|usage: script/.test(stdout) ? undefined : stdout;
  }

  test('shows what it does on a terminal, and leaves the report as it is in a pipe', (t) => {
    const seen = onTerminal(args);
    if (seen === undefined) return t.skip('needs the script command of util-linux');
    assert.match(seen, /\r\x1b\[KReading the registry dump dump\.txt/);
    assert.match(seen, /\r\x1b\[KMatching personalities \(1\) with entries of the dump \(\d+\)/);
    // What stays to be seen: the text behind the last erasure of each line.
    const left = seen
      .split(/\r?\n/)
      .map((row) => row.split(ERASE).at(-1))
      .join('\n')
      .replace(/\x1b\[\d*m/g, '');
    const piped = driverPlist(args, { cwd: folder });
    assert.equal(left.trim(), piped.stdout.trim());
    assert.equal(piped.stderr, '');
  });

  test('a person sees it too while the report goes to a file', (t) => {
    const lint = ['lint', '.', '--registry', 'dump.txt', '--format', 'json'];
    const seen = onTerminal(lint, ' > report.json');
    if (seen === undefined) return t.skip('needs the script command of util-linux');
    assert.match(seen, /\r\x1b\[KReading the registry dump dump\.txt/);
    assert.equal(seen.split(ERASE).at(-1)!.trim(), '');
    const report = readFileSync(path.join(folder, 'report.json'), 'utf8');
    const piped = driverPlist(lint, { cwd: folder });
    assert.equal(report, piped.stdout);
    assert.equal(piped.stderr, '');
  });
});
