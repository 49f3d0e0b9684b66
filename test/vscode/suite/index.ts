/// <reference types="mocha" />
/** What VS Code calls inside the extension host; the same for every host. The runner reads the report. */
import * as vscode from 'vscode';
import { fixture, IN_BROWSER } from './helpers.ts';

/** What the suite leaves for the runner, beside the workspace. */
export interface SuiteReport {
  readonly host: string;
  readonly passed: readonly string[];
  readonly failed: readonly string[];
  readonly skipped: readonly string[];
}

/**
 * Runs the tests that `load` registers. The report goes through VS Code's own file system, which both hosts have.
 * @throws Error when a test failed, so that the window ends with another status than 0
 */
export async function runSuite(mocha: Mocha, load: () => void): Promise<void> {
  load();
  const passed: string[] = [];
  const failed: string[] = [];
  const skipped: string[] = [];
  const lines: string[] = [];
  let written: Thenable<void> = Promise.resolve();
  const say = (line: string) => {
    lines.push(line);
    // As it goes, so that a window that hangs has told where.
    written = written.then(() => write('report.log', `${lines.join('\n')}\n`));
  };
  const failures = await new Promise<number>((resolve) => {
    const runner = mocha.run(resolve);
    runner.on('pass', (test) => {
      passed.push(test.fullTitle());
      say(`  ok   ${test.fullTitle()} (${test.duration} ms)`);
    });
    runner.on('fail', (test, error) => {
      failed.push(test.fullTitle());
      say(`  FAIL ${test.fullTitle()}\n       ${error.stack ?? error}`);
    });
    runner.on('pending', (test) => {
      skipped.push(test.fullTitle());
      say(`  skip ${test.fullTitle()}`);
    });
  });
  await written;
  const where = vscode.env.remoteName === undefined ? 'desktop' : `remote ${vscode.env.remoteName}`;
  const engine = IN_BROWSER ? 'a worker of the browser' : `Node ${process.version}`;
  const host = `${vscode.env.appName} ${vscode.version}, ${engine}, ${where}`;
  const report: SuiteReport = { host, passed, failed, skipped };
  await write('report.json', JSON.stringify(report));
  if (failures > 0) throw new Error(`${failures} failed`);
}

function write(name: string, text: string): Thenable<void> {
  return vscode.workspace.fs.writeFile(fixture(`../${name}`), new TextEncoder().encode(text));
}
