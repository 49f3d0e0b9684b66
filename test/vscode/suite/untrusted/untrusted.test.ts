/// <reference types="mocha" />
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, finding, fixture, lensTitles, open, positionOf, settled } from '../helpers.ts';

const SAMPLE = 'UsbLamp/UsbLampDriver/Info.plist';

suite('a window that nobody trusts', () => {
  teardown(closeAll);

  test('checks and explains the open file', async () => {
    assert.equal(vscode.workspace.isTrusted, false);
    const { document } = await open('Info.plist');
    await finding(document.uri, 'dext/missing-user-class');
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      document.uri,
      positionOf(document, 'IOProviderClass', 3),
    );
    assert.equal(hovers.length, 1);
  });

  test('reads no other file of the project', async () => {
    const { document } = await open(SAMPLE);
    await settled(document);
    const at = positionOf(document, '<string>UsbLampDimmer</string>', 12);
    const places = await vscode.commands.executeCommand<unknown[]>(
      'vscode.executeDefinitionProvider',
      document.uri,
      at,
    );
    assert.deepEqual(places, []);
    const symbols = await vscode.commands.executeCommand<unknown[]>(
      'vscode.executeWorkspaceSymbolProvider',
      'UsbLamp',
    );
    assert.deepEqual(symbols, []);
  });

  test('does not open the dump that the settings of the folder name', async () => {
    const settings = new TextEncoder().encode('{ "driverPlist.registryDump": "lamps.ioreg.txt" }');
    await vscode.workspace.fs.writeFile(fixture('.vscode/settings.json'), settings);
    const { document } = await open('Info.plist');
    await settled(document);
    await finding(document.uri, 'dext/missing-user-class');
    assert.equal(vscode.workspace.getConfiguration('driverPlist').get('registryDump'), '');
    assert.deepEqual(await lensTitles(document.uri), []);
  });
});
