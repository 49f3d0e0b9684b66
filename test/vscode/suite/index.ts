/** What VS Code calls inside the extension host; the same for every host. The runner reads the report. */
import { appendFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';

const { Mocha } = require('mocha') as { Mocha: typeof import('mocha') };

/** What the suite leaves for the runner. */
export interface SuiteReport {
  readonly host: string;
  readonly passed: readonly string[];
  readonly failed: readonly string[];
  readonly skipped: readonly string[];
}

export async function run(): Promise<void> {
  const file = process.env.DRIVER_PLIST_SUITE_REPORT;
  if (file === undefined) throw new Error('start the suite with: npm test -- vscode');
  const mocha = new Mocha({ ui: 'tdd', timeout: 30_000, forbidOnly: true });
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  for (const name of readdirSync(__dirname)
    .filter((one) => one.endsWith('.test.cjs'))
    .sort()) {
    require(path.join(__dirname, name));
  }
  const passed: string[] = [];
  const failed: string[] = [];
  const skipped: string[] = [];
  const say = (line: string) => appendFileSync(`${file}.log`, `${line}\n`);
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
  const where = vscode.env.remoteName === undefined ? 'desktop' : `remote ${vscode.env.remoteName}`;
  const host = `${vscode.env.appName} ${vscode.version}, Node ${process.version}, ${where}`;
  const report: SuiteReport = { host, passed, failed, skipped };
  writeFileSync(file, JSON.stringify(report));
  if (failures > 0) throw new Error(`${failures} failed`);
}
