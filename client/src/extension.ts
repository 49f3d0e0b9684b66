/** What both hosts share: output channel, status, commands, and the session with the server. */
import * as vscode from 'vscode';
import type { DocumentKindParams } from '../../server/src/lsp/messages.ts';
import { registerBinaryPlists } from './binaryPlists.ts';
import { registerBundlesView } from './bundles.ts';
import { registerConversion } from './convert/index.ts';
import { serveFiles } from './fileSystem.ts';
import { registerMatching } from './match/index.ts';
import { registerPaste } from './paste.ts';
import { RULE_PAGE_TEMPLATE, registerRulePages } from './rulePages.ts';
import { registerSample } from './sample.ts';
import { selectKind } from './selectKind.ts';
import { type CreateClient, createSession, SELECTOR, type Session } from './session.ts';
import { createKindStatus } from './status.ts';

/** What the extension gives to other extensions (`vscode.extensions.getExtension('driver-plist.driver-plist')`). */
export interface DriverPlistApi {
  /** What an open document was taken for; undefined when it is not open or no property list. */
  readonly kindOf: (document: vscode.TextDocument) => Promise<DocumentKindParams | undefined>;
}

/** Sets everything up. The server starts when the first document that is ours is there. */
export function activateWith(context: vscode.ExtensionContext, createClient: CreateClient): Session {
  const output = vscode.window.createOutputChannel('Driver Plist', { log: true });
  const session = createSession(createClient, output, {
    suggestCommand: 'editor.action.triggerSuggest',
    rulePages: RULE_PAGE_TEMPLATE,
    explainMatchCommand: 'driverPlist.explainMatch',
    showDecisionCommand: 'driverPlist.showDecision',
    readFile: true,
    notifications: true,
    convertCommand: 'driverPlist.convert',
    bundles: true,
    fileSystem: true,
  });
  const status = createKindStatus(SELECTOR);

  const refresh = async (): Promise<void> => {
    const document = vscode.window.activeTextEditor?.document;
    const kind = document === undefined ? undefined : await session.kindOf(document);
    if (vscode.window.activeTextEditor?.document !== document) return;
    if (session.isStopped()) status.showStopped();
    else status.show(kind);
  };
  const command = (name: string, run: () => unknown) =>
    vscode.commands.registerCommand(`driverPlist.${name}`, run);

  context.subscriptions.push(
    output,
    session,
    status,
    session.onDidChange(refresh),
    vscode.window.onDidChangeActiveTextEditor(refresh),
    command('showOutput', () => output.show()),
    command('restartServer', () => session.restart()),
    command('selectKind', () => selectKindOfActive(session)),
    registerSample(context),
    registerRulePages(session),
    registerBinaryPlists(session),
    registerPaste(session),
    serveFiles(session.client),
    registerBundlesView(session),
    vscode.workspace.onDidGrantWorkspaceTrust(() => session.restart()),
  );
  const dump = registerMatching(context, session);
  context.subscriptions.push(registerConversion(session, dump));
  void refresh();
  return session;
}

async function selectKindOfActive(session: Session): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  const current = document === undefined ? undefined : await session.kindOf(document);
  if (document === undefined || current === undefined) {
    const message = vscode.l10n.t('Open a property list first: its kind is chosen in its editor.');
    await vscode.window.showInformationMessage(message);
    return;
  }
  await selectKind(document, current);
}
