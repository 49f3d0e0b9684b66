/** Documents and waiting, for the suite. URIs are not always `file:` here, so tests work on Uri objects. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { DriverPlistApi } from '../../../client/src/extension.ts';

export const EXTENSION = 'driver-plist.driver-plist';

export function extension(): vscode.Extension<DriverPlistApi> {
  const found = vscode.extensions.getExtension<DriverPlistApi>(EXTENSION);
  assert.ok(found, 'the extension is not installed');
  return found;
}

/** A file of the test's workspace. */
export function fixture(name: string): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder, 'the workspace has no folder');
  return vscode.Uri.joinPath(folder.uri, name);
}

export async function open(name: string): Promise<vscode.TextEditor> {
  return vscode.window.showTextDocument(await vscode.workspace.openTextDocument(fixture(name)));
}

/** An unsaved document; `|` in the text is where the cursor goes. */
export async function untitled(text: string, language = 'plist'): Promise<vscode.TextEditor> {
  const offset = text.indexOf('|');
  const content = offset < 0 ? text : text.slice(0, offset) + text.slice(offset + 1);
  const document = await vscode.workspace.openTextDocument({ language, content });
  const editor = await vscode.window.showTextDocument(document);
  const at = document.positionAt(Math.max(0, offset));
  editor.selection = new vscode.Selection(at, at);
  return editor;
}

/** The position of the first occurrence of `word`, `into` characters in. */
export function positionOf(document: vscode.TextDocument, word: string, into = 0): vscode.Position {
  const offset = document.getText().indexOf(word);
  assert.ok(offset >= 0, `${word} is not in ${document.uri}`);
  return document.positionAt(offset + into);
}

/** Waits until `look` gives something that is neither false nor undefined. */
export async function eventually<T>(
  look: () => T | Promise<T>,
  what: string,
  ms = 15_000,
): Promise<NonNullable<T>> {
  const end = Date.now() + ms;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== null && found !== false) return found as NonNullable<T>;
    assert.ok(Date.now() < end, `did not happen within ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Our findings on a document. */
export function findings(uri: vscode.Uri): vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'driver-plist');
}

export function ruleOf(finding: vscode.Diagnostic): string {
  const { code } = finding;
  return String(typeof code === 'object' ? code.value : code);
}

/** The finding of one rule, when it has come. */
export function finding(uri: vscode.Uri, rule: string): Promise<vscode.Diagnostic> {
  return eventually(() => findings(uri).find((one) => ruleOf(one) === rule), `${rule} on ${uri.path}`);
}

/** Waits until the server has answered for this very text: then what is not reported will not be. */
export async function settled(document: vscode.TextDocument): Promise<void> {
  await vscode.commands.executeCommand('vscode.executeDocumentSymbolProvider', document.uri);
  await eventually(() => extension().exports.kindOf(document), `the server knows ${document.uri}`);
}

export async function closeAll(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}
