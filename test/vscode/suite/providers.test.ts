/// <reference types="mocha" />
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import {
  ask,
  closeAll,
  configure,
  eventually,
  finding,
  findings,
  labelOf,
  open,
  positionOf,
  ruleOf,
  settled,
  typeIn,
  untitled,
} from './helpers.ts';

/** A dext with one personality; `|` is where the cursor goes. */
const dext = (personality: string) =>
  `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0">
<dict>
\t<key>CFBundlePackageType</key>
\t<string>DEXT</string>
\t<key>IOKitPersonalities</key>
\t<dict>
\t\t<key>Lamp</key>
\t\t<dict>
${personality}
\t\t</dict>
\t</dict>
</dict>
</plist>
`;

interface Token {
  readonly text: string;
  readonly type: string;
  readonly modifiers: number;
}

/** The tokens of a document, with their texts. */
async function tokensOf(document: vscode.TextDocument): Promise<Token[]> {
  const of = (command: string) =>
    eventually(
      () => vscode.commands.executeCommand<unknown>(`vscode.provideDocument${command}`, document.uri),
      command,
    );
  const { tokenTypes } = (await of('SemanticTokensLegend')) as vscode.SemanticTokensLegend;
  const { data } = (await of('SemanticTokens')) as vscode.SemanticTokens;
  const tokens: Token[] = [];
  let line = 0;
  let character = 0;
  for (let at = 0; at < data.length; at += 5) {
    const [lines = 0, characters = 0, length = 0, type = 0, modifiers = 0] = data.subarray(at, at + 5);
    character = lines === 0 ? character + characters : characters;
    line += lines;
    const text = document.getText(new vscode.Range(line, character, line, character + length));
    tokens.push({ text, type: tokenTypes[type] ?? '', modifiers });
  }
  return tokens;
}

const hintLabels = async (document: vscode.TextDocument): Promise<string[]> => {
  const all = new vscode.Range(0, 0, document.lineCount, 0);
  const hints = await ask<vscode.InlayHint[]>('InlayHint', document.uri, all);
  return hints.map(({ label }) =>
    typeof label === 'string' ? label : label.map(({ value }) => value).join(''),
  );
};

