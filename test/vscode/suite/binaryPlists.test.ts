/// <reference types="mocha" />
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { readBinaryPlist, writeBinaryPlist } from '../../../server/src/plist/binary.ts';
import { PlistDate, type PlistValue } from '../../../server/src/plist/value.ts';
import { closeAll, eventually, extension, fixture, open, untitled } from './helpers.ts';

const LAMP = new Map<string, PlistValue>([
  ['CFBundleIdentifier', 'com.example.lamp'],
  ['wide', 0xffff_ffff_ffff_ffffn],
  ['built', new PlistDate(1_700_000_000.5)],
]);

async function write(name: string, bytes: Uint8Array): Promise<vscode.Uri> {
  const uri = fixture(name);
  await vscode.workspace.fs.writeFile(uri, bytes);
  return uri;
}

/** The editor that shows the XML of a file, when it has come. */
function xmlOf(uri: vscode.Uri): Promise<vscode.TextEditor> {
  const find = () =>
    vscode.window.visibleTextEditors.find(
      ({ document }) =>
        document.uri.scheme === 'driver-plist-binary' && document.uri.query === uri.toString(),
    );
  return eventually(find, `the XML of ${uri.path}`);
}

function replaceAll(editor: vscode.TextEditor, from: string, to: string): Thenable<boolean> {
  const { document } = editor;
  const text = document.getText().replace(from, to);
  return editor.edit((builder) => builder.replace(new vscode.Range(0, 0, document.lineCount, 0), text));
}

suite('binary property lists', () => {
  teardown(closeAll);

  test('open as XML, are checked, and are saved as binary with their types', async () => {
    const uri = await write('Lamp-Info.plist', writeBinaryPlist(LAMP));
    await vscode.commands.executeCommand('driverPlist.openBinaryAsXml', uri);
    const editor = await xmlOf(uri);
    const { document } = editor;
    assert.equal(document.languageId, 'plist');
    assert.match(document.getText(), /<integer>18446744073709551615<\/integer>/);
    await eventually(() => extension().exports.kindOf(document), 'the server has it');
    await replaceAll(editor, 'com.example.lamp', 'com.example.lantern');
    assert.ok(await document.save());
    const { value, problems } = readBinaryPlist(await vscode.workspace.fs.readFile(uri));
    assert.deepEqual(problems, []);
    assert.deepEqual(value, new Map(LAMP).set('CFBundleIdentifier', 'com.example.lantern'));
  });

  test('what is no plist any more is not written', async () => {
    const bytes = writeBinaryPlist(LAMP);
    const uri = await write('Kept-Info.plist', bytes);
    await vscode.commands.executeCommand('driverPlist.openBinaryAsXml', uri);
    const editor = await xmlOf(uri);
    await replaceAll(editor, '</dict>', '');
    assert.equal(await editor.document.save(), false);
    assert.deepEqual(new Uint8Array(await vscode.workspace.fs.readFile(uri)), bytes);
  });

  test('what another program wrote meanwhile is not overwritten unasked, not even of the same size', async () => {
    const uri = await write('Shared-Info.plist', writeBinaryPlist(LAMP));
    await vscode.commands.executeCommand('driverPlist.openBinaryAsXml', uri);
    const editor = await xmlOf(uri);
    await replaceAll(editor, 'com.example.lamp', 'com.example.mine');
    const others = writeBinaryPlist(new Map(LAMP).set('CFBundleIdentifier', 'com.example.beam'));
    await vscode.workspace.fs.writeFile(uri, others);
    // VS Code shows no dialog in a test: nobody says that the file shall be overwritten.
    assert.equal(await editor.document.save(), false);
    assert.deepEqual(new Uint8Array(await vscode.workspace.fs.readFile(uri)), others);
  });

  test('take the place of the placeholder when one is opened', async () => {
    await open('Info.plist');
    await eventually(() => extension().isActive, 'activation');
    const uri = await write('Opened-Info.plist', writeBinaryPlist(LAMP));
    await vscode.commands.executeCommand('vscode.open', uri);
    await xmlOf(uri);
  });

  test('a provisioning profile opens read-only', async () => {
    const plist =
      '<?xml version="1.0"?>\n<plist><dict><key>TeamName</key><string>Lamp</string></dict></plist>';
    const bytes = new Uint8Array([0x30, 0x82, 1, 0, 0, 4, ...new TextEncoder().encode(plist), 0, 255]);
    const uri = await write('embedded.mobileprovision', bytes);
    await vscode.commands.executeCommand('vscode.open', uri);
    const { document } = await xmlOf(uri);
    assert.equal(document.getText(), plist);
    assert.equal(document.languageId, 'plist');
    const { permissions } = await vscode.workspace.fs.stat(document.uri);
    assert.equal(permissions, vscode.FilePermission.Readonly);
  });

  test('OpenStep text is converted by a quick fix', async () => {
    const { document } = await untitled('{ name = "Lamp"; }');
    const actions = await eventually(async () => {
      const found = await vscode.commands.executeCommand<vscode.CodeAction[]>(
        'vscode.executeCodeActionProvider',
        document.uri,
        new vscode.Range(0, 0, 0, 1),
      );
      return found.find(({ title }) => title === 'Convert this OpenStep property list to XML');
    }, 'the quick fix');
    assert.ok(actions.edit);
    assert.ok(await vscode.workspace.applyEdit(actions.edit));
    assert.match(document.getText(), /^<\?xml[\s\S]*<key>name<\/key>\s*<string>Lamp<\/string>/);
  });
});
