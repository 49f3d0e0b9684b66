/** The panel that shows one decision beside the text and follows dump and documents. */
import * as vscode from 'vscode';
import { State } from 'vscode-languageclient';
import type { MatchDecision, MatchDecisionParams } from '../../../server/src/lsp/matchMessages.ts';
import { isOurs } from '../documents.ts';
import { viewOf } from '../middleware.ts';
import type { Session } from '../session.ts';
import { decisionPage } from './decisionPage.ts';
import { PLACE_COMMAND } from './decisionParts.ts';
import { askWhich } from './explain.ts';
import type { RegistryDump } from './registry.ts';
import { askForDecision } from './requests.ts';

/** Pause after a change before the page is written anew, in milliseconds. */
const DELAY = 500;

export interface Decisions extends vscode.Disposable {
  /** Shows who gets a device; without parameters asks which personality of the active document. */
  readonly show: (params?: MatchDecisionParams) => Promise<void>;
}

export function createDecisions(session: Session, dump: RegistryDump): Decisions {
  let panel: vscode.WebviewPanel | undefined;
  let shown: MatchDecisionParams = {};
  let nonce = '';
  let html = '';
  let timer: ReturnType<typeof setTimeout> | undefined;
  let round = 0;

  const write = async (): Promise<void> => {
    const mine = ++round;
    if (session.client.state !== State.Running) await session.start();
    const decision = await askForDecision(session.client, shown).catch((): MatchDecision | null => null);
    // Asked for again meanwhile, or closed.
    if (mine !== round || panel === undefined) return;
    const title = decision?.device.name ?? shown.personality ?? '';
    panel.title = vscode.l10n.t('Decision: {0}', title);
    const page = decisionPage(decision, { l10n: vscode.l10n, language: vscode.env.language, nonce });
    // The same page again would close what a person opened in it.
    if (page === html) return;
    html = page;
    panel.webview.html = page;
  };
  const later = (): void => {
    if (panel === undefined) return;
    clearTimeout(timer);
    timer = setTimeout(() => void write(), DELAY);
  };
  const open = (): vscode.WebviewPanel => {
    const made = vscode.window.createWebviewPanel(
      'driverPlist.decision',
      vscode.l10n.t('Match Decision'),
      vscode.ViewColumn.Beside,
      { enableScripts: false, localResourceRoots: [], enableCommandUris: [PLACE_COMMAND] },
    );
    nonce = crypto.randomUUID();
    html = '';
    made.onDidDispose(() => {
      clearTimeout(timer);
      panel = undefined;
    });
    return made;
  };
  const parts = vscode.Disposable.from(
    dump.onDidChange(() => {
      // The index names an entry of the dump before.
      const { uri, personality } = shown;
      shown = uri !== undefined && personality !== undefined ? { uri, personality } : {};
      later();
    }),
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (isOurs(viewOf(document))) later();
    }),
  );
  return {
    async show(params) {
      if (!(await dump.ensure())) return;
      const asked = params ?? (await askWhich(session, vscode.l10n.t('Match Decision')));
      if (asked === undefined) return;
      shown = asked;
      if (panel === undefined) panel = open();
      else panel.reveal();
      await write();
    },
    dispose() {
      clearTimeout(timer);
      panel?.dispose();
      parts.dispose();
    },
  };
}
