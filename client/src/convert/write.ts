/** From planned files to files: report, Refactor Preview, one edit that a person can undo. */
import * as vscode from 'vscode';
import type { PlanFile, ShownInto } from '../../../server/src/lsp/convertMessages.ts';
import { readable } from '../contrast.ts';
import { addChanges, type ChosenProject, isUnchanged } from './project.ts';

export const REPORT_SCHEME = 'driver-plist-plan';

/** Keeps the last reports, so that their tabs can be read again. */
export interface Reports extends vscode.Disposable {
  /** Shows a page; `name` is what its tab is called. */
  readonly show: (name: string, markdown: string) => Promise<void>;
}

export function createReports(): Reports {
  const pages = new Map<string, string>();
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const provider = vscode.workspace.registerTextDocumentContentProvider(REPORT_SCHEME, {
    onDidChange: changed.event,
    provideTextDocumentContent: (uri) =>
      readable(pages.get(uri.path) ?? vscode.l10n.t('This report is gone: run the command again.')),
  });
  return {
    async show(name, markdown) {
      const uri = vscode.Uri.from({ scheme: REPORT_SCHEME, path: `/${name.replace(/[/\\?#%]/g, '_')}.md` });
      pages.set(uri.path, markdown);
      changed.fire(uri);
      try {
        await vscode.workspace.openTextDocument(uri);
        await vscode.commands.executeCommand('markdown.showPreview', uri);
      } catch {
        await vscode.window.showTextDocument(uri, { preview: true });
      }
    },
    dispose() {
      provider.dispose();
      changed.dispose();
    },
  };
}

/** How the files are shown and what else is changed. */
export interface WriteOptions {
  /** For the heading in the preview. */
  readonly what: string;
  readonly reasonOf: (path: string) => string;
  /** The project that gets the targets, and what is inserted. */
  readonly added?: ChosenProject | undefined;
  readonly changes?: ShownInto | null | undefined;
}

/**
 * Puts the files into the folder after the person looked them over in the Refactor Preview; nothing is written over
 * without being asked for. Then tells that it is done, and opens what to read first.
 */
export async function writeFiles(
  folder: vscode.Uri,
  files: readonly PlanFile[],
  { what, reasonOf, added, changes }: WriteOptions,
): Promise<void> {
  const targets = files.map((file) => ({ ...file, uri: uriIn(folder, file.path) }));
  const there: vscode.Uri[] = [];
  for (const { uri } of targets) if (await exists(uri)) there.push(uri);
  if (there.length > 0 && !(await mayOverwrite(there))) return;
  const edit = new vscode.WorkspaceEdit();
  const encoder = new TextEncoder();
  const project = added && changes ? { added, changes } : undefined;
  const optional = project ? undefined : optionalFile(files);
  for (const { uri, path, text } of targets) {
    // What is confirmed one by one starts out unchecked, and makes VS Code show the preview of all.
    const needsConfirmation = path === optional;
    const label = needsConfirmation ? vscode.l10n.t('Optional: check what you want too') : what;
    const metadata = { needsConfirmation, label, description: reasonOf(path) };
    edit.createFile(uri, { overwrite: there.includes(uri), contents: encoder.encode(text) }, metadata);
  }
  if (project && !(await addChanges(edit, project.changes, project.added.into))) {
    const message = vscode.l10n.t('{0} was changed in the meantime. Convert again.', project.added.name);
    void vscode.window.showWarningMessage(message);
    return;
  }
  if (!(await vscode.workspace.applyEdit(edit, { isRefactoring: true }))) return;
  // The preview lets a person take files out, or leave: then the edit counts as applied, too.
  const written = await Promise.all(targets.map(({ uri }) => exists(uri)));
  if (!written.some(Boolean)) return;
  const left = project && (await isUnchanged(project.added)) ? project.added.name : undefined;
  void openWritten(folder, files, left);
}

