/// <reference types="mocha" />
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { writeBinaryPlist } from '../../../server/src/plist/binary.ts';
import {
  accept,
  applyPreview,
  closeAll,
  eventually,
  extension,
  finding,
  fixture,
  IN_BROWSER,
  open,
  positionOf,
  pressing,
  settled,
} from './helpers.ts';

const write = (name: string, text: string) =>
  vscode.workspace.fs.writeFile(fixture(name), new TextEncoder().encode(text));

suite('what the extension adds to VS Code', () => {
  teardown(closeAll);

  test('its commands are there when a property list is open', async () => {
    const { document } = await open('Info.plist');
    await settled(document);
    const all = new Set(await vscode.commands.getCommands(true));
    const { commands } = extension().packageJSON.contributes as { commands: { command: string }[] };
    const missing = commands.map(({ command }) => command).filter((command) => !all.has(command));
    assert.deepEqual(missing, []);
  });

  test('its language is known by name, pattern and first line', async () => {
    const text = '<?xml version="1.0"?>\n<plist><dict/></plist>\n';
    const names = ['a.plist', 'a.entitlements', 'a.xcent', 'Info.plist.in', 'a.entitlements.in'];
    for (const name of names) {
      await write(`names/${name}`, text);
      assert.equal((await open(`names/${name}`)).document.languageId, 'plist', name);
    }
    await write('names/Driver', '<!DOCTYPE plist>\n<plist><dict/></plist>\n');
    assert.equal((await open('names/Driver')).document.languageId, 'plist', 'by its first line');
  });

  test('editors of property lists are set up for them', () => {
    const editor = vscode.workspace.getConfiguration('editor', { languageId: 'plist' });
    assert.equal(editor.get('linkedEditing'), true);
    assert.equal(editor.get('wordBasedSuggestions'), 'off');
    assert.equal(editor.get('insertSpaces'), false);
    assert.equal(editor.get('suggest.insertMode'), 'replace');
  });

  test('a binary property list opens by the editor that is offered for it', async () => {
    const uri = fixture('Offered-Info.plist');
    await vscode.workspace.fs.writeFile(uri, writeBinaryPlist(new Map([['CFBundleIdentifier', 'org.acme']])));
    await vscode.commands.executeCommand('vscode.openWith', uri, 'driverPlist.binary');
    const view = await eventually(
      () => vscode.window.visibleTextEditors.find(({ document }) => document.uri.query === uri.toString()),
      'its XML',
    );
    assert.match(view.document.getText(), /<string>org\.acme<\/string>/);
  });

  test('the problem matcher reads what the command line says', async () => {
    const line =
      '::warning file=Blink.entitlements,line=5,endLine=5,col=2,endColumn=7,title=dext/x::It is so.\r\n';
    const task = new vscode.Task(
      { type: 'driver-plist-test' },
      vscode.TaskScope.Workspace,
      'lint',
      'test',
      new vscode.CustomExecution(async () => {
        const written = new vscode.EventEmitter<string>();
        const closed = new vscode.EventEmitter<number>();
        return {
          onDidWrite: written.event,
          onDidClose: closed.event,
          open() {
            written.fire(line);
            // The terminal shows what came before it hears of the end.
            setTimeout(() => closed.fire(1), 500);
          },
          close() {},
        };
      }),
      '$driver-plist',
    );
    await vscode.tasks.executeTask(task);
    const uri = fixture('Blink.entitlements');
    const found = await eventually(
      () => vscode.languages.getDiagnostics(uri).find(({ message }) => message === 'It is so.'),
      'the problem',
    );
    assert.equal(found.severity, vscode.DiagnosticSeverity.Warning);
    assert.deepEqual([found.range.start.line, found.range.start.character], [4, 1]);
    assert.equal(found.code, 'dext/x');
  });

  test('its output says what happened', async () => {
    const { document } = await open('Info.plist');
    await settled(document);
    await vscode.commands.executeCommand('driverPlist.restartServer');
    await vscode.commands.executeCommand('driverPlist.showOutput');
    const output = await eventually(
      () => vscode.workspace.textDocuments.find(({ uri }) => /^output:.*Driver%20Plist/.test(uri.toString())),
      'the output',
    );
    // VS Code's server writes the file of a log on Node with a native module, which is not built here.
    const written = () => output.getText().includes('Restarting the language server.');
    if (IN_BROWSER) await eventually(written, 'its line');
    await vscode.commands.executeCommand('workbench.action.closePanel');
  });

  test('the command for the kind takes a choice back', async () => {
    const editor = await open('Info.plist');
    const { document } = editor;
    await settled(document);
    const before = document.getText();
    const comment = '<!-- driver-plist-kind: plist -->\n';
    await editor.edit((builder) => builder.insert(positionOf(document, '<plist'), comment));
    const kind = async () => (await extension().exports.kindOf(document))?.kind;
    await eventually(async () => (await kind()) === 'plist', 'the comment holds');
    // The first entry is to detect it.
    await pressing(vscode.commands.executeCommand('driverPlist.selectKind'), accept);
    assert.equal(document.getText(), before);
    await eventually(async () => (await kind()) === 'dext', 'detected again');
  });

  test('the rule at the cursor is the first to be explained', async () => {
    const editor = await open('Info.plist');
    await finding(editor.document.uri, 'dext/missing-user-class');
    const at = positionOf(editor.document, '<key>Blink</key>', 6);
    editor.selection = new vscode.Selection(at, at);
    await pressing(vscode.commands.executeCommand('driverPlist.explainRule'), accept);
    const page = () =>
      vscode.window.tabGroups.all
        .flatMap(({ tabs }) => tabs)
        .some(
          ({ input }) => input instanceof vscode.TabInputCustom && /missing-user-class/.test(input.uri.path),
        );
    await eventually(page, 'its page');
  });

  test('its walkthrough opens', async () => {
    await vscode.commands.executeCommand(
      'workbench.action.openWalkthrough',
      'driver-plist.driver-plist#start',
    );
    // Its tab is of a kind that extensions are told nothing of.
    const tabs = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    await eventually(() => tabs().some(({ input }) => input === undefined), 'its tab');
  });

  test('its sample opens as a new document, with mistakes to try things on', async () => {
    await vscode.commands.executeCommand('driverPlist.openSample');
    const editor = await eventually(() => vscode.window.activeTextEditor, 'the sample');
    assert.equal(editor.document.isUntitled, true);
    assert.equal(editor.document.languageId, 'plist');
    await finding(editor.document.uri, 'match/usb-value-type');
  });

  test('its views open by command, and the tree of bundles is read anew', async () => {
    const { document } = await open('UsbLamp/UsbLampDriver/Info.plist');
    await settled(document);
    await vscode.commands.executeCommand('driverPlist.bundles.focus');
    await vscode.commands.executeCommand('driverPlist.bundles.refresh');
    await vscode.commands.executeCommand('driverPlist.match.focus');
    await vscode.commands.executeCommand('workbench.view.explorer');
  });

  test('a personality of the match view is gone to', async () => {
    const { document } = await open('Info.plist');
    await settled(document);
    const start = positionOf(document, '<key>Blink</key>');
    await closeAll();
    const range = { start, end: start.translate(0, 5) };
    const place = { uri: document.uri.toString(), range, personality: 'Blink' };
    await vscode.commands.executeCommand('driverPlist.goToPersonality', { type: 'unmatched', place });
    const editor = await eventually(() => vscode.window.activeTextEditor, 'the editor');
    assert.equal(editor.document.uri.toString(), document.uri.toString());
    assert.equal(editor.selection.start.line, start.line);
  });

  test('a new driver bundle for a device of the dump, without an error in it', async () => {
    const { document } = await open('Info.plist');
    await settled(document);
    await vscode.commands.executeCommand('driverPlist.loadRegistryDump', fixture('lamps.ioreg.txt'));
    const press = async () => {
      await accept();
      await applyPreview();
    };
    await pressing(vscode.commands.executeCommand('driverPlist.newBundle'), press);
    const made = () => vscode.workspace.findFiles('My/MyDriver/Info.plist');
    const info = await eventually(async () => (await made())[0], 'the files');
    const driver = await vscode.workspace.openTextDocument(info);
    await vscode.window.showTextDocument(driver);
    await settled(driver);
    assert.match(driver.getText(), /<string>MyDriver<\/string>/);
    const errors = vscode.languages
      .getDiagnostics(info)
      .filter(({ severity }) => severity === vscode.DiagnosticSeverity.Error);
    assert.deepEqual(
      errors.map(({ message }) => message),
      [],
    );
    await vscode.commands.executeCommand('driverPlist.unloadRegistryDump');
  });
});
