/** The Driver Bundles view: apps, the extensions they carry, personalities and entitlements, with their findings. */
import * as vscode from 'vscode';
import { State } from 'vscode-languageclient';
import type {
  BUNDLES_CHANGED_NOTIFICATION,
  BUNDLES_REQUEST,
  BundleItem,
  BundlesParams,
  BundlesResult,
} from '../../server/src/lsp/workspaceMessages.ts';
import { kindWords } from './kinds.ts';
import type { Session } from './session.ts';

const BUNDLES: typeof BUNDLES_REQUEST = 'driverPlist/bundles';
const CHANGED: typeof BUNDLES_CHANGED_NOTIFICATION = 'driverPlist/bundlesChanged';

/** When-clause of menus: the Info.plists of the kexts, which can be converted. */
const KEXTS = 'driverPlist.kexts';

/** When-clause of the words that stand in the view where the person stopped the reading. */
const STOPPED = 'driverPlist.bundles.stopped';

/** Pause between a change and reading the view anew, in milliseconds. */
const DELAY = 200;

/** Shows the bundles of the workspace; asks the server only while it runs. */
export function registerBundlesView(session: Session): vscode.Disposable {
  const { client } = session;
  const changed = new vscode.EventEmitter<void>();
  let result: Promise<BundlesResult | null> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let again = false;

  const read = (): Promise<BundlesResult | null> => {
    if (client.state !== State.Running) return Promise.resolve(null);
    const params: BundlesParams = { again };
    result ??= client.sendRequest<BundlesResult | null>(BUNDLES, params).catch(() => null);
    again = false;
    return result;
  };
  const tree = vscode.window.createTreeView<BundleItem>('driverPlist.bundles', {
    showCollapseAll: true,
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getTreeItem: itemOf,
      async getChildren(item) {
        if (item !== undefined) return [...item.children];
        const answer = await read();
        const bundles = [...(answer?.bundles ?? [])];
        tree.badge = badgeOf(bundles);
        void vscode.commands.executeCommand('setContext', KEXTS, kextsIn(bundles));
        void vscode.commands.executeCommand('setContext', STOPPED, answer?.stopped === true);
        return bundles;
      },
    },
  });
  const refresh = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      result = undefined;
      changed.fire();
    }, DELAY);
  };
  return vscode.Disposable.from(
    tree,
    changed,
    client.onNotification(CHANGED, refresh),
    client.onDidChangeState(refresh),
    vscode.commands.registerCommand('driverPlist.bundles.refresh', () => {
      again = true;
      refresh();
    }),
    { dispose: () => clearTimeout(timer) },
  );
}

function kextsIn(bundles: readonly BundleItem[]): string[] {
  return bundles.flatMap(({ kind, location, children }) => [
    ...(location !== undefined && /^(?:codeless-)?kext$/.test(kind) ? [location.uri] : []),
    ...kextsIn(children),
  ]);
}

function badgeOf(bundles: readonly BundleItem[]): vscode.ViewBadge | undefined {
  const errors = bundles.reduce((sum, { counts }) => sum + counts.error, 0);
  if (errors === 0) return undefined;
  return { value: errors, tooltip: vscode.l10n.t('{0} errors in driver bundles', errors) };
}

function itemOf({ id, kind, label, detail, counts, location, children }: BundleItem): vscode.TreeItem {
  const { None, Expanded, Collapsed } = vscode.TreeItemCollapsibleState;
  const carries = children.some((child) => child.kind !== 'personality' && child.kind !== 'entitlement');
  const few = children.length <= 8;
  const state = children.length === 0 ? None : carries || few ? Expanded : Collapsed;
  const shown = kind === 'entitlement' ? shortKey(label) : label;
  const item = new vscode.TreeItem(shown, state);
  const words = findingWords(counts);
  item.id = id;
  // What is wrong stands first: a narrow view cuts off the end, and a colour alone would say it then.
  item.description = [words, detail].filter(Boolean).join(' – ');
  item.iconPath = iconOf(kind, counts);
  item.contextValue = kind;
  const name = kindName(kind);
  item.tooltip = [label, name, detail, words].filter(Boolean).join('\n');
  // As it is seen, so that a person can call it by what they see; then what icon and tooltip say.
  const whole = shown === label ? '' : label;
  item.accessibilityInformation = { label: [shown, words, detail, name, whole].filter(Boolean).join(', ') };
  if (location !== undefined) {
    const { start, end } = location.range;
    const selection = new vscode.Range(start.line, start.character, end.line, end.character);
    item.command = {
      command: 'vscode.open',
      title: vscode.l10n.t('Open'),
      arguments: [vscode.Uri.parse(location.uri), { selection }],
    };
  }
  return item;
}

/** Entitlements differ behind their common beginning; the whole key stands in the tooltip. */
function shortKey(key: string): string {
  return key.replace(/^com\.apple\.(?:developer|security)\./, '');
}

function kindName(kind: BundleItem['kind']): string {
  if (kind === 'personality') return vscode.l10n.t('Personality');
  if (kind === 'entitlement') return vscode.l10n.t('Entitlement');
  return kindWords()[kind].label;
}

/** `2 errors, 1 warning`; empty when nothing is wrong. */
function findingWords({ error, warning }: BundleItem['counts']): string {
  return [
    error === 0 ? '' : error === 1 ? vscode.l10n.t('1 error') : vscode.l10n.t('{0} errors', error),
    warning === 0 ? '' : warning === 1 ? vscode.l10n.t('1 warning') : vscode.l10n.t('{0} warnings', warning),
  ]
    .filter(Boolean)
    .join(', ');
}

const ICONS: Readonly<Partial<Record<BundleItem['kind'], string>>> = {
  app: 'window',
  dext: 'package',
  'codeless-dext': 'package',
  kext: 'chip',
  'codeless-kext': 'chip',
  'network-extension': 'globe',
  'endpoint-security': 'shield',
  'camera-extension': 'device-camera',
  personality: 'symbol-object',
  entitlement: 'key',
};

function iconOf(kind: BundleItem['kind'], { error, warning }: BundleItem['counts']): vscode.ThemeIcon {
  const color = error > 0 ? 'list.errorForeground' : warning > 0 ? 'list.warningForeground' : undefined;
  return new vscode.ThemeIcon(ICONS[kind] ?? 'extensions', color ? new vscode.ThemeColor(color) : undefined);
}
