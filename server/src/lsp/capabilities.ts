/** What the server tells the client it can do. */
import { type ServerCapabilities, TextDocumentSyncKind } from 'vscode-languageserver';
import { CODE_ACTION_KINDS } from '../service/codeActions.ts';
import { ON_TYPE_TRIGGERS } from '../service/formatting.ts';
import { TOKEN_MODIFIERS, TOKEN_TYPES } from '../service/semanticTokens.ts';
import { SIGNATURE_TRIGGERS } from '../service/signatureHelp.ts';
import type { ServerAbilities } from './abilities.ts';

/** `<` begins a tag, `/` its end; behind `>` a value is due; `(` begins a build variable. */
const COMPLETION_TRIGGERS = ['<', '>', '/', '('];

export function serverCapabilities(abilities: ServerAbilities): ServerCapabilities {
  const [firstTrigger = '\n', ...moreTriggers] = ON_TYPE_TRIGGERS;
  return {
    ...(abilities.utf16Named ? { positionEncoding: 'utf-16' } : {}),
    textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: false },
    completionProvider: {
      triggerCharacters: COMPLETION_TRIGGERS,
      resolveProvider: abilities.service.lazyDocumentation,
    },
    hoverProvider: true,
    ...(abilities.signatureHelp
      ? {
          signatureHelpProvider: {
            triggerCharacters: [...SIGNATURE_TRIGGERS.first],
            retriggerCharacters: [...SIGNATURE_TRIGGERS.again],
          },
        }
      : {}),
    ...(abilities.service.codeActionLiterals
      ? {
          codeActionProvider: {
            codeActionKinds: [...CODE_ACTION_KINDS],
            resolveProvider: abilities.service.lazyCodeActionEdits,
          },
        }
      : {}),
    documentSymbolProvider: true,
    foldingRangeProvider: true,
    selectionRangeProvider: true,
    documentFormattingProvider: true,
    documentRangeFormattingProvider: true,
    documentOnTypeFormattingProvider: {
      firstTriggerCharacter: firstTrigger,
      moreTriggerCharacter: moreTriggers,
    },
    linkedEditingRangeProvider: true,
    documentHighlightProvider: true,
    documentLinkProvider: { resolveProvider: false },
    semanticTokensProvider: {
      legend: { tokenTypes: [...TOKEN_TYPES], tokenModifiers: [...TOKEN_MODIFIERS] },
      full: true,
      range: true,
    },
    inlayHintProvider: { resolveProvider: false },
    codeLensProvider: { resolveProvider: true },
    ...(abilities.pullDiagnostics
      ? {
          diagnosticProvider: {
            identifier: 'driver-plist',
            interFileDependencies: false,
            workspaceDiagnostics: false,
          },
        }
      : {}),
    ...(abilities.workspaceFolders
      ? { workspace: { workspaceFolders: { supported: true, changeNotifications: true } } }
      : {}),
  };
}
