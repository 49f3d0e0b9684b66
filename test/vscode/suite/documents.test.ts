/// <reference types="mocha" />
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import {
  closeAll,
  eventually,
  extension,
  findings,
  fixture,
  open,
  ruleOf,
  settled,
  untitled,
} from './helpers.ts';

suite('documents', () => {
  teardown(closeAll);

  test('the extension starts when a property list is opened, without being asked', async () => {
    const { document } = await open('Info.plist');
    assert.equal(document.languageId, 'plist');
    await eventually(() => extension().isActive, 'activation');
    await settled(document);
    assert.equal((await extension().exports.kindOf(document))?.kind, 'dext');
  });

  test('entitlements are property lists', async () => {
    const { document } = await open('Blink.entitlements');
    assert.equal(document.languageId, 'plist');
    await settled(document);
    assert.equal((await extension().exports.kindOf(document))?.kind, 'entitlements');
    assert.deepEqual(findings(document.uri).map(ruleOf), []);
  });

  test('a document without a name is one by its first line', async () => {
    const { document } = await untitled('<!DOCTYPE plist>\n<plist><dict/></plist>', 'plist');
    await settled(document);
    assert.equal((await extension().exports.kindOf(document))?.kind, 'plist');
  });

  test('an XML document that is a property list is served', async () => {
    const { document } = await open('settings.xml');
    assert.equal(document.languageId, 'xml');
    await eventually(() => findings(document.uri).length > 0, 'findings');
    assert.equal((await extension().exports.kindOf(document))?.kind, 'dext');
  });

  test('another XML document is left alone', async () => {
    const plist = await open('Info.plist');
    await settled(plist.document);
    const { document } = await open('project.xml');
    assert.equal(await extension().exports.kindOf(document), undefined);
    const position = document.positionAt(document.getText().indexOf('CFBundle') + 2);
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      document.uri,
      position,
    );
    assert.deepEqual(hovers, []);
    assert.deepEqual(findings(document.uri), []);
  });

  test('an XML document becomes one when a property list is typed into it', async () => {
    const { document, edit } = await untitled('<project/>', 'xml').then((editor) => ({
      document: editor.document,
      edit: (text: string) =>
        editor.edit((builder) => builder.replace(new vscode.Range(0, 0, editor.document.lineCount, 0), text)),
    }));
    assert.equal(await extension().exports.kindOf(document), undefined);
    await edit('<plist>\n<dict>\n<key>a</key>\n</dict>\n</plist>\n');
    await eventually(() => findings(document.uri).length > 0, 'the key without a value');
    await edit('<plist>\n<dict>\n<key>a</key>\n<true/>\n</dict>\n</plist>\n');
    await eventually(() => findings(document.uri).length === 0, 'no finding any more');
  });

  test('a document that is closed has no findings', async () => {
    const uri = fixture('stray.xml');
    // As a person opens it: VS Code holds on to documents that an extension opens, for minutes.
    await vscode.commands.executeCommand('vscode.open', uri);
    await eventually(() => findings(uri).length > 0, 'findings');
    await closeAll();
    await eventually(() => findings(uri).length === 0, 'none');
  });
});
