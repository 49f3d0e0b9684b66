/** "Add Personality for This Device…": device, precision, then an edit that a person can undo. */
import * as vscode from 'vscode';
import type {
  AddedPersonality,
  DeviceSuggestion,
  MatchDevice,
  MatchView,
} from '../../../server/src/lsp/matchMessages.ts';
import { activePlist } from '../active.ts';
import type { Session } from '../session.ts';
import type { RegistryDump } from './registry.ts';
import { askForAddition, askForSuggestions, askForView } from './requests.ts';

/**
 * Asks what is not given, and adds the personality to the active property list. Leaving any list changes nothing.
 * @param given a device of the Match view
 */
export async function addPersonality(
  session: Session,
  dump: RegistryDump,
  given?: MatchDevice,
): Promise<void> {
  const { client } = session;
  const editor = await activePlist();
  if (editor === undefined || !(await dump.ensure())) return;
  const device = given ?? (await pickDevice(await askForView(client)));
  if (device === undefined) return;
  const suggestions = await askForSuggestions(client, { device: device.index });
  if (suggestions.length === 0) {
    const message = vscode.l10n.t(
      'Nothing of its own tells {0} apart, so no personality can name it.',
      device.name,
    );
    void vscode.window.showInformationMessage(message);
    return;
  }
  const suggestion = await pickPrecision(device, suggestions);
  if (suggestion === undefined) return;
  const { document } = editor;
  const added = await askForAddition(client, {
    uri: document.uri.toString(),
    device: device.index,
    suggestion,
  });
  if (added === null) {
    const message = vscode.l10n.t(
      'A personality can only be added to a property list whose root is a dictionary.',
    );
    void vscode.window.showWarningMessage(message);
    return;
  }
  if (await insert(document, added)) void nameEntitlement(added);
}

interface DeviceItem extends vscode.QuickPickItem {
  readonly device?: MatchDevice;
}

async function pickDevice(view: MatchView | null): Promise<MatchDevice | undefined> {
  const items = (view?.groups ?? []).flatMap(({ title, devices }): DeviceItem[] => {
    const usable = devices.filter(({ canAdd }) => canAdd);
    if (usable.length === 0) return [];
    const heading = { label: title, kind: vscode.QuickPickItemKind.Separator };
    return [heading, ...usable.map(deviceItem)];
  });
  const picked = await vscode.window.showQuickPick<DeviceItem>(items, {
    title: vscode.l10n.t('Add Personality: Device'),
    placeHolder: vscode.l10n.t('Which device shall it match?'),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return picked?.device;
}

function deviceItem(device: MatchDevice): DeviceItem {
  const { name, ids, className, path } = device;
  return { label: name, description: [ids, className].filter(Boolean).join(' '), detail: path, device };
}

async function pickPrecision(
  device: MatchDevice,
  suggestions: readonly DeviceSuggestion[],
): Promise<number | undefined> {
  const items = suggestions.map(({ title, keys, score }, index) => ({
    label: title,
    description: vscode.l10n.t('score {0}', score),
    detail: keys,
    index,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Add Personality for {0}: Precision', device.name),
    placeHolder: vscode.l10n.t('What shall it match?'),
    matchOnDetail: true,
  });
  return picked?.index;
}

/** One edit, the name of the new personality selected. False when the document changed meanwhile. */
async function insert(
  document: vscode.TextDocument,
  { name, version, edits }: AddedPersonality,
): Promise<boolean> {
  if (document.version !== version) {
    const message = vscode.l10n.t('The document changed meanwhile. Run the command again.');
    void vscode.window.showWarningMessage(message);
    return false;
  }
  const change = new vscode.WorkspaceEdit();
  for (const { range, newText } of edits) {
    const { start, end } = range;
    const place = new vscode.Range(start.line, start.character, end.line, end.character);
    change.replace(document.uri, place, newText);
  }
  if (!(await vscode.workspace.applyEdit(change))) return false;
  const editor = await vscode.window.showTextDocument(document);
  const at = document.getText().indexOf(`<key>${name}</key>`);
  if (at >= 0) {
    const start = at + '<key>'.length;
    const range = new vscode.Range(document.positionAt(start), document.positionAt(start + name.length));
    editor.selection = new vscode.Selection(range.start, range.end);
    editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }
  return true;
}

async function nameEntitlement({ entitlement }: AddedPersonality): Promise<void> {
  if (entitlement === null) return;
  const copy = vscode.l10n.t('Copy Entitlement');
  const message = vscode.l10n.t(
    'The driver also needs the entitlement {0} with a value that covers this device, granted by Apple.',
    entitlement.key,
  );
  if ((await vscode.window.showInformationMessage(message, copy)) !== copy) return;
  await vscode.env.clipboard.writeText(`<key>${entitlement.key}</key>\n${entitlement.xml}\n`);
}
