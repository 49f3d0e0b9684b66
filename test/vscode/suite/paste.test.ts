/// <reference types="mocha" />
import * as vscode from 'vscode';
import { closeAll, eventually, settled, untitled } from './helpers.ts';

suite('pasting as property list', () => {
  teardown(closeAll);

  test('JSON on the clipboard becomes entries at the cursor', async () => {
    const { document } = await untitled('<plist>\n<dict>\n\t<key>A</key>\n\t<true/>|\n</dict>\n</plist>\n');
    await settled(document);
    await vscode.env.clipboard.writeText('{ "idVendor": 4617 }');
    await vscode.commands.executeCommand('driverPlist.pasteAsPlist');
    await eventually(
      () => /<true\/>\n\t<key>idVendor<\/key>\n\t<integer>4617<\/integer>\n<\/dict>/.test(document.getText()),
      'the entry',
    );
  });
});
