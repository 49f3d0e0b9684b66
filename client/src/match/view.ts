/** The Match view: devices of the dump, the personalities that match each, those that match nothing. */
import * as vscode from 'vscode';
import { State } from 'vscode-languageclient';
import type {
  MatchCandidate,
  MatchDevice,
  MatchGroup,
  MatchView,
  PersonalityPlace,
  UnmatchedPersonality,
} from '../../../server/src/lsp/matchMessages.ts';
import { isOurs } from '../documents.ts';
import { viewOf } from '../middleware.ts';
import type { Session } from '../session.ts';
import type { RegistryDump } from './registry.ts';
import { askForView } from './requests.ts';

export type MatchNode =
  | { readonly type: 'group'; readonly group: MatchGroup }
  | { readonly type: 'device'; readonly group: MatchGroup; readonly device: MatchDevice }
  | { readonly type: 'candidate'; readonly device: MatchDevice; readonly candidate: MatchCandidate }
  | { readonly type: 'unmatched-group'; readonly unmatched: readonly UnmatchedPersonality[] }
  | { readonly type: 'unmatched'; readonly place: UnmatchedPersonality };

/** Pause after a change before the view is read anew, in milliseconds. */
const DELAY = 500;
/** A group of so few devices is open from the start. */
const SHORT = 12;
const ONLY_MATCHED = 'driverPlist.match.onlyMatched';

export interface MatchTree extends vscode.Disposable {
  readonly showOnlyMatched: (only: boolean) => void;
  /** For tests and other views: what is shown. */
  readonly roots: () => Promise<MatchNode[]>;
  readonly provider: vscode.TreeDataProvider<MatchNode>;
}

export function createMatchTree(session: Session, dump: RegistryDump): MatchTree {
  const changed = new vscode.EventEmitter<void>();
  let view: Promise<MatchView | null> | undefined;
  let onlyMatched = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const read = (): Promise<MatchView | null> => {
    const running = session.client.state === State.Running && dump.current() !== undefined;
    view ??= running ? askForView(session.client).catch(() => null) : Promise.resolve(null);
    return view;
  };
  const roots = async (): Promise<MatchNode[]> => {
    const shown = await read();
    if (shown === null) return [];
    const groups = shown.groups
      .filter(({ devices }) => !onlyMatched || devices.some(isMatched))
      .map((group): MatchNode => ({ type: 'group', group }));
    const { unmatched } = shown;
    return unmatched.length > 0 ? [{ type: 'unmatched-group', unmatched }, ...groups] : groups;
  };
  const children = (node: MatchNode): MatchNode[] => {
    switch (node.type) {
      case 'group':
        return node.group.devices
          .filter((device) => !onlyMatched || isMatched(device))
          .map((device) => ({ type: 'device', group: node.group, device }));
      case 'device':
        return node.device.candidates.map((candidate) => ({
          type: 'candidate',
          device: node.device,
          candidate,
        }));
      case 'unmatched-group':
        return node.unmatched.map((place) => ({ type: 'unmatched', place }));
      default:
        return [];
    }
  };
  const provider: vscode.TreeDataProvider<MatchNode> = {
    onDidChangeTreeData: changed.event,
    getTreeItem: itemOf,
    getChildren: (node) => (node === undefined ? roots() : children(node)),
  };
  const tree = vscode.window.createTreeView('driverPlist.match', {
    treeDataProvider: provider,
    showCollapseAll: true,
  });
  const refresh = (): void => {
    view = undefined;
    const registry = dump.current();
    tree.description = registry ? (registry.machine ?? registry.name) : undefined;
    changed.fire();
  };
  const later = (): void => {
    clearTimeout(timer);
    timer = setTimeout(refresh, DELAY);
  };
  const laterFor = (document: vscode.TextDocument): void => {
    if (dump.current() !== undefined && isOurs(viewOf(document))) later();
  };
  const parts = vscode.Disposable.from(
    changed,
    tree,
    dump.onDidChange(refresh),
    vscode.workspace.onDidChangeTextDocument(({ document }) => laterFor(document)),
    vscode.workspace.onDidOpenTextDocument(laterFor),
    vscode.workspace.onDidCloseTextDocument(laterFor),
  );
  return {
    provider,
    roots,
    showOnlyMatched(only) {
      onlyMatched = only;
      void vscode.commands.executeCommand('setContext', ONLY_MATCHED, only);
      changed.fire();
    },
    dispose() {
      clearTimeout(timer);
      parts.dispose();
    },
  };
}

