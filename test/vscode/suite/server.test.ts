/// <reference types="mocha" />
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, eventually, finding, findings, IN_BROWSER, open, testWhere, untitled } from './helpers.ts';

/** Process ids of our language server, a child of the extension host. */
function serverProcesses(): number[] {
  const { execFileSync } = process.getBuiltinModule('node:child_process');
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n');
  return lines
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter(
      (match) =>
        match !== null && Number(match[2]) === process.pid && /dist\/server\.js/.test(match[3] ?? ''),
    )
    .map((match) => Number(match?.[1]));
}

/** In a browser the server is a worker, which no other program can see or end. */
const PROCESSES = !IN_BROWSER && process.platform !== 'win32';
const NO_PROCESS = IN_BROWSER ? 'the server is a worker, no process' : 'ps is missing';

suite('the language server', () => {
  teardown(closeAll);

  test('restarts on command, and has the documents again', async () => {
    const { document } = await open('Info.plist');
    const before = await finding(document.uri, 'dext/missing-user-class');
    await vscode.commands.executeCommand('driverPlist.restartServer');
    await eventually(() => {
      const [now] = findings(document.uri);
      return now !== undefined && now !== before;
    }, 'other findings than those of the server before');
    await finding(document.uri, 'dext/missing-user-class');
  });

  testWhere(PROCESSES, NO_PROCESS, 'is another process after a restart', async () => {
    const { document } = await open('Info.plist');
    await finding(document.uri, 'dext/missing-user-class');
    const [before] = serverProcesses();
    assert.ok(before);
    await vscode.commands.executeCommand('driverPlist.restartServer');
    await finding(document.uri, 'dext/missing-user-class');
    const after = serverProcesses();
    assert.equal(after.length, 1);
    assert.notEqual(after[0], before);
  });

  testWhere(PROCESSES, NO_PROCESS, 'is started again after a crash, with the text as it is now', async () => {
    const editor = await untitled('<plist>\n<dict>\n</dict>\n</plist>\n');
    const { uri } = editor.document;
    const [pid] = await eventually(() => {
      const found = serverProcesses();
      return found.length === 1 ? found : undefined;
    }, 'one server');
    assert.ok(pid);
    process.kill(pid, 'SIGKILL');
    await editor.edit((builder) => builder.insert(new vscode.Position(2, 0), '<key>alone</key>\n'));
    await eventually(() => vscode.languages.getDiagnostics(uri).length > 0, 'the key without a value');
    const [again] = serverProcesses();
    assert.notEqual(again, pid);
  });
});
