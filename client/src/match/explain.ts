/** "Why does it match, or not?": a page of Markdown that follows dump and document. */
import * as vscode from 'vscode';
import { State } from 'vscode-languageclient';
import type { ExplainMatchParams } from '../../../server/src/lsp/matchMessages.ts';
import { activePlist } from '../active.ts';
import type { Session } from '../session.ts';
import type { RegistryDump } from './registry.ts';
import { askForExplanation, askForPersonalities } from './requests.ts';

export const EXPLANATION_SCHEME = 'driver-plist-match';

/** Pause after a change before an open page is written anew, in milliseconds. */
const DELAY = 400;

export interface Explanations extends vscode.Disposable {
  /** Shows the page of a personality; without one asks which of the active document. */
  readonly show: (uri?: string, personality?: string, device?: number) => Promise<void>;
}

export function createExplanations(session: Session, dump: RegistryDump): Explanations {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const refresh = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      for (const { uri } of vscode.workspace.textDocuments) {
        if (uri.scheme === EXPLANATION_SCHEME) changed.fire(uri);
      }
    }, DELAY);
  };
  const provider: vscode.TextDocumentContentProvider = {
    onDidChange: changed.event,
    async provideTextDocumentContent(uri) {
      if (session.client.state !== State.Running) await session.start();
      const page = await askForExplanation(session.client, paramsOf(uri));
      if (page !== null) return page;
      return vscode.l10n.t('No registry dump is loaded, or the personality is not there any more.');
    },
  };
  const parts = vscode.Disposable.from(
    changed,
    vscode.workspace.registerTextDocumentContentProvider(EXPLANATION_SCHEME, provider),
    dump.onDidChange(refresh),
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (document.uri.scheme !== EXPLANATION_SCHEME) refresh();
    }),
  );
  return {
    async show(uri, personality, device) {
      if (!(await dump.ensure())) return;
      const params =
        uri === undefined || personality === undefined
          ? await askWhich(session, vscode.l10n.t('Why Does It Match, or Not?'))
          : { uri, personality, ...(device === undefined ? {} : { device }) };
      if (params !== undefined) await showPage(uriOf(params));
    },
    dispose() {
      clearTimeout(timer);
      parts.dispose();
    },
  };
}

/** The parameters stand in the address, so that an open page survives a restart of the window. */
function uriOf(params: ExplainMatchParams): vscode.Uri {
  const name = params.personality.replace(/[/\\?#%]/g, '_').slice(0, 60);
  const path = `/${vscode.l10n.t('Match of {0}', name)}.md`;
  return vscode.Uri.from({ scheme: EXPLANATION_SCHEME, path, query: JSON.stringify(params) });
}

function paramsOf(uri: vscode.Uri): ExplainMatchParams {
  try {
    return JSON.parse(uri.query) as ExplainMatchParams;
  } catch {
    return { uri: '', personality: '' };
  }
}

/** In the preview of VS Code's own Markdown extension, or as text where that is switched off. */
async function showPage(uri: vscode.Uri): Promise<void> {
  const column = vscode.ViewColumn.Beside;
  try {
    await vscode.workspace.openTextDocument(uri);
    await vscode.commands.executeCommand('markdown.showPreviewToSide', uri);
  } catch {
    await vscode.window.showTextDocument(uri, { viewColumn: column, preview: true });
  }
}

/** The only personality of the active document, or one chosen from them; `title` stands over the choice. */
export async function askWhich({ client }: Session, title: string): Promise<ExplainMatchParams | undefined> {
  const editor = await activePlist();
  if (editor === undefined) return undefined;
  const uri = editor.document.uri.toString();
  const places = await askForPersonalities(client, { uri });
  if (places.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('This property list has no personality.'));
    return undefined;
  }
  if (places.length === 1) return { uri, personality: places[0]?.personality ?? '' };
  const line = editor.selection.active.line;
  const near = places.findLast(({ range }) => range.start.line <= line);
  const items = places.map(({ personality, range }) => ({
    label: personality,
    description: vscode.l10n.t('line {0}', range.start.line + 1),
    personality,
  }));
  const sorted = [...items].sort(
    (a, b) => Number(b.personality === near?.personality) - Number(a.personality === near?.personality),
  );
  const picked = await vscode.window.showQuickPick(sorted, {
    title,
    placeHolder: vscode.l10n.t('Choose a personality'),
  });
  return picked && { uri, personality: picked.personality };
}
