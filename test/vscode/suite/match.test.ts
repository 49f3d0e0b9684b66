/// <reference types="mocha" />
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import {
  accept,
  closeAll,
  eventually,
  fixture,
  lensTitles,
  open,
  positionOf,
  pressing,
  settled,
} from './helpers.ts';

const SCHEME = 'driver-plist-match';

const lensesOf = (uri: vscode.Uri) =>
  vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri, 10);

suite('matching', () => {
  teardown(closeAll);
  suiteTeardown(() => vscode.commands.executeCommand('driverPlist.unloadRegistryDump'));

  test('a loaded dump gives lenses, and its explanation opens as a page', async () => {
    const { document } = await open('Info.plist');
    await settled(document);
    assert.equal(
      await vscode.commands.executeCommand('driverPlist.loadRegistryDump', fixture('lamps.ioreg.txt')),
      true,
    );
    const title = await eventually(async () => (await lensTitles(document.uri))[0], 'a lens');
    assert.equal(title, 'matches 1 of 2 USB devices');
    const [lens] = await lensesOf(document.uri);
    const { command, arguments: given = [] } = lens?.command ?? { command: '' };
    assert.equal(command, 'driverPlist.explainMatch');
    await vscode.commands.executeCommand(command, ...given);
    const page = await eventually(
      () => vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === SCHEME),
      'the page',
    );
    assert.match(page.getText(), /# Blink/);
    assert.match(page.getText(), /Desk Lamp/);
    assert.ok(!page.getText().includes('LAMP-000042'), 'the serial number is private');
    await eventually(
      () => vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).some(({ label }) => /Blink/.test(label)),
      'its tab',
    );
  });

  test('the lens follows the document', async () => {
    const { document } = await open('Info.plist');
    await settled(document);
    const change = new vscode.WorkspaceEdit();
    const at = positionOf(document, '<integer>2<', '<integer>'.length);
    change.replace(document.uri, new vscode.Range(at, at.translate(0, 1)), '3');
    await vscode.workspace.applyEdit(change);
    await eventually(
      async () => (await lensTitles(document.uri))[0] === 'matches none of 2 USB devices: why?',
      'the lens of the changed personality',
    );
  });

  test('a personality for a device is added as one edit that can be undone', async () => {
    const { document } = await open('Info.plist');
    await settled(document);
    const before = document.getText();
    await pressing(vscode.commands.executeCommand('driverPlist.addPersonality'), accept);
    await eventually(() => document.getText() !== before, 'the edit');
    const text = document.getText();
    assert.match(text, /<key>USBHostDevice_1209_0002<\/key>\s*<dict>/);
    assert.equal(document.getText(vscode.window.activeTextEditor?.selection), 'USBHostDevice_1209_0002');
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), before);
  });

  test('without a dump there is no lens', async () => {
    const { document } = await open('Info.plist');
    await settled(document);
    await vscode.commands.executeCommand('driverPlist.unloadRegistryDump');
    await eventually(async () => (await lensTitles(document.uri)).length === 0, 'no lens');
  });
});
