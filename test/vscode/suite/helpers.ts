/// <reference types="mocha" />
/** Documents and waiting, for the suite. URIs are not always `file:` here, so tests work on Uri objects. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { DriverPlistApi } from '../../../client/src/extension.ts';

export const EXTENSION = 'driver-plist.driver-plist';

/** Set by the runner for each bundle of the suite. */
declare const DRIVER_PLIST_IN_BROWSER: boolean;

/** True where the extension host is a worker of a browser. */
export const IN_BROWSER = DRIVER_PLIST_IN_BROWSER;

/** A test of what not every host has; where it is missing it is skipped by name, with the reason. */
export function testWhere(possible: boolean, whyNot: string, name: string, run: () => Promise<void>): void {
  if (possible) test(name, run);
  else test(`${name} (not here: ${whyNot})`);
}

export function extension(): vscode.Extension<DriverPlistApi> {
  const found = vscode.extensions.getExtension<DriverPlistApi>(EXTENSION);
  assert.ok(found, 'the extension is not installed');
  return found;
}

/** A file of the test's workspace, or of another of its folders. */
export function fixture(name: string, which = 0): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[which];
  assert.ok(folder, 'the workspace has no folder');
  return vscode.Uri.joinPath(folder.uri, name);
}

export async function open(name: string): Promise<vscode.TextEditor> {
  const uri = fixture(name);
  const editor = await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
  // VS Code keeps a document for minutes, and what a test before it left in it.
  const onDisk = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  if (editor.document.getText() !== onDisk) {
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await eventually(() => editor.document.getText() === onDisk, `${name} is as it is on disk`);
  }
  return editor;
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
  ms = 30_000,
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

/** Closes every editor; what was changed and not saved is taken back, so that the next test finds the file as it is. */
export async function closeAll(): Promise<void> {
  // First, since the word that a document is dirty comes later than the change.
  await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  for (const document of vscode.workspace.textDocuments.filter(({ isDirty }) => isDirty)) {
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  }
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}

/** Sets one of our settings for the workspace, or for the folder of `within`; undefined takes it back. */
export async function configure(key: string, value: unknown, within?: vscode.Uri): Promise<void> {
  const { Workspace, WorkspaceFolder } = vscode.ConfigurationTarget;
  await vscode.workspace
    .getConfiguration('driverPlist', within)
    .update(key, value, within === undefined ? Workspace : WorkspaceFolder);
}

/** Asks VS Code's own command for what the providers of a feature say. */
export async function ask<T>(feature: string, ...args: unknown[]): Promise<T> {
  const answer = await vscode.commands.executeCommand<T>(`vscode.execute${feature}Provider`, ...args);
  assert.ok(answer !== undefined, `${feature} gave nothing`);
  return answer;
}

/** The words of the lenses of a document, resolved. */
export async function lensTitles(uri: vscode.Uri): Promise<string[]> {
  const lenses = await ask<vscode.CodeLens[]>('CodeLens', uri, 10);
  return lenses.map(({ command }) => command?.title ?? '');
}

/**
 * Runs a command that asks a person, and presses until it has ended: `press` acts on what stands open, and does
 * nothing when nothing does.
 */
export async function pressing<T>(command: Thenable<T>, press: () => Thenable<unknown>): Promise<T> {
  let ended = false;
  const done = Promise.resolve(command).finally(() => {
    ended = true;
  });
  await eventually(async () => {
    if (!ended) await press();
    return ended;
  }, 'the command ends');
  return done;
}

/** Takes the first entry, or the text, of the question that stands open. */
export const accept = () => vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');

/** Applies the Refactor Preview that stands open. */
export const applyPreview = () => vscode.commands.executeCommand('refactorPreview.apply');

/** Types into the active editor, one key after the other. */
export async function typeIn(text: string): Promise<void> {
  for (const character of text) await vscode.commands.executeCommand('type', { text: character });
}

export function labelOf({ label }: vscode.CompletionItem): string {
  return typeof label === 'string' ? label : label.label;
}

/** The actions of a kind at a range, their edits resolved. */
export function actionsAt(
  uri: vscode.Uri,
  range: vscode.Range,
  kind: vscode.CodeActionKind,
): Promise<vscode.CodeAction[]> {
  return ask<vscode.CodeAction[]>('CodeAction', uri, range, kind.value, 50);
}

/** Applies the action with this title; it must be there. */
export async function take(actions: readonly vscode.CodeAction[], title: RegExp): Promise<void> {
  const action = actions.find((one) => title.test(one.title));
  assert.ok(action?.edit, `${title} among ${actions.map((one) => one.title).join(', ')}`);
  assert.ok(await vscode.workspace.applyEdit(action.edit));
}
