/// <reference types="mocha" />
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, eventually, finding, open } from './helpers.ts';

/** Paths of the pages that are shown rendered. */
function renderedPages(): string[] {
  return vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .map(({ input }) => input)
    .filter((input) => input instanceof vscode.TabInputCustom)
    .filter(({ uri }) => uri.scheme === 'driver-plist-rule')
    .map(({ uri }) => uri.path);
}

suite('pages of rules', () => {
  teardown(closeAll);

  test('the link behind a finding leads to a page of the extension itself', async () => {
    const { document } = await open('Info.plist');
    const found = await finding(document.uri, 'dext/missing-user-class');
    assert.ok(typeof found.code === 'object');
    const { target } = found.code;
    assert.equal(target.toString(), 'driver-plist-rule:/dext/missing-user-class.md');
    const page = await vscode.workspace.openTextDocument(target);
    assert.match(page.getText(), /^# dext\/missing-user-class\n[\s\S]*## Why\n[\s\S]*## Source\n/);
    await vscode.commands.executeCommand('vscode.open', target);
    await eventually(() => renderedPages().includes('/dext/missing-user-class.md'), 'the rendered page');
    await eventually(
      () => !vscode.window.visibleTextEditors.some((editor) => editor.document.uri.scheme === target.scheme),
      'the source of the page is gone',
    );
  });

  test('the command shows the page of a rule', async () => {
    await vscode.commands.executeCommand('driverPlist.explainRule', 'kext/no-kernel-library');
    await eventually(() => renderedPages().includes('/kext/no-kernel-library.md'), 'the rendered page');
  });

  test('an unknown rule is said to be unknown', async () => {
    const uri = vscode.Uri.parse('driver-plist-rule:/dext/no-such-rule.md');
    const page = await vscode.workspace.openTextDocument(uri);
    assert.match(page.getText(), /no rule dext\/no-such-rule/);
  });
});