/** A file that the project does without: the spec of XcodeGen beside a ready Xcode project, else the readme. */
function optionalFile(files: readonly PlanFile[]): string | undefined {
  const named = (pattern: RegExp) => files.find(({ path }) => pattern.test(path))?.path;
  return named(/(?:^|\/)project\.yml$/) ?? named(/(?:^|\/)README\.md$/) ?? files.at(-1)?.path;
}

/** The parts of a planned path are plain names; anything else is refused here once more. */
function uriIn(folder: vscode.Uri, path: string): vscode.Uri {
  const parts = path.split('/');
  if (parts.some((part) => !/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(part)))
    throw new Error(`no file name: ${path}`);
  return vscode.Uri.joinPath(folder, ...parts);
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}

async function mayOverwrite(there: readonly vscode.Uri[]): Promise<boolean> {
  const names = there.slice(0, 5).map((uri) => vscode.workspace.asRelativePath(uri));
  const more = there.length > 5 ? [vscode.l10n.t('and {0} more', there.length - 5)] : [];
  const overwrite = vscode.l10n.t('Overwrite');
  const message = vscode.l10n.t('{0} of the files are there already. Overwrite them?', there.length);
  const detail = [...names, ...more].join('\n');
  return (await vscode.window.showWarningMessage(message, { modal: true, detail }, overwrite)) === overwrite;
}

/** @param left the project that was not checked in the preview */
async function openWritten(
  folder: vscode.Uri,
  files: readonly PlanFile[],
  left: string | undefined,
): Promise<void> {
  const readme = files.find(({ path }) => /README\.md$/.test(path));
  const info =
    files.find(({ path }) => /(?:Driver|Dext)\d*\/Info\.plist$/.test(path)) ??
    files.find(({ path }) => /Info\.plist$/.test(path));
  const uri = info && uriIn(folder, info.path);
  if (uri && (await exists(uri))) await vscode.window.showTextDocument(uri, { preview: false });
  const next = vscode.l10n.t('Show Next Steps');
  const place = vscode.workspace.asRelativePath(folder);
  const message =
    left === undefined
      ? vscode.l10n.t('The files are in {0}.', place)
      : vscode.l10n.t(
          'The files are in {0}. {1} has not got their targets: its changes were not checked in the preview.',
          place,
          left,
        );
  const answer = await vscode.window.showInformationMessage(message, ...(readme ? [next] : []));
  if (answer !== next || !readme) return;
  await vscode.commands.executeCommand('markdown.showPreview', uriIn(folder, readme.path));
}

/** Asks where the files go: into a new folder of the workspace, or one that is chosen. */
export async function askForFolder(name: string, near?: vscode.Uri): Promise<vscode.Uri | undefined> {
  const root = (near && vscode.workspace.getWorkspaceFolder(near)) ?? vscode.workspace.workspaceFolders?.[0];
  const parents = [near, root?.uri].filter((uri) => uri !== undefined);
  const suggestions = [...new Map(parents.map((uri) => [uri.toString(), uri])).values()].map((uri) => {
    const folder = vscode.Uri.joinPath(uri, name);
    return { label: `$(new-folder) ${name}`, description: vscode.workspace.asRelativePath(folder), folder };
  });
  const other = {
    label: `$(folder-opened) ${vscode.l10n.t('Choose a Folder…')}`,
    description: vscode.l10n.t('a new folder {0} is made in it', name),
    folder: undefined,
  };
  const picked = await vscode.window.showQuickPick([...suggestions, other], {
    title: vscode.l10n.t('Where Shall the Files Go?'),
    ignoreFocusOut: true,
  });
  if (picked === undefined || picked.folder !== undefined) return picked?.folder;
  const [parent] =
    (await vscode.window.showOpenDialog({
      canSelectFiles: false,
      canSelectFolders: true,
      openLabel: vscode.l10n.t('Create Here'),
    })) ?? [];
  return parent && vscode.Uri.joinPath(parent, name);
}
