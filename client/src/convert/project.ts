/** The Xcode projects near a kext, which the new targets can be added to. */
import * as vscode from 'vscode';
import type { HostApp, IntoProject, ShownInto } from '../../../server/src/lsp/convertMessages.ts';
import type { Session } from '../session.ts';
import { askForHostApps } from './requests.ts';

/** A project that a person chose. */
export interface ChosenProject {
  readonly into: IntoProject;
  /** Where the new files go: beside the project. */
  readonly folder: vscode.Uri;
  /** For a person: `Lamp.xcodeproj`. */
  readonly name: string;
}

/** Above the folder of a kext nobody keeps more levels than these. */
const LEVELS = 8;

/** Project files in a folder and those above it, up to the folder of the workspace; the nearest first. */
export async function projectsNear(near: vscode.Uri): Promise<vscode.Uri[]> {
  const root = vscode.workspace.getWorkspaceFolder(near)?.uri;
  if (root === undefined) return [];
  const found: vscode.Uri[] = [];
  for (let at = near, level = 0; level < LEVELS; at = vscode.Uri.joinPath(at, '..'), level++) {
    for (const [name, type] of await entriesOf(at)) {
      if (name === 'project.yml' && (type & vscode.FileType.File) !== 0)
        found.unshift(vscode.Uri.joinPath(at, name));
      else if (name.endsWith('.xcodeproj') && (type & vscode.FileType.Directory) !== 0)
        found.push(vscode.Uri.joinPath(at, name, 'project.pbxproj'));
    }
    if (at.path.replace(/\/$/, '') === root.path.replace(/\/$/, '') || at.path === '/') break;
  }
  return found;
}

/** A project of its own was chosen. */
export const OWN_PROJECT = Symbol('a project of its own');

/** Asks where the targets go, when there is a project. Undefined when the person left. */
export async function askForProject(
  session: Session,
  near: vscode.Uri,
  title: string,
): Promise<ChosenProject | typeof OWN_PROJECT | undefined> {
  const files = await projectsNear(near);
  if (files.length === 0) return OWN_PROJECT;
  const own = {
    label: `$(new-folder) ${vscode.l10n.t('A Project of Its Own')}`,
    description: vscode.l10n.t('in a new folder'),
    file: undefined,
  };
  const items = files.map((file) => ({
    label: `$(tools) ${vscode.l10n.t('Add to {0}', nameOf(file))}`,
    description: vscode.workspace.asRelativePath(file),
    file,
  }));
  const picked = await vscode.window.showQuickPick([...items, own], {
    title,
    placeHolder: vscode.l10n.t('Where shall the target of the driver go?'),
    ignoreFocusOut: true,
  });
  if (picked === undefined) return undefined;
  return picked.file === undefined ? OWN_PROJECT : openProject(session, picked.file, title);
}

/** Reads the project, asks for the app where it has several. One that cannot be read is said, and gets nothing. */
export async function openProject(
  session: Session,
  file: vscode.Uri,
  title: string,
): Promise<ChosenProject | typeof OWN_PROJECT | undefined> {
  const text = await textOf(file);
  const answer =
    text === undefined ? undefined : await askForHostApps(session, { path: file.toString(), text });
  if (text === undefined || answer === undefined || 'problem' in answer) {
    const why = answer !== undefined && 'problem' in answer ? answer.problem : '';
    void vscode.window.showWarningMessage(
      vscode.l10n.t(
        'Nothing can be added to {0}: {1} The files make a project of their own.',
        nameOf(file),
        why,
      ),
    );
    return OWN_PROJECT;
  }
  const wrapper = vscode.Uri.joinPath(file, '..');
  const folder = file.path.endsWith('.pbxproj') ? vscode.Uri.joinPath(wrapper, '..') : wrapper;
  const host = answer.apps.length > 1 ? await askForApp(answer.apps, title) : answer.apps[0];
  if (host === undefined && answer.apps.length > 1) return undefined;
  const rights = host?.entitlements;
  const uri =
    rights === undefined || /[$]|(?:^|\/)\.\.(?:\/|$)/.test(rights)
      ? undefined
      : vscode.Uri.joinPath(folder, rights);
  const rightsText = uri && (await textOf(uri));
  return {
    folder,
    name: nameOf(file),
    into: {
      path: file.toString(),
      text,
      folder: '',
      taken: (await entriesOf(folder)).map(([name]) => name),
      ...(host ? { app: host.name } : {}),
      ...(uri && rightsText !== undefined
        ? { entitlements: { path: uri.toString(), text: rightsText } }
        : {}),
    },
  };
}

/** Says why nothing goes into the project. True when it does not. */
export function tellRefusal({ name }: ChosenProject, into: ShownInto | null): boolean {
  const why = into?.refused ?? null;
  if (why === null) return false;
  void vscode.window.showWarningMessage(
    vscode.l10n.t('Nothing can be added to {0}: {1} The files make a project of their own.', name, why),
  );
  return true;
}

async function askForApp(apps: readonly HostApp[], title: string): Promise<HostApp | undefined> {
  const items = apps.map((app) => ({ label: app.name, description: app.bundleId ?? '', app }));
  const placeHolder = vscode.l10n.t('Which app shall carry the driver?');
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder, ignoreFocusOut: true });
  return picked?.app;
}

/**
 * Puts the changes of the project into the edit. Each waits for a person’s tick in the Refactor Preview. False when a
 * file is another than the one that was planned for.
 */
export async function addChanges(
  edit: vscode.WorkspaceEdit,
  { changes, app }: ShownInto,
  into: IntoProject,
): Promise<boolean> {
  for (const { path, edits } of changes) {
    const uri = vscode.Uri.parse(path);
    const planned = path === into.path ? into.text : into.entitlements?.text;
    const document = await vscode.workspace.openTextDocument(uri);
    if (document.getText() !== planned) return false;
    const label = vscode.l10n.t('Changes of what is there: check them');
    const description =
      path === into.path
        ? vscode.l10n.t('The targets; {0} carries the driver', app ?? '')
        : vscode.l10n.t('What the app needs to install the driver');
    for (const { start, end, newText } of edits) {
      const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
      edit.replace(uri, range, newText, { needsConfirmation: true, label, description });
    }
  }
  return true;
}

/** The project still says what it said. */
export async function isUnchanged({ into }: ChosenProject): Promise<boolean> {
  return (await textOf(vscode.Uri.parse(into.path))) === into.text;
}

function nameOf(file: vscode.Uri): string {
  const parts = file.path.split('/');
  return (file.path.endsWith('.pbxproj') ? parts.at(-2) : parts.at(-1)) ?? '';
}

async function textOf(uri: vscode.Uri): Promise<string | undefined> {
  try {
    return (await vscode.workspace.openTextDocument(uri)).getText();
  } catch {
    return undefined;
  }
}

async function entriesOf(folder: vscode.Uri): Promise<[string, vscode.FileType][]> {
  try {
    return await vscode.workspace.fs.readDirectory(folder);
  } catch {
    return [];
  }
}