suite('what the server provides', () => {
  teardown(closeAll);

  test('a finding comes and goes with what is typed', async () => {
    const { document } = await untitled(dext('\t\t\t<key>idVendor</key>\n\t\t\t<integer>4617</integer>'));
    await settled(document);
    const editor = vscode.window.activeTextEditor;
    assert.ok(editor);
    const value = positionOf(document, '<integer>4617');
    const range = new vscode.Range(value, value.translate(0, '<integer>4617</integer>'.length));
    await editor.edit((builder) => builder.delete(range));
    const count = () => findings(document.uri).filter(({ message }) => /idVendor/.test(message));
    await eventually(() => count().length > 0, 'the key without a value');
    await editor.edit((builder) => builder.insert(value, '<integer>4617</integer>'));
    await eventually(() => count().length === 0, 'it goes');
  });

  test('words have colours by their meaning', async () => {
    const { document } = await open('Info.plist');
    await settled(document);
    const tokens = await tokensOf(document);
    const typeOf = (word: string) => tokens.find(({ text }) => text === word)?.type;
    assert.equal(typeOf('idVendor'), 'property');
    assert.equal(typeOf('IOUSBHostDevice'), 'class');
    assert.equal(typeOf('$(PRODUCT_BUNDLE_IDENTIFIER)'), 'macro');
  });

  test('a completion is explained when it is looked at', async () => {
    const { document } = await open('Info.plist');
    await settled(document);
    const at = positionOf(document, '<key>idProduct', 7);
    const list = await ask<vscode.CompletionList>('CompletionItem', document.uri, at, undefined, 200);
    const item = list.items.find((one) => labelOf(one) === 'bDeviceClass');
    assert.ok(item, list.items.map(labelOf).join(' '));
    const { documentation } = item;
    assert.ok(documentation instanceof vscode.MarkdownString);
    assert.match(documentation.value, /class/i);
  });

  test('values are proposed from what a key may hold', async () => {
    const { document } = await open('Info.plist');
    await settled(document);
    const at = positionOf(document, '<string>IOUSBHostDevice', '<string>'.length);
    const list = await ask<vscode.CompletionList>('CompletionItem', document.uri, at);
    assert.ok(list.items.map(labelOf).includes('IOUSBHostInterface'), list.items.map(labelOf).join(' '));
  });

  test('an empty document is begun by a snippet', async () => {
    const { document } = await untitled('|');
    await settled(document);
    const list = await ask<vscode.CompletionList>('CompletionItem', document.uri, new vscode.Position(0, 0));
    const texts = list.items
      .map(({ insertText }) => insertText)
      .filter((text) => text instanceof vscode.SnippetString)
      .map(({ value }) => value);
    assert.ok(
      texts.some((text) => /<plist[\s\S]*IOKitPersonalities[\s\S]*\$\{?\d/.test(text)),
      list.items.map(labelOf).join(' '),
    );
  });

  test('a range is formatted, and no other line', async () => {
    const { document } = await untitled(
      dext('<key>idVendor</key>\n<integer>4617</integer>\n<key>idProduct</key>\n<integer>1</integer>'),
    );
    await settled(document);
    const first = positionOf(document, '<key>idVendor').line;
    const options = { tabSize: 4, insertSpaces: false };
    const range = new vscode.Range(first, 0, first + 1, document.lineAt(first + 1).text.length);
    const edits = await ask<vscode.TextEdit[]>('FormatRange', document.uri, range, options);
    const change = new vscode.WorkspaceEdit();
    change.set(document.uri, edits);
    await vscode.workspace.applyEdit(change);
    assert.equal(document.lineAt(first).text, '\t\t\t<key>idVendor</key>');
    assert.equal(document.lineAt(first + 1).text, '\t\t\t<integer>4617</integer>');
    assert.equal(document.lineAt(first + 2).text, '<key>idProduct</key>');
  });

  test('a new line is indented as its dictionary is', async () => {
    const { document } = await untitled('<plist>\n<dict>\n\t<key>A</key>\n|\n</dict>\n</plist>\n');
    await settled(document);
    const at = new vscode.Position(3, 0);
    const edits = await ask<vscode.TextEdit[]>('FormatOnType', document.uri, at, '\n', {
      tabSize: 4,
      insertSpaces: false,
    });
    assert.deepEqual(
      edits.map(({ newText }) => newText),
      ['\t'],
    );
  });

  test('formatting is turned off by the settings', async () => {
    const { document } = await open('Blink.entitlements');
    await settled(document);
    const editor = vscode.window.activeTextEditor;
    await editor?.edit((builder) => builder.insert(positionOf(document, '<dict>'), '\t\t\t'));
    const options = { tabSize: 4, insertSpaces: false };
    const edits = async () =>
      (await vscode.commands.executeCommand<vscode.TextEdit[] | undefined>(
        'vscode.executeFormatDocumentProvider',
        document.uri,
        options,
      )) ?? [];
    assert.ok((await edits()).length > 0);
    await configure('format.enabled', false);
    await eventually(async () => (await edits()).length === 0, 'no edit');
    await configure('format.enabled', undefined);
    await eventually(async () => (await edits()).length > 0, 'edits again');
  });

  test('hints are turned off by the settings', async () => {
    const { document } = await open('Info.plist');
    await settled(document);
    assert.ok((await hintLabels(document)).length > 0);
    await configure('inlayHints.enabled', false);
    await eventually(async () => (await hintLabels(document)).length === 0, 'no hint');
    await configure('inlayHints.enabled', undefined);
    await eventually(async () => (await hintLabels(document)).length > 0, 'hints again');
  });

  test('the tags of a pair change together', async () => {
    const { document } = await untitled('<plist>\n<arr|ay>\n<true/>\n</array>\n</plist>\n');
    await settled(document);
    const editor = vscode.window.activeTextEditor;
    assert.ok(editor);
    const text = document.getText();
    // VS Code asks a moment after the cursor came to rest; what is typed before changes one tag alone.
    await eventually(async () => {
      const all = new vscode.Range(0, 0, document.lineCount, 0);
      if (document.getText() !== text) await editor.edit((builder) => builder.replace(all, text));
      const cursor = positionOf(document, 'array', 3);
      editor.selection = new vscode.Selection(cursor, cursor);
      await vscode.commands.executeCommand('editor.action.linkedEditing');
      await typeIn('x');
      const both = () => document.getText().includes('<arrxay>') && document.getText().includes('</arrxay>');
      // The other tag follows a moment later.
      return eventually(both, 'the other tag', 1500).catch(() => false);
    }, 'both tags');
  });

  test('the same key and its values are marked', async () => {
    const { document } = await open('UsbLamp/UsbLampDriver/Info.plist');
    await settled(document);
    const at = positionOf(document, '<key>IOProviderClass', 8);
    const marks = await vscode.commands.executeCommand<vscode.DocumentHighlight[]>(
      'vscode.executeDocumentHighlights',
      document.uri,
      at,
    );
    assert.deepEqual(
      marks.map(({ range }) => document.getText(range)),
      ['IOProviderClass', 'IOProviderClass'],
    );
  });

  test('addresses in values, and rules in comments, are links', async () => {
    const { document } = await untitled(
      dext(
        '\t\t\t<!-- driver-plist-disable-next-line dext/missing-user-class -->\n\t\t\t<key>A</key>\n\t\t\t<string>https://acme.example/lamp</string>',
      ),
    );
    await settled(document);
    const links = await ask<vscode.DocumentLink[]>('Link', document.uri, 100);
    const targets = links.map(({ target }) => target?.toString() ?? '');
    assert.ok(targets.includes('https://acme.example/lamp'), targets.join(' '));
    assert.ok(targets.includes('driver-plist-rule:/dext/missing-user-class.md'), targets.join(' '));
  });

  test('a suppression comment in the file holds for all of it', async () => {
    const editor = await open('Info.plist');
    const { document } = editor;
    await finding(document.uri, 'dext/missing-user-class');
    await editor.edit((builder) =>
      builder.insert(
        positionOf(document, '<plist'),
        '<!-- driver-plist-disable dext/missing-user-class -->\n',
      ),
    );
    const rules = () => findings(document.uri).map(ruleOf);
    await eventually(() => !rules().includes('dext/missing-user-class'), 'it goes');
  });
});
