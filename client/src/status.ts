/** Shows what the active document was taken for, where a person can change it. */
import * as vscode from 'vscode';
import type { DocumentKindParams } from '../../server/src/lsp/messages.ts';
import { kindWords } from './kinds.ts';

export interface KindStatus extends vscode.Disposable {
  /** The active document's kind; undefined when it is none of ours, or not known yet. */
  readonly show: (document: DocumentKindParams | undefined) => void;
  /** The server is down and does not come back by itself. */
  readonly showStopped: () => void;
}

/** Creates the entry of the status bar and the one of the language's menu (`{}`). Both hide without a document. */
export function createKindStatus(selector: vscode.DocumentSelector): KindStatus {
  const bar = vscode.window.createStatusBarItem('driverPlist.kind', vscode.StatusBarAlignment.Right, 100.1);
  bar.name = vscode.l10n.t('Driver Plist: Kind of Bundle');
  const menu = vscode.languages.createLanguageStatusItem('driverPlist.kind', []);
  menu.name = vscode.l10n.t('Driver Plist: Kind of Bundle');

  return {
    show(document) {
      if (document === undefined) {
        bar.hide();
        menu.selector = [];
        return;
      }
      const words = kindWords()[document.kind];
      const how = document.by === 'chosen' ? vscode.l10n.t('Chosen') : vscode.l10n.t('Detected');
      const command = {
        command: 'driverPlist.selectKind',
        title: vscode.l10n.t('Change…'),
        tooltip: vscode.l10n.t('Choose the kind of bundle that this document describes'),
      };
      bar.text = words.label;
      bar.tooltip = new vscode.MarkdownString(`**${words.label}** (\`${document.kind}\`)\n\n`)
        .appendText(`${words.description}\n\n`)
        .appendText(`${how}: ${document.reason}\n\n`)
        .appendText(vscode.l10n.t('Select to choose another kind.'));
      bar.accessibilityInformation = {
        label: vscode.l10n.t('Kind of bundle: {0}', words.label),
        role: 'button',
      };
      bar.backgroundColor = undefined;
      bar.command = command;
      bar.show();
      menu.selector = selector;
      menu.text = words.label;
      menu.detail = `${how}: ${document.reason}`;
      menu.severity = vscode.LanguageStatusSeverity.Information;
      menu.command = command;
    },
    showStopped() {
      const command = { command: 'driverPlist.restartServer', title: vscode.l10n.t('Restart') };
      bar.text = `$(error) ${vscode.l10n.t('Driver Plist stopped')}`;
      bar.tooltip = vscode.l10n.t('The language server does not run. Select to restart it.');
      bar.backgroundColor = new vscode.ThemeColor('statusBarItem.errorBackground');
      bar.command = command;
      bar.show();
      menu.selector = selector;
      menu.text = vscode.l10n.t('Driver Plist stopped');
      menu.detail = vscode.l10n.t('The language server does not run.');
      menu.severity = vscode.LanguageStatusSeverity.Error;
      menu.command = command;
    },
    dispose() {
      bar.dispose();
      menu.dispose();
    },
  };
}
