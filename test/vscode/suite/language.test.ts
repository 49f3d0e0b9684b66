/// <reference types="mocha" />
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, eventually, positionOf, settled, untitled } from './helpers.ts';

const dext = (lines: string) => `<plist version="1.0">
<dict>
	<key>CFBundlePackageType</key>
	<string>DEXT</string>
	<key>IOKitPersonalities</key>
	<dict>
		<key>Lamp</key>
		<dict>
${lines}
		</dict>
	</dict>
</dict>
</plist>
`;

suite('language features', () => {
  teardown(closeAll);

  test('the signature of a personality names the key that is due', async () => {
    const { document, selection } = await untitled(
      dext('\t\t\t<key>IOClass</key>\n\t\t\t<string>IOUserService</string>|'),
    );
    await settled(document);
    const help = await vscode.commands.executeCommand<vscode.SignatureHelp | undefined>(
      'vscode.executeSignatureHelpProvider',
      document.uri,
      selection.active,
      '>',
    );
    const signature = help?.signatures[help.activeSignature];
    assert.match(signature?.label ?? '', /^Lamp: IOClass ✓, IOProviderClass, IOUserClass/);
    const active = signature?.parameters[signature.activeParameter ?? help?.activeParameter ?? 0];
    assert.deepEqual(
      Array.isArray(active?.label) && signature?.label.slice(...active.label),
      'IOProviderClass',
    );
  });

  test('a user client is extracted in the indentation of the file, and its name is selected', async () => {
    const editor = await untitled(
      dext(`			<key>IOUserClass</key>
			<string>Lamp</string>
			<!-- for the app -->
			<key>IOUserClientClass</key>
			<string>LampUserClient</string>`),
    );
    const { document } = editor;
    await settled(document);
    const at = positionOf(document, 'IOUserClientClass', 3);
    const [action] = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      new vscode.Range(at, at),
      vscode.CodeActionKind.RefactorExtract.value,
    );
    assert.equal(action?.title, 'Extract the user client into UserClientProperties');
    assert.ok(action.edit);
    assert.ok(await vscode.workspace.applyEdit(action.edit));
    const expected = (name: string) =>
      dext(`			<key>IOUserClass</key>
			<string>Lamp</string>
			<key>${name}</key>
			<dict>
				<key>IOClass</key>
				<string>IOUserUserClient</string>
				<!-- for the app -->
				<key>IOUserClass</key>
				<string>LampUserClient</string>
			</dict>`);
    assert.equal(document.getText(), expected('UserClientProperties'));
    await eventually(
      () => document.getText(editor.selection) === 'UserClientProperties',
      `the name is selected, not "${document.getText(editor.selection)}"`,
    );
    await vscode.commands.executeCommand('type', { text: 'LampUserClientProperties' });
    assert.equal(document.getText(), expected('LampUserClientProperties'));
  });

  test('a personality of a family is one item of completion', async () => {
    const { document, selection } = await untitled(
      dext('').replace(/\t\t<key>Lamp<\/key>\n\t\t<dict>\n\n\t\t<\/dict>/, '\t\t|'),
    );
    await settled(document);
    const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      document.uri,
      selection.active,
    );
    const labels = items.map(({ label }) => (typeof label === 'string' ? label : label.label));
    assert.ok(
      labels.includes('Audio device') && labels.includes('PCI / Thunderbolt device'),
      labels.join(', '),
    );
  });
});
