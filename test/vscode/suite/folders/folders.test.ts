/// <reference types="mocha" />
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import {
  closeAll,
  configure,
  eventually,
  extension,
  finding,
  findings,
  fixture,
  lensTitles,
  ruleOf,
  settled,
} from '../helpers.ts';

const RULE = 'dext/missing-user-class';
const { Error: ERROR, Information } = vscode.DiagnosticSeverity;

/** The driver of one folder: both folders hold the same files, with settings of their own. */
async function openIn(folder: number): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument(fixture('Info.plist', folder));
  await vscode.window.showTextDocument(document, { preview: false });
  return document;
}

/** The kind that the server holds a document for. */
const isKind = (document: vscode.TextDocument, kind: string) =>
  eventually(async () => (await extension().exports.kindOf(document))?.kind === kind, kind);

suite('a window of two folders', () => {
  teardown(closeAll);

  test('each folder has the severities of its own settings', async () => {
    assert.equal(vscode.workspace.workspaceFolders?.length, 2);
    const one = await openIn(0);
    const two = await openIn(1);
    assert.equal((await finding(one.uri, RULE)).severity, ERROR);
    assert.equal((await finding(two.uri, RULE)).severity, Information);
    assert.equal((await finding(one.uri, RULE)).severity, ERROR);
  });

  test('a setting that changes in one folder leaves the other as it was', async () => {
    const one = await openIn(0);
    const two = await openIn(1);
    await finding(one.uri, RULE);
    await finding(two.uri, RULE);
    await configure('kinds', { 'Info.plist': 'plist' }, two.uri);
    await isKind(two, 'plist');
    await eventually(() => findings(two.uri).length === 0, 'no rule of drivers looks at it');
    await isKind(one, 'dext');
    assert.equal((await finding(one.uri, RULE)).severity, ERROR);
    await configure('kinds', undefined, two.uri);
    await isKind(two, 'dext');
    assert.equal((await finding(two.uri, RULE)).severity, Information);
  });

  test('the project file of a folder holds for its files alone', async () => {
    const one = await openIn(0);
    const two = await openIn(1);
    await finding(one.uri, RULE);
    const file = fixture('.driver-plist.json');
    const text = JSON.stringify({ rules: { [RULE]: 'off' } });
    await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(text));
    await eventually(() => findings(one.uri).every((found) => ruleOf(found) !== RULE), 'off here');
    assert.equal((await finding(two.uri, RULE)).severity, Information);
    await vscode.workspace.fs.delete(file);
    assert.equal((await finding(one.uri, RULE)).severity, ERROR);
  });

  test('the dump that the workspace names is asked about the drivers of both, and another in its place', async () => {
    const one = await openIn(0);
    await settled(one);
    const other = fixture('other.ioreg.txt');
    const lamps = new TextDecoder().decode(await vscode.workspace.fs.readFile(fixture('lamps.ioreg.txt', 1)));
    const changed = lamps.replace('"idProduct" = 2', '"idProduct" = 3');
    await vscode.workspace.fs.writeFile(other, new TextEncoder().encode(changed));
    await configure('registryDump', 'lamps.ioreg.txt');
    const titled = (document: vscode.TextDocument, title: RegExp) =>
      eventually(async () => title.test((await lensTitles(document.uri))[0] ?? ''), String(title));
    await titled(one, /^matches 1 of 2 USB devices$/);
    const two = await openIn(1);
    await titled(two, /^matches 1 of 2 USB devices$/);
    await configure('registryDump', 'other.ioreg.txt');
    await titled(one, /^matches none of 2 USB devices/);
    await titled(two, /^matches none of 2 USB devices/);
    await configure('registryDump', undefined);
    await eventually(async () => (await lensTitles(two.uri)).length === 0, 'no lens without a dump');
  });

  test('symbols are found in both, and those of a folder that leaves go', async () => {
    await settled(await openIn(0));
    const found = async () => {
      const symbols = await vscode.commands.executeCommand<vscode.SymbolInformation[]>(
        'vscode.executeWorkspaceSymbolProvider',
        'com.example.UsbLamp.Driver',
      );
      const roots = symbols.map(({ location }) => vscode.workspace.getWorkspaceFolder(location.uri)?.name);
      return [...new Set(roots)].sort().join(' ');
    };
    await eventually(async () => (await found()) === 'one two', 'both');
    const second = vscode.workspace.workspaceFolders?.[1];
    assert.ok(second);
    vscode.workspace.updateWorkspaceFolders(1, 1);
    await eventually(async () => (await found()) === 'one', 'the folder that stays');
    vscode.workspace.updateWorkspaceFolders(1, 0, second);
    await eventually(async () => (await found()) === 'one two', 'both again');
  });
});
