/** Which kext shall be converted, where none is open: one of the workspace, or one that a person looks for. */
import * as vscode from 'vscode';
import type {
  BUNDLES_REQUEST,
  BundleItem,
  BundlesResult,
} from '../../../server/src/lsp/workspaceMessages.ts';
import type { Session } from '../session.ts';

const BUNDLES: typeof BUNDLES_REQUEST = 'driverPlist/bundles';

interface KextItem extends vscode.QuickPickItem {
  readonly uri: vscode.Uri | undefined;
}

/** A kext's Info.plist, or a bundle; undefined when the person left. */
export async function askForKext(session: Session, title: string): Promise<vscode.Uri | undefined> {
  const other: KextItem = {
    label: `$(folder-opened) ${vscode.l10n.t('Choose a Kext…')}`,
    uri: undefined,
  };
  const items = kextsOf(session).then((kexts) => [...kexts, other]);
  const placeHolder = vscode.l10n.t('Which kext?');
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder, matchOnDescription: true });
  if (picked === undefined || picked.uri !== undefined) return picked?.uri;
  // A bundle is a folder for some systems and a file for others.
  const both = { canSelectFiles: true, canSelectFolders: true };
  const [chosen] = (await vscode.window.showOpenDialog({ ...both, title })) ?? [];
  return chosen;
}

async function kextsOf(session: Session): Promise<KextItem[]> {
  // Where the workspace may not be read there is no such request.
  const result = await session.request<BundlesResult | null>(BUNDLES, {}).catch(() => null);
  const items: KextItem[] = [];
  const collect = ({ kind, label, location, children }: BundleItem): void => {
    if (location !== undefined && (kind === 'kext' || kind === 'codeless-kext')) {
      const uri = vscode.Uri.parse(location.uri);
      items.push({ label, description: vscode.workspace.asRelativePath(uri), uri });
    }
    children.forEach(collect);
  };
  result?.bundles.forEach(collect);
  return items;
}
