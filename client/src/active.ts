/** The property list that a command is about. */
import * as vscode from 'vscode';
import { isOurs } from './documents.ts';
import { viewOf } from './middleware.ts';

/** The active editor when it shows a property list, else the only visible one. */
export function openPlist(): vscode.TextEditor | undefined {
  const active = vscode.window.activeTextEditor;
  if (active !== undefined && isOurs(viewOf(active.document))) return active;
  const visible = vscode.window.visibleTextEditors.filter(({ document }) => isOurs(viewOf(document)));
  return visible.length === 1 ? visible[0] : undefined;
}

/** {@link openPlist}; undefined after telling that there is none. */
export async function activePlist(): Promise<vscode.TextEditor | undefined> {
  const open = openPlist();
  if (open !== undefined) return open;
  const message = vscode.l10n.t('Open the property list of a driver first, then run the command again.');
  void vscode.window.showInformationMessage(message);
  return undefined;
}