function isMatched({ candidates }: MatchDevice): boolean {
  return candidates.length > 0;
}

function itemOf(node: MatchNode): vscode.TreeItem {
  switch (node.type) {
    case 'group':
      return groupItem(node.group);
    case 'device':
      return deviceItem(node.group, node.device);
    case 'candidate':
      return candidateItem(node.device, node.candidate);
    case 'unmatched-group': {
      const item = new vscode.TreeItem(
        vscode.l10n.t('Match nothing'),
        vscode.TreeItemCollapsibleState.Expanded,
      );
      item.id = 'unmatched';
      item.description = countOf(node.unmatched.length);
      item.iconPath = new vscode.ThemeIcon('warning');
      return item;
    }
    case 'unmatched':
      return unmatchedItem(node.place);
  }
}

function countOf(personalities: number): string {
  if (personalities === 1) return vscode.l10n.t('1 personality');
  return vscode.l10n.t('{0} personalities', personalities);
}

function groupItem({ id, title, devices }: MatchGroup): vscode.TreeItem {
  const matched = devices.filter(isMatched).length;
  const { Expanded, Collapsed } = vscode.TreeItemCollapsibleState;
  const open = matched > 0 || devices.length <= SHORT;
  const item = new vscode.TreeItem(title, open ? Expanded : Collapsed);
  item.id = id;
  item.description =
    matched > 0
      ? vscode.l10n.t('{0} of {1} matched', matched, devices.length)
      : vscode.l10n.t('{0}, none matched', devices.length);
  item.iconPath = new vscode.ThemeIcon('folder');
  return item;
}

function deviceItem(group: MatchGroup, device: MatchDevice): vscode.TreeItem {
  const { name, className, ids, path, candidates, canAdd, index } = device;
  const { Expanded, None } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(name, isMatched(device) ? Expanded : None);
  item.id = `${group.id}/${index}`;
  item.description = [ids, className].filter(Boolean).join(' ');
  item.tooltip = path;
  item.iconPath = new vscode.ThemeIcon(isMatched(device) ? 'plug' : 'debug-disconnect');
  item.contextValue = canAdd ? 'device.canAdd' : 'device';
  const state = isMatched(device)
    ? vscode.l10n.t('matched by {0}', countOf(candidates.length))
    : vscode.l10n.t('not matched');
  item.accessibilityInformation = { label: [name, item.description, state].filter(Boolean).join(', ') };
  return item;
}

function candidateItem(device: MatchDevice, candidate: MatchCandidate): vscode.TreeItem {
  const { personality, bundle, score, wins, starts, sentence } = candidate;
  const item = new vscode.TreeItem(personality);
  const outcome = outcomeOf(wins, starts);
  item.description = `${outcome.word} – ${score} – ${bundle}`;
  item.tooltip = sentence;
  item.iconPath = outcome.icon;
  item.contextValue = 'personality';
  item.accessibilityInformation = {
    label: `${personality}, ${outcome.word}, ${score}, ${bundle}. ${sentence}`,
  };
  item.command = explainCommand(candidate, device.index);
  return item;
}

function outcomeOf(wins: boolean, starts: boolean): { word: string; icon: vscode.ThemeIcon } {
  const icon = (name: string, color: string) => new vscode.ThemeIcon(name, new vscode.ThemeColor(color));
  if (!starts) {
    return {
      word: vscode.l10n.t('does not start'),
      icon: icon('error', 'list.errorForeground'),
    };
  }
  if (wins) return { word: vscode.l10n.t('wins'), icon: icon('pass-filled', 'testing.iconPassed') };
  return { word: vscode.l10n.t('loses'), icon: icon('circle-slash', 'list.warningForeground') };
}

function unmatchedItem(place: UnmatchedPersonality): vscode.TreeItem {
  const item = new vscode.TreeItem(place.personality);
  item.description = place.bundle;
  item.tooltip = place.sentence;
  item.iconPath = new vscode.ThemeIcon('circle-outline');
  item.contextValue = 'personality';
  item.accessibilityInformation = { label: `${place.personality}, ${place.bundle}. ${place.sentence}` };
  item.command = explainCommand(place);
  return item;
}

function explainCommand({ uri, personality }: PersonalityPlace, device?: number): vscode.Command {
  return {
    command: 'driverPlist.explainMatch',
    title: vscode.l10n.t('Why Does It Match, or Not?'),
    arguments: [uri, personality, device],
  };
}
