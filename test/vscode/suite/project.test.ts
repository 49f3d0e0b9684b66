/// <reference types="mocha" />
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import {
  ask,
  closeAll,
  eventually,
  finding,
  findings,
  fixture,
  labelOf,
  open,
  positionOf,
  settled,
} from './helpers.ts';

const INFO = 'UsbLamp/UsbLampDriver/Info.plist';
const ENTITLEMENTS = 'UsbLamp/UsbLampDriver/UsbLampDriver.entitlements';
const DIMMER = '<string>UsbLampDimmer</string>';

const nameOf = ({ path }: vscode.Uri) => path.slice(path.lastIndexOf('/') + 1);
const write = (name: string, text: string) =>
  vscode.workspace.fs.writeFile(fixture(name), new TextEncoder().encode(text));

async function opened(): Promise<vscode.TextDocument> {
  const { document } = await open(INFO);
  await settled(document);
  return document;
}

/** The places that VS Code's command gives for the class of the dimmer, when the workspace has been read. */
async function placesOf(command: string, document: vscode.TextDocument): Promise<vscode.Location[]> {
  const at = positionOf(document, DIMMER, 12);
  return eventually(async () => {
    const found = await ask<(vscode.Location | vscode.LocationLink)[]>(command, document.uri, at);
    return found.length === 0
      ? undefined
      : found.map((one) => ('uri' in one ? one : new vscode.Location(one.targetUri, one.targetRange)));
  }, command);
}

suite('a project', () => {
  teardown(closeAll);

  test('from a class in the property list to its declaration', async () => {
    const [place] = await placesOf('Definition', await opened());
    assert.equal(place && nameOf(place.uri), 'UsbLampDimmer.iig');
    const target = await vscode.workspace.openTextDocument(place?.uri ?? fixture('none'));
    assert.match(target.lineAt(place?.range.start.line ?? 0).text, /class UsbLampDimmer/);
  });

  test('all places of a class', async () => {
    const places = await placesOf('Reference', await opened());
    const names = [...new Set(places.map(({ uri }) => nameOf(uri)))].sort();
    assert.ok(names.includes('Info.plist') && names.includes('UsbLampDimmer.iig'), names.join(' '));
  });

  test('a class is renamed in the property list and in the sources', async () => {
    const document = await opened();
    await placesOf('Definition', document);
    const at = positionOf(document, DIMMER, 12);
    const prepared = await vscode.commands.executeCommand<{ placeholder: string }>(
      'vscode.prepareRename',
      document.uri,
      at,
    );
    assert.equal(prepared.placeholder, 'UsbLampDimmer');
    const edit = await vscode.commands.executeCommand<vscode.WorkspaceEdit>(
      'vscode.executeDocumentRenameProvider',
      document.uri,
      at,
      'UsbLampFader',
    );
    const changed = edit.entries().map(([uri, edits]) => [nameOf(uri), edits.length] as const);
    assert.deepEqual(
      changed.map(([name]) => name).sort(),
      ['Info.plist', 'UsbLampDimmer.iig', 'UsbLampDriver.cpp'],
      JSON.stringify(changed),
    );
    assert.ok(edit.entries().every(([, edits]) => edits.every(({ newText }) => newText === 'UsbLampFader')));
  });

  test('classes of the project are proposed', async () => {
    const document = await opened();
    await placesOf('Definition', document);
    const at = positionOf(document, DIMMER, '<string>'.length);
    const list = await ask<vscode.CompletionList>('CompletionItem', document.uri, at);
    const labels = list.items.map(labelOf);
    assert.ok(labels.includes('UsbLampDriver') && labels.includes('UsbLampDimmer'), labels.join(' '));
  });

  test('symbols of the workspace', async () => {
    await opened();
    const found = await eventually(async () => {
      const symbols = await ask<vscode.SymbolInformation[]>('WorkspaceSymbol', 'com.example.UsbLamp.Driver');
      return symbols[0];
    }, 'the bundle id');
    assert.equal(found.name, 'com.example.UsbLamp.Driver');
  });

  test('build variables are filled in from the project', async () => {
    const document = await opened();
    await placesOf('Definition', document);
    const at = positionOf(document, '$(PRODUCT_BUNDLE_IDENTIFIER)', 5);
    const hovers = await eventually(async () => {
      const all = await ask<vscode.Hover[]>('Hover', document.uri, at);
      const words = all
        .flatMap(({ contents }) => contents)
        .map((one) => (typeof one === 'string' ? one : one.value));
      return words.find((text) => text.includes('com.example.UsbLamp.Driver'));
    }, 'the value');
    assert.match(hovers, /PRODUCT_BUNDLE_IDENTIFIER/);
  });

  test('files of the project are linked', async () => {
    const document = await opened();
    await placesOf('Definition', document);
    const links = await eventually(async () => {
      const all = await ask<vscode.DocumentLink[]>('Link', document.uri, 100);
      const files = all.map(({ target }) => target).filter((target) => target && /\.\w+$/.test(target.path));
      return files.find((target) => target && nameOf(target) === ENTITLEMENTS.split('/').at(-1)) ?? all;
    }, 'links');
    assert.ok(links);
  });

  test('files that are not open have findings, too', async () => {
    const document = await opened();
    await finding(document.uri, 'match/usb-value-type');
    const app = fixture('UsbLamp/UsbLamp/Info.plist');
    const all = await eventually(() => {
      const found = vscode.languages
        .getDiagnostics()
        .filter(([uri, list]) => uri.toString() !== document.uri.toString() && list.length > 0)
        .filter(([, list]) => list.some(({ source }) => source === 'driver-plist'));
      return found.length > 0 ? found : undefined;
    }, 'findings elsewhere');
    assert.ok(all.every(([uri]) => uri.toString() !== app.toString() || findings(uri).length > 0));
  });

  test('a schema of the project is checked beside the built-in one', async () => {
    const { document } = await open('Info.plist');
    await settled(document);
    await write('lamp.schema.json', '{ "required": ["LampColour"] }');
    await write('.driver-plist.json', '{ "schemas": [{ "kinds": ["dext"], "schema": "lamp.schema.json" }] }');
    const wanted = () => findings(document.uri).some(({ message }) => message.includes('LampColour'));
    await eventually(wanted, 'the key of the project is missed');
    await vscode.workspace.fs.delete(fixture('.driver-plist.json'));
    await eventually(() => !wanted(), 'not any more');
  });

  test('the project file is completed and checked as it is written', async () => {
    await write('.driver-plist.json', '{\n  "rules": { "dext/missing-user-class": "loud" },\n  \n}\n');
    const { document } = await open('.driver-plist.json');
    await eventually(
      () =>
        vscode.languages
          .getDiagnostics(document.uri)
          .some(({ message, range }) => range.start.line === 1 && /warning/.test(message)),
      'the severity that is none',
      45_000,
    );
    const list = await ask<vscode.CompletionList>('CompletionItem', document.uri, new vscode.Position(2, 2));
    const labels = list.items.map(labelOf);
    assert.ok(labels.includes('schemas'), labels.join(' '));
    await closeAll();
    await vscode.workspace.fs.delete(fixture('.driver-plist.json'));
  });
});
