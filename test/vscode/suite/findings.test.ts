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
  open,
  positionOf,
  ruleOf,
  settled,
} from './helpers.ts';

const RULE = 'dext/missing-user-class';

suite('findings', () => {
  teardown(async () => {
    for (const key of ['rules', 'kinds', 'validate']) await configure(key, undefined);
    await closeAll();
  });

  test('a finding has place, severity, rule and a link', async () => {
    const { document } = await open('Info.plist');
    const found = await finding(document.uri, RULE);
    assert.equal(found.severity, vscode.DiagnosticSeverity.Error);
    assert.ok(found.range.contains(positionOf(document, '<key>Blink</key>', 6)));
    assert.match(found.message, /IOUserClass/);
    assert.ok(typeof found.code === 'object' && /missing-user-class/.test(found.code.target.toString()));
  });

  test('the quick fix repairs the document', async () => {
    const { document } = await open('Info.plist');
    const { range } = await finding(document.uri, RULE);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      range,
      vscode.CodeActionKind.QuickFix.value,
      10,
    );
    const fix = actions.find(({ title }) => /Add IOUserClass/.test(title));
    assert.ok(fix?.edit, actions.map(({ title }) => title).join(', '));
    assert.equal(await vscode.workspace.applyEdit(fix.edit), true);
    assert.match(document.getText(), /<key>IOUserClass<\/key>\s*<string>\w+<\/string>/);
    await eventually(() => findings(document.uri).every((one) => ruleOf(one) !== RULE), 'the finding goes');
  });

  test('a rule is turned down and off by the settings', async () => {
    const { document } = await open('Info.plist');
    await finding(document.uri, RULE);
    await configure('rules', { [RULE]: 'info' });
    const isInfo = ({ severity }: vscode.Diagnostic) => severity === vscode.DiagnosticSeverity.Information;
    await eventually(async () => isInfo(await finding(document.uri, RULE)), 'information');
    await configure('rules', { [RULE]: 'off' });
    await eventually(() => findings(document.uri).every((one) => ruleOf(one) !== RULE), 'none');
    await configure('rules', undefined);
    await finding(document.uri, RULE);
  });

  test('checking is turned off and on again by the settings', async () => {
    const { document } = await open('Info.plist');
    await finding(document.uri, RULE);
    await configure('validate', false);
    await eventually(() => findings(document.uri).length === 0, 'none');
    await configure('validate', undefined);
    await finding(document.uri, RULE);
  });

  test('the settings choose the kind', async () => {
    const { document } = await open('Info.plist');
    await finding(document.uri, RULE);
    await configure('kinds', { 'Info.plist': 'plist' });
    await eventually(() => findings(document.uri).length === 0, 'no rule of drivers looks at it');
    const kind = await eventually(async () => {
      const told = await extension().exports.kindOf(document);
      return told?.kind === 'plist' ? told : undefined;
    }, 'the kind is told');
    assert.equal(kind.by, 'chosen');
  });

  test('a comment chooses the kind', async () => {
    const editor = await open('Info.plist');
    await finding(editor.document.uri, RULE);
    await editor.edit((builder) =>
      builder.insert(positionOf(editor.document, '<plist'), '<!-- driver-plist-kind: plist -->\n'),
    );
    await eventually(() => findings(editor.document.uri).length === 0, 'no rule of drivers looks at it');
    await eventually(
      async () => (await extension().exports.kindOf(editor.document))?.kind === 'plist',
      'the kind is told',
    );
  });

  test('a comment keeps a finding away', async () => {
    const editor = await open('Info.plist');
    await finding(editor.document.uri, RULE);
    await editor.edit((builder) =>
      builder.insert(
        positionOf(editor.document, '<key>Blink</key>'),
        `<!-- driver-plist-disable-next-line ${RULE} -- a test -->\n\t\t`,
      ),
    );
    await settled(editor.document);
    await eventually(() => findings(editor.document.uri).every((one) => ruleOf(one) !== RULE), 'it goes');
  });
});
