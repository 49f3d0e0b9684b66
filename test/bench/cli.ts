/**
 * The built command line over many files against `xmllint --valid` with a DTD of property lists, and `plistutil`
 * where they are installed. Needs a build: `node test/bench/cli.ts [COUNT…]`.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { twin } from './twin.ts';

const CLI = path.join(
  process.env.DRIVER_PLIST_DIST ?? path.join(import.meta.dirname, '../../dist'),
  'cli.js',
);

/** The elements of a property list, in words of our own. */
const DTD = `<!ENTITY % value "(array | data | date | dict | real | integer | string | true | false)">
<!ELEMENT plist %value;>
<!ATTLIST plist version CDATA "1.0">
<!ELEMENT dict (key, %value;)*>
<!ELEMENT array (%value;)*>
<!ELEMENT key (#PCDATA)>
<!ELEMENT string (#PCDATA)>
<!ELEMENT data (#PCDATA)>
<!ELEMENT date (#PCDATA)>
<!ELEMENT integer (#PCDATA)>
<!ELEMENT real (#PCDATA)>
<!ELEMENT true EMPTY>
<!ELEMENT false EMPTY>
`;

export interface CliRow {
  readonly files: number;
  readonly name: string;
  /** Processor time of all threads, the least of three runs, milliseconds: a clock tells what else the machine does. */
  readonly ms: number;
  readonly msEach: number;
}

export function benchCli(counts: readonly number[]): CliRow[] {
  const rows: CliRow[] = [];
  for (const files of counts) {
    const folder = mkdtempSync(path.join(tmpdir(), 'driver-plist-bench-'));
    try {
      const names = Array.from({ length: files }, (_, i) =>
        path.join(folder, `${i % 100}`, `${i}-Info.plist`),
      );
      writeFileSync(path.join(folder, 'plist.dtd'), DTD);
      for (const [i, name] of names.entries()) {
        if (i < 100) mkdirSync(path.dirname(name));
        writeFileSync(
          name,
          twin(2 + (i % 4)).plist.replace(/<!DOCTYPE[^>]*>/, '<!DOCTYPE plist SYSTEM "../plist.dtd">'),
        );
      }
      const add = (name: string, script: string, args: readonly string[], of = files): void => {
        const ms = timeOf(script, args);
        if (ms !== undefined) rows.push({ files, name, ms: (ms / of) * files, msEach: ms / of });
      };
      add('driver-plist lint', '"$@"', [process.execPath, CLI, 'lint', '--format', 'json', folder]);
      add('xmllint --valid', '"$@"', ['xmllint', '--noout', '--valid', '--nonet', ...names]);
      // It takes one file a call: three hundred tell.
      const some = names.slice(0, 300);
      const each = 'for file; do plistutil -i "$file" -o /dev/null || exit; done';
      add('plistutil, one process a file', each, some, some.length);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return rows;
}

/** @param script for the shell; undefined where it, or a program that it calls, is not there */
function timeOf(script: string, args: readonly string[]): number | undefined {
  let best: number | undefined;
  for (let round = 0; round < 3; round++) {
    // The shell's `times` tells what its children have used, in its second line (POSIX.1-2017).
    const timed = `{ ${script}; } >/dev/null 2>&1; test $? -lt 127 && times`;
    const { stdout } = spawnSync('sh', ['-c', timed, 'sh', ...args], { encoding: 'utf8' });
    const used = /\n(\d+)m([\d.]+)s (\d+)m([\d.]+)s\n$/
      .exec(stdout ?? '')
      ?.slice(1)
      .map(Number);
    if (!used) return undefined;
    const took = ((used[0]! + used[2]!) * 60 + used[1]! + used[3]!) * 1000;
    best = Math.min(best ?? took, took);
  }
  return best;
}

export function printCli(rows: readonly CliRow[]): void {
  for (const { files, name, ms, msEach } of rows) {
    console.log(
      `${String(files).padStart(6)} files  ${name.padEnd(30)} ${ms.toFixed(0).padStart(7)} ms  ${msEach.toFixed(3)} ms a file`,
    );
  }
}

if (import.meta.filename === process.argv[1]) {
  const counts = process.argv.slice(2).map(Number);
  printCli(benchCli(counts.length > 0 ? counts : [1_000, 10_000]));
}
