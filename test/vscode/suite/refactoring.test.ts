/// <reference types="mocha" />
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { actionsAt, closeAll, finding, open, positionOf, settled, take, untitled } from './helpers.ts';

const { QuickFix, RefactorExtract, RefactorInline, RefactorRewrite, SourceFixAll } = vscode.CodeActionKind;

const at = (document: vscode.TextDocument, word: string, into = 0) => {
  const position = positionOf(document, word, into);
  return new vscode.Range(position, position);
};

async function opened(name: string): Promise<vscode.TextDocument> {
  const { document } = await open(name);
  await settled(document);
  return document;
}

suite('refactoring', () => {
  teardown(closeAll);

  test('a number is written in hexadecimal and back', async () => {
    const document = await opened('Info.plist');
    await take(
      await actionsAt(document.uri, at(document, '4617', 1), RefactorRewrite),
      /^Write as hexadecimal/,
    );
    assert.match(document.getText(), /<integer>0x1209<\/integer>/);
    await take(
      await actionsAt(document.uri, at(document, '0x1209', 3), RefactorRewrite),
      /^Write as decimal/,
    );
    assert.match(document.getText(), /<integer>4617<\/integer>/);
  });

  test('keys are sorted', async () => {
    const { document } = await untitled(
      '<plist>\n<dict>\n\t<key>B</key>\n\t<true/>\n\t<key>A</key>\n\t<false/>\n</dict>\n</plist>\n',
    );
    await settled(document);
    await take(await actionsAt(document.uri, at(document, '<dict>', 2), RefactorRewrite), /^Sort the keys$/);
    assert.match(document.getText(), /<key>A<\/key>\s*<false\/>\s*<key>B<\/key>\s*<true\/>/);
  });

  test('a value becomes a list where the key takes one', async () => {
    const document = await opened('Info.plist');
    const name = '<key>IONameMatch</key>\n\t\t\t<string>lamp</string>\n\t\t\t';
    const change = new vscode.WorkspaceEdit();
    change.insert(document.uri, positionOf(document, '<key>IOProviderClass'), name);
    await vscode.workspace.applyEdit(change);
    const place = at(document, '<string>lamp', 10);
    await take(await actionsAt(document.uri, place, RefactorRewrite), /^Wrap in an array$/);
    assert.match(document.getText(), /<array>\s*<string>lamp<\/string>\s*<\/array>/);
  });

  test('the required keys are added at once', async () => {
    const { document } = await untitled(
      '<plist>\n<dict>\n\t<key>CFBundlePackageType</key>\n\t<string>DEXT</string>\n\t<key>IOKitPersonalities</key>\n\t<dict>\n\t\t<key>Lamp</key>\n\t\t<dict>\n\t\t</dict>\n\t</dict>\n</dict>\n</plist>\n',
    );
    await settled(document);
    const title = /^Add the \d+ required keys$/;
    await take(await actionsAt(document.uri, at(document, '<key>Lamp', 6), RefactorRewrite), title);
    for (const key of ['IOClass', 'IOProviderClass', 'IOUserClass', 'IOUserServerName']) {
      assert.match(document.getText(), new RegExp(`<key>${key}</key>`));
    }
  });

  test('a personality is moved and duplicated', async () => {
    const document = await opened('UsbLamp/UsbLampDriver/Info.plist');
    const order = () => {
      const text = document.getText();
      return text.indexOf('<key>UsbLampDimmer<') < text.indexOf('<key>UsbLamp<');
    };
    assert.equal(order(), false);
    await take(
      await actionsAt(document.uri, at(document, '<key>UsbLampDimmer', 6), RefactorRewrite),
      /^Move .*up/i,
    );
    assert.equal(order(), true);
    await take(
      await actionsAt(document.uri, at(document, '<key>UsbLampDimmer', 6), RefactorRewrite),
      /^Duplicate the personality/,
    );
    assert.equal(document.getText().split('<string>IOUSBHostInterface</string>').length, 3);
  });

  test('pairs are extracted into a dictionary, and come back inline', async () => {
    const { document } = await untitled(
      '<plist>\n<dict>\n\t<key>A</key>\n\t<true/>\n\t<key>B</key>\n\t<false/>\n</dict>\n</plist>\n',
    );
    await settled(document);
    const before = document.getText();
    const both = new vscode.Range(
      positionOf(document, '<key>A'),
      positionOf(document, '<false/>', '<false/>'.length),
    );
    await take(await actionsAt(document.uri, both, RefactorExtract), /dictionary/);
    assert.match(
      document.getText(),
      /<key>\w+<\/key>\s*<dict>\s*<key>A<\/key>\s*<true\/>\s*<key>B<\/key>\s*<false\/>\s*<\/dict>/,
    );
    await take(await actionsAt(document.uri, at(document, '<key>', 5), RefactorInline), /./);
    assert.equal(document.getText(), before);
  });

  test('what is obvious is mended at once', async () => {
    const document = await opened('UsbLamp/UsbLampDriver/Info.plist');
    await finding(document.uri, 'match/usb-value-type');
    const all = new vscode.Range(0, 0, document.lineCount, 0);
    const actions = await actionsAt(document.uri, all, SourceFixAll.append('driverPlist'));
    await take(actions, /./);
    assert.match(document.getText(), /<key>idVendor<\/key>\s*<integer>(?:0x1209|4617)<\/integer>/);
  });

  test('a fix can keep a finding away by a comment', async () => {
    const document = await opened('Info.plist');
    const { range } = await finding(document.uri, 'dext/missing-user-class');
    await take(await actionsAt(document.uri, range, QuickFix), /^(?:Disable|Suppress|Ignore).*line/i);
    assert.match(document.getText(), /<!-- driver-plist-disable-next-line dext\/missing-user-class/);
  });
});
