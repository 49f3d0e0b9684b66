/** The command that overrides the detected kind of the active document. */
import * as vscode from 'vscode';
import type { BundleKind, DocumentKindParams } from '../../server/src/lsp/messages.ts';
import { kindCommentEdit, kindInComment, literalGlob } from './kindComment.ts';
import { kindWords } from './kinds.ts';

interface KindItem extends vscode.QuickPickItem {
  /** Undefined: detect automatically. */
  readonly bundleKind: BundleKind | undefined;
}

/**
 * Asks for a kind and where to keep the choice, and keeps it there. `current` is what the server holds the
 * document for. Leaving either list changes nothing.
 */
export async function selectKind(
  document: vscode.TextDocument,
  current: DocumentKindParams | undefined,
): Promise<void> {
  const chosen = await pickKind(current);
  if (chosen === undefined) return;
  if (chosen.bundleKind === undefined) {
    await writeComment(document, undefined);
    await writeSetting(document.uri, undefined);
    return;
  }
  const place = await pickPlace(document);
  if (place === 'comment') {
    await writeComment(document, chosen.bundleKind);
    // The comment would win anyway; two choices for one file only confuse.
    await writeSetting(document.uri, undefined);
  }
  if (place === 'setting') {
    // A comment is nearer to the text and wins over the setting, so it may not stay.
    await writeComment(document, undefined);
    await writeSetting(document.uri, chosen.bundleKind);
  }
}

async function pickKind(current: DocumentKindParams | undefined): Promise<KindItem | undefined> {
  const kinds = Object.entries(kindWords()).map(([kind, words]): KindItem => {
    const isCurrent = current?.kind === kind;
    return {
      bundleKind: kind as BundleKind,
      label: words.label,
      description: isCurrent ? vscode.l10n.t('{0} (current)', kind) : kind,
      detail: isCurrent ? `${words.description} · ${current.reason}` : words.description,
    };
  });
  const automatic: KindItem = {
    bundleKind: undefined,
    label: `$(sparkle) ${vscode.l10n.t('Detect Automatically')}`,
    detail: vscode.l10n.t('By content, name and folder'),
  };
  return vscode.window.showQuickPick<KindItem>([automatic, ...kinds], {
    title: vscode.l10n.t('Kind of Bundle'),
    placeHolder: vscode.l10n.t('What does this property list describe?'),
    matchOnDescription: true,
  });
}

async function pickPlace(document: vscode.TextDocument): Promise<'comment' | 'setting' | undefined> {
  const comment = {
    place: 'comment' as const,
    label: vscode.l10n.t('In the File'),
    detail: vscode.l10n.t('As a comment: holds in every editor and on the command line'),
  };
  if (vscode.workspace.getWorkspaceFolder(document.uri) === undefined) return comment.place;
  const setting = {
    place: 'setting' as const,
    label: vscode.l10n.t('In the Settings of the Workspace'),
    detail: vscode.l10n.t('The file stays as it is; VS Code only'),
  };
  const picked = await vscode.window.showQuickPick([comment, setting], {
    title: vscode.l10n.t('Keep the Choice'),
  });
  return picked?.place;
}

async function writeComment(document: vscode.TextDocument, kind: BundleKind | undefined): Promise<void> {
  const text = document.getText();
  if (kind === undefined && kindInComment(text) === undefined) return;
  const edit = kindCommentEdit(text, kind);
  if (edit === undefined) return;
  const change = new vscode.WorkspaceEdit();
  const range = new vscode.Range(document.positionAt(edit.start), document.positionAt(edit.end));
  change.replace(document.uri, range, edit.newText);
  await vscode.workspace.applyEdit(change);
}

async function writeSetting(uri: vscode.Uri, kind: BundleKind | undefined): Promise<void> {
  if (vscode.workspace.getWorkspaceFolder(uri) === undefined) return;
  const several = (vscode.workspace.workspaceFolders?.length ?? 0) > 1;
  const configuration = vscode.workspace.getConfiguration('driverPlist', uri);
  const inspected = configuration.inspect<Record<string, string>>('kinds');
  const old = several ? inspected?.workspaceFolderValue : inspected?.workspaceValue;
  const glob = literalGlob(vscode.workspace.asRelativePath(uri, false));
  if (old?.[glob] === kind) return;
  const { [glob]: _, ...rest } = old ?? {};
  const kinds = kind === undefined ? rest : { ...rest, [glob]: kind };
  const target = several ? vscode.ConfigurationTarget.WorkspaceFolder : vscode.ConfigurationTarget.Workspace;
  await configuration.update('kinds', Object.keys(kinds).length === 0 ? undefined : kinds, target);
}
