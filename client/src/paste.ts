/** "Paste as Property List": JSON or lines of ioreg from the clipboard, as entries at the cursor. */
import * as vscode from 'vscode';
import type { PASTE_REQUEST, PasteParams, PasteResult } from '../../server/src/lsp/pasteMessages.ts';
import type { Session } from './session.ts';

const PASTE: typeof PASTE_REQUEST = 'driverPlist/paste';

export function registerPaste(session: Session): vscode.Disposable {
  return vscode.commands.registerCommand('driverPlist.pasteAsPlist', async () => {
    const editor = vscode.window.activeTextEditor;
    if (editor !== undefined) await paste(session, editor);
  });
}

async function paste(session: Session, { document, selection }: vscode.TextEditor): Promise<void> {
  const { line, character } = selection.active;
  const params: PasteParams = {
    uri: document.uri.toString(),
    position: { line, character },
    text: await vscode.env.clipboard.readText(),
  };
  const result = await session.request<PasteResult>(PASTE, params);
  if ('refused' in result) {
    await vscode.window.showWarningMessage(reasonOf(result.refused));
    return;
  }
  if (result.version !== document.version) return;
  const change = new vscode.WorkspaceEdit();
  for (const { range, newText } of result.edits) {
    const { start, end } = range;
    const place = new vscode.Range(start.line, start.character, end.line, end.character);
    change.replace(document.uri, place, newText);
  }
  await vscode.workspace.applyEdit(change);
}

function reasonOf(refused: 'format' | 'place' | 'document'): string {
  if (refused === 'format') {
    return vscode.l10n.t(
      'The clipboard holds neither JSON nor an OpenStep property list nor lines of ioreg.',
    );
  }
  if (refused === 'place') {
    return vscode.l10n.t('It does not fit here: keys go into a dictionary, single values into an array.');
  }
  return vscode.l10n.t('Open a property list first.');
}
