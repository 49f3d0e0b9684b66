/// <reference types="mocha" />
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import {
  accept,
  applyPreview,
  closeAll,
  eventually,
  findings,
  fixture,
  open,
  positionOf,
  pressing,
  settled,
} from './helpers.ts';

const KEXT = 'Gadget.kext/Contents/Info.plist';

const names = { bundleId: 'org.acme.gadget.driver', className: 'GadgetDriver', team: 'ABCDE12345' };

/** Converts the kext into a folder, all questions answered. */
const convertInto = (folder: vscode.Uri, given: object = {}) =>
  vscode.commands.executeCommand('driverPlist.convert', {
    uri: fixture(KEXT).toString(),
    target: 'codeless-dext',
    family: 'usb-device',
    folder,
    ...names,
    ...given,
  });

async function exists(uri: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
}

suite('conversion', () => {
  teardown(closeAll);

  test('the light bulb offers it on a personality of a kext', async () => {
    const { document } = await open(KEXT);
    await settled(document);
    const at = positionOf(document, '<key>Gadget</key>', 6);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      new vscode.Range(at, at),
      vscode.CodeActionKind.RefactorRewrite.value,
    );
    const calls = actions.flatMap(({ command }) => (command ? [command] : []));
    assert.deepEqual(
      calls.map(({ command, arguments: [call] = [] }) => [command, call.target]),
      [
        ['driverPlist.convert', 'codeless-dext'],
        ['driverPlist.convert', 'codeless-kext'],
      ],
    );
  });

  test('a kext becomes a dext project by way of the preview, without an error in it', async () => {
    const folder = fixture('GadgetDext');
    await pressing(convertInto(folder), applyPreview);
    const found = await vscode.workspace.findFiles(new vscode.RelativePattern(folder, '**/*'));
    const paths = found.map(({ path }) => path.slice(folder.path.length + 1)).sort();
    assert.ok(paths.includes('README.md'), paths.join(', '));
    assert.ok(paths.some((path) => path.endsWith('.pbxproj')));
    assert.ok(!paths.includes('project.yml'), 'what is optional starts out unchecked');
    const infos = found.filter(({ path }) => /(?:Info\.plist|\.entitlements)$/.test(path));
    assert.ok(infos.length >= 3);
    for (const uri of infos) {
      const document = await vscode.workspace.openTextDocument(uri);
      await vscode.window.showTextDocument(document);
      await settled(document);
      const errors = findings(uri).filter(({ severity }) => severity === vscode.DiagnosticSeverity.Error);
      assert.deepEqual(
        errors.map(({ message }) => message),
        [],
        uri.path,
      );
    }
    const driver = infos.find(({ path }) => /Driver\/Info\.plist$/.test(path));
    assert.ok(driver);
    const text = (await vscode.workspace.openTextDocument(driver)).getText();
    assert.match(text, /<key>IOUserClass<\/key>\s*<string>GadgetDriver</);
    assert.match(text, /<!-- The gadget of the first series\. -->/);
  });

  test('a project that is there is changed only by what is checked in the preview', async () => {
    const project = fixture('InPlace/project.yml');
    const spec =
      'name: InPlace\ntargets:\n  InPlace:\n    type: application\n    platform: macOS\n    sources: [App]\n';
    await vscode.workspace.fs.writeFile(project, new TextEncoder().encode(spec));
    await pressing(
      vscode.commands.executeCommand('driverPlist.convert', {
        uri: fixture(KEXT).toString(),
        target: 'codeless-dext',
        family: 'usb-device',
        project,
        ...names,
      }),
      applyPreview,
    );
    assert.ok(await exists(fixture('InPlace/GadgetDriver/Info.plist')));
    assert.equal(await exists(fixture('InPlace/Gadget.xcodeproj')), false, 'no project of its own');
    const left = await vscode.workspace.fs.readFile(project);
    assert.equal(new TextDecoder().decode(left), spec, 'its change was not checked');
    // No target claims the classes: left there they would count for the Info.plist above.
    await vscode.workspace.fs.delete(fixture('InPlace'), { recursive: true });
  });

  test('one undo takes the whole conversion back', async () => {
    const folder = fixture('Undone');
    await pressing(convertInto(folder), applyPreview);
    const there = () => vscode.workspace.findFiles(new vscode.RelativePattern(folder, '**/*'));
    const made = await there();
    assert.ok(made.length > 5);
    const info = made.find(({ path }) => /Driver\/Info\.plist$/.test(path));
    assert.ok(info);
    await vscode.window.showTextDocument(info);
    await vscode.commands.executeCommand('undo');
    await eventually(async () => (await there()).length === 0, 'no file is left').catch(async (error) => {
      throw new Error(`${error.message}: ${(await there()).map(({ path }) => path).join(' ')}`);
    });
  });

  test('a file that is there is not written over unasked', async () => {
    const folder = fixture('Taken');
    const own = vscode.Uri.joinPath(folder, 'README.md');
    const words = new TextEncoder().encode('My own words.\n');
    await vscode.workspace.fs.writeFile(own, words);
    // A window under test refuses every dialog, as a person who presses Cancel. The UI tests press the buttons.
    const done = convertInto(folder).then(
      () => undefined,
      () => undefined,
    );
    await pressing(done, applyPreview);
    assert.deepEqual(new Uint8Array(await vscode.workspace.fs.readFile(own)), words);
    const found = await vscode.workspace.fs.readDirectory(folder);
    assert.deepEqual(
      found.map(([name]) => name),
      ['README.md'],
    );
  });

  test('a kext becomes a codeless kext by the command of its folder', async () => {
    const kext = fixture('Merge.kext');
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(fixture(KEXT)));
    const merging = text.replace('org_acme_Gadget', 'AppleUSBHostMergeProperties');
    const info = vscode.Uri.joinPath(kext, 'Contents/Info.plist');
    await vscode.workspace.fs.writeFile(info, new TextEncoder().encode(merging));
    const press = async () => {
      await accept();
      await applyPreview();
    };
    await pressing(vscode.commands.executeCommand('driverPlist.convertToKext', kext), press);
    const found = await eventually(async () => {
      const all = await vscode.workspace.findFiles('**/*.kext/Contents/Info.plist');
      return all.find(({ path }) => !/\/workspace\/\w+\.kext\//.test(path));
    }, 'the new kext');
    const made = await vscode.workspace.openTextDocument(found);
    await vscode.window.showTextDocument(made);
    await settled(made);
    assert.doesNotMatch(made.getText(), /CFBundleExecutable/);
    const errors = findings(found).filter(({ severity }) => severity === vscode.DiagnosticSeverity.Error);
    assert.deepEqual(
      errors.map(({ message }) => message),
      [],
    );
  });

  test('the commands ask, and a person who leaves gets nothing', async () => {
    await open(KEXT);
    const before = await vscode.workspace.findFiles('**/*');
    const leave = () => vscode.commands.executeCommand('workbench.action.closeQuickOpen');
    await pressing(vscode.commands.executeCommand('driverPlist.convertToDext'), leave);
    assert.equal((await vscode.workspace.findFiles('**/*')).length, before.length);
  });

  test('a refused bundle id writes nothing', async () => {
    const folder = fixture('Nothing');
    await convertInto(folder, { bundleId: '../../etc' });
    assert.equal(await exists(folder), false);
  });
});
