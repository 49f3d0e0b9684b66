/** "Open Sample Driver": a property list with mistakes to try things on, for a person who has none at hand. */
import * as vscode from 'vscode';

const SAMPLE = 'samples/UsbLamp/UsbLampDriver/Info.plist';

/** It opens as a new document without a file: nothing of the person's is touched. */
export function registerSample({ extensionUri }: vscode.ExtensionContext): vscode.Disposable {
  return vscode.commands.registerCommand('driverPlist.openSample', async () => {
    const bytes = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(extensionUri, SAMPLE));
    const content = new TextDecoder().decode(bytes);
    const document = await vscode.workspace.openTextDocument({ language: 'plist', content });
    await vscode.window.showTextDocument(document);
  });
}
