/** Matching in the editor: the dump, the lenses' command, the Match view, new personalities. */
import * as vscode from 'vscode';
import { State } from 'vscode-languageclient';
import type { MatchDecisionParams, PersonalityPlace } from '../../../server/src/lsp/matchMessages.ts';
import type { Session } from '../session.ts';
import { addPersonality } from './add.ts';
import { createDecisions } from './decision.ts';
import { createExplanations } from './explain.ts';
import { createRegistryDump, type RegistryDump } from './registry.ts';
import { askForPersonalities } from './requests.ts';
import { createMatchTree, type MatchNode } from './view.ts';

/** Registers commands and views, and gives the dump to others; nothing is read before a person asks or the workspace remembers a dump. */
export function registerMatching(context: vscode.ExtensionContext, session: Session): RegistryDump {
  const dump = createRegistryDump(context, session);
  const explanations = createExplanations(session, dump);
  const decisions = createDecisions(session, dump);
  const tree = createMatchTree(session, dump);
  const command = (name: string, run: (...args: never[]) => unknown) =>
    vscode.commands.registerCommand(`driverPlist.${name}`, run);
  context.subscriptions.push(
    session.client.onDidChangeState(({ newState }) => {
      if (newState === State.Running) void setContext('driverPlist.active', true);
    }),
    dump,
    explanations,
    decisions,
    tree,
    command('loadRegistryDump', (uri?: unknown) => dump.load(uri instanceof vscode.Uri ? uri : undefined)),
    command('unloadRegistryDump', () => dump.unload()),
    command('explainMatch', (first?: unknown, personality?: unknown, device?: unknown) => {
      const node = placeOfNode(first as MatchNode | undefined);
      if (node !== undefined) return explanations.show(node.uri, node.personality, node.device);
      return explanations.show(
        textOf(first),
        textOf(personality),
        typeof device === 'number' ? device : undefined,
      );
    }),
    command('addPersonality', (node?: MatchNode) =>
      addPersonality(session, dump, node?.type === 'device' ? node.device : undefined),
    ),
    command('showDecision', (at?: unknown, personality?: unknown) =>
      decisions.show(decisionParams(at, textOf(personality))),
    ),
    command('goToPersonality', (at?: unknown, personality?: unknown, key?: unknown) =>
      goToPersonality(session, at, textOf(personality), textOf(key)),
    ),
    command('match.showMatched', () => tree.showOnlyMatched(true)),
    command('match.showAll', () => tree.showOnlyMatched(false)),
  );
  return dump;
}

function setContext(name: string, value: boolean): Thenable<void> {
  return vscode.commands.executeCommand('setContext', name, value);
}

/** What an item of the view, or a lens with URI and personality, is about; undefined for anything else. */
function decisionParams(at: unknown, named?: string): MatchDecisionParams | undefined {
  if (typeof at === 'string') return named === undefined ? undefined : { uri: at, personality: named };
  const node = at as MatchNode | undefined;
  switch (node?.type) {
    case 'device':
      return { device: node.device.index };
    case 'candidate': {
      const { uri, personality } = node.candidate;
      return { uri, personality, device: node.device.index };
    }
    case 'unmatched':
      return { uri: node.place.uri, personality: node.place.personality };
    default:
      return undefined;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** @param at an item of the Match view, or the URI of a file; then `personality`, or one of its keys, is gone to */
async function goToPersonality(
  { client }: Session,
  at: unknown,
  personality?: string,
  key?: string,
): Promise<void> {
  const place =
    typeof at === 'string'
      ? await placeNamed(client, at, personality, key)
      : placeOfNode(at as MatchNode | undefined);
  if (place === undefined) return;
  const { start, end } = place.range;
  const selection = new vscode.Range(start.line, start.character, end.line, end.character);
  const uri = vscode.Uri.parse(place.uri);
  await vscode.window.showTextDocument(uri, { selection, viewColumn: columnFor(uri) });
}

function placeOfNode(node?: MatchNode): (PersonalityPlace & { readonly device?: number }) | undefined {
  if (node?.type === 'candidate') return { ...node.candidate, device: node.device.index };
  return node?.type === 'unmatched' ? node.place : undefined;
}

/** Looked up anew, since the text may have changed after the link was made. */
async function placeNamed(
  client: Session['client'],
  uri: string,
  personality?: string,
  key?: string,
): Promise<PersonalityPlace | undefined> {
  const places = await askForPersonalities(client, key === undefined ? { uri } : { uri, key });
  return places.find((place) => place.personality === personality);
}

/** Where the file is open already; never over a page of ours, which is read along with the file. */
function columnFor(uri: vscode.Uri): vscode.ViewColumn {
  const { all, activeTabGroup } = vscode.window.tabGroups;
  const holds = ({ input }: vscode.Tab) =>
    input instanceof vscode.TabInputText && input.uri.toString() === uri.toString();
  const group = all.find(({ tabs }) => tabs.some(holds));
  if (group !== undefined) return group.viewColumn;
  const onPage = activeTabGroup.activeTab?.input instanceof vscode.TabInputWebview;
  return onPage ? vscode.ViewColumn.One : vscode.ViewColumn.Active;
}
