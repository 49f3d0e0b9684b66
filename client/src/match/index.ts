/** Matching in the editor: the dump, the lenses' command, the Match view, new personalities. */
import * as vscode from 'vscode';
import { State } from 'vscode-languageclient';
import type { Session } from '../session.ts';
import { addPersonality } from './add.ts';
import { createExplanations } from './explain.ts';
import { createRegistryDump, type RegistryDump } from './registry.ts';
import { createMatchTree, type MatchNode } from './view.ts';

/** Registers commands and views, and gives the dump to others; nothing is read before a person asks or the workspace remembers a dump. */
export function registerMatching(context: vscode.ExtensionContext, session: Session): RegistryDump {
  const dump = createRegistryDump(context, session);
  const explanations = createExplanations(session, dump);
  const tree = createMatchTree(session, dump);
  const command = (name: string, run: (...args: never[]) => unknown) =>
    vscode.commands.registerCommand(`driverPlist.${name}`, run);
  context.subscriptions.push(
    session.client.onDidChangeState(({ newState }) => {
      if (newState === State.Running) void setContext('driverPlist.active', true);
    }),
    dump,
    explanations,
    tree,
    command('loadRegistryDump', (uri?: unknown) => dump.load(uri instanceof vscode.Uri ? uri : undefined)),
    command('unloadRegistryDump', () => dump.unload()),
    command('explainMatch', (uri?: unknown, personality?: unknown, device?: unknown) =>
      explanations.show(textOf(uri), textOf(personality), typeof device === 'number' ? device : undefined),
    ),
    command('addPersonality', (node?: MatchNode) =>
      addPersonality(session, dump, node?.type === 'device' ? node.device : undefined),
    ),
    command('goToPersonality', goToPersonality),
    command('match.showMatched', () => tree.showOnlyMatched(true)),
    command('match.showAll', () => tree.showOnlyMatched(false)),
  );
  return dump;
}

function setContext(name: string, value: boolean): Thenable<void> {
  return vscode.commands.executeCommand('setContext', name, value);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

async function goToPersonality(node?: MatchNode): Promise<void> {
  const place =
    node?.type === 'candidate' ? node.candidate : node?.type === 'unmatched' ? node.place : undefined;
  if (place === undefined) return;
  const { start, end } = place.range;
  const selection = new vscode.Range(start.line, start.character, end.line, end.character);
  await vscode.window.showTextDocument(vscode.Uri.parse(place.uri), { selection });
}
