/// <reference types="mocha" />
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { ask, closeAll, eventually, open, positionOf, settled, typeIn, untitled } from './helpers.ts';

const wordsOf = (hovers: vscode.Hover[]) =>
  hovers
    .flatMap(({ contents }) => contents)
    .map((content) => (typeof content === 'string' ? content : content.value))
    .join('\n');

suite('editing', () => {
  teardown(closeAll);

  test('keys of a personality are completed, with a value of the right type', async () => {
    const { document } = await open('Info.plist');
    await settled(document);
    const editor = vscode.window.activeTextEditor;
    assert.ok(editor);
    const at = positionOf(document, '<key>idProduct');
    await editor.edit((builder) => builder.insert(at, '<key>bcd</key>\n\t\t\t'));
    const list = await ask<vscode.CompletionList>('CompletionItem', document.uri, at.translate(0, 8));
    const item = list.items.find(
      ({ label }) => (typeof label === 'string' ? label : label.label) === 'bcdDevice',
    );
    assert.ok(item, list.items.map(({ label }) => JSON.stringify(label)).join(' '));
    const text =
      item.insertText instanceof vscode.SnippetString ? item.insertText.value : String(item.insertText);
    assert.match(text, /<integer>/);
  });

  test('a key is explained', async () => {
    const { document } = await open('Info.plist');
    const at = positionOf(document, 'IOProviderClass', 3);
    const hovers = await ask<vscode.Hover[]>('Hover', document.uri, at);
    assert.match(wordsOf(hovers), /IOProviderClass/);
    assert.ok(wordsOf(hovers).length > 80);
  });

  test('the outline has the names of keys', async () => {
    const { document } = await open('Info.plist');
    const symbols = await ask<vscode.DocumentSymbol[]>('DocumentSymbol', document.uri);
    const named = (list: vscode.DocumentSymbol[], name: string) => list.find((one) => one.name === name);
    const personalities = named(symbols, 'IOKitPersonalities');
    const blink = named(personalities?.children ?? [], 'Blink');
    assert.ok(named(blink?.children ?? [], 'idVendor'), JSON.stringify(symbols.map(({ name }) => name)));
  });

  test('dictionaries fold', async () => {
    const { document } = await open('Info.plist');
    const ranges = await ask<vscode.FoldingRange[]>('FoldingRange', document.uri);
    const line = positionOf(document, '<key>Blink</key>').line;
    assert.ok(ranges.some(({ start }) => start === line || start === line + 1));
  });

  test('the selection grows from value to pair to dictionary', async () => {
    const { document } = await open('Info.plist');
    const at = positionOf(document, '4617', 1);
    const [range] = await ask<vscode.SelectionRange[]>('SelectionRange', document.uri, [at]);
    const texts: string[] = [];
    for (let one = range; one !== undefined; one = one.parent as vscode.SelectionRange) {
      texts.push(document.getText(one.range));
    }
    assert.ok(texts.some((text) => text === '<integer>4617</integer>'));
    assert.ok(texts.some((text) => /^<key>idVendor<\/key>\s*<integer>4617<\/integer>$/.test(text)));
  });

  test('numbers have a hint with their hexadecimal form', async () => {
    const { document } = await open('Info.plist');
    const all = new vscode.Range(0, 0, document.lineCount, 0);
    const hints = await ask<vscode.InlayHint[]>('InlayHint', document.uri, all);
    const labels = hints.map(({ label }) =>
      typeof label === 'string' ? label : label.map((part) => part.value).join(''),
    );
    assert.ok(
      labels.some((label) => /0x1209/i.test(label)),
      labels.join(', '),
    );
  });

  test('formatting indents and keeps every value', async () => {
    const { document } = await untitled('<plist><dict><key>a</key><string> x </string></dict></plist>\n');
    await settled(document);
    const edits = await ask<vscode.TextEdit[]>('FormatDocument', document.uri, {
      tabSize: 4,
      insertSpaces: false,
    });
    const change = new vscode.WorkspaceEdit();
    change.set(document.uri, edits);
    await vscode.workspace.applyEdit(change);
    assert.equal(
      document.getText().trim(),
      '<plist>\n<dict>\n\t<key>a</key>\n\t<string> x </string>\n</dict>\n</plist>',
    );
  });

  test('tags close themselves, and Enter between them indents', async () => {
    const { document } = await untitled('<plist>\n|\n</plist>\n');
    await typeIn('<dict>');
    assert.equal(document.lineAt(1).text, '<dict></dict>');
    await typeIn('\n');
    assert.deepEqual(
      [1, 2, 3].map((line) => document.lineAt(line).text),
      ['<dict>', '\t', '</dict>'],
    );
    await typeIn('<key>');
    assert.equal(document.lineAt(2).text, '\t<key></key>');
  });

  test('a comment is toggled with the comment of XML', async () => {
    const { document } = await untitled('<plist>\n<tr|ue/>\n</plist>\n');
    await vscode.commands.executeCommand('editor.action.commentLine');
    await eventually(() => /^<!--\s*<true\/>\s*-->$/.test(document.lineAt(1).text), document.lineAt(1).text);
  });
});
