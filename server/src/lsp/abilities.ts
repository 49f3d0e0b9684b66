/** Reads a client's capabilities. What a client does not say it has, it has not. */
import type { ClientCapabilities, InitializeParams } from 'vscode-languageserver';
import { type ClientAbilities, PLAIN_ABILITIES } from '../service/abilities.ts';

/** Abilities of the connection, beside those that the language service asks for. */
export interface ServerAbilities {
  readonly service: ClientAbilities;
  readonly pullDiagnostics: boolean;
  readonly refreshDiagnostics: boolean;
  readonly refreshInlayHints: boolean;
  readonly refreshSemanticTokens: boolean;
  readonly refreshCodeLenses: boolean;
  readonly configuration: boolean;
  readonly registerConfiguration: boolean;
  readonly registerWatchedFiles: boolean;
  readonly workspaceFolders: boolean;
  readonly diagnosticVersions: boolean;
  readonly foldingLimit: number | undefined;
  readonly utf16Named: boolean;
  readonly signatureHelp: boolean;
  /** Shows progress that we begin. */
  readonly progress: boolean;
  /** Reads files for us (`initializationOptions.readFile`). */
  readonly readFile: boolean;
  /** Takes our own notifications, `driverPlist/…` (`initializationOptions.notifications`); others warn of them. */
  readonly notifications: boolean;
  /** What a click on a lens about matching runs (`initializationOptions.explainMatchCommand`). */
  readonly explainMatchCommand: string | undefined;
  /** What shows the decision about a device (`initializationOptions.showDecisionCommand`); without it no lens offers it. */
  readonly showDecisionCommand: string | undefined;
}

/** Never throws, whatever the client sent. */
export function readAbilities(params: InitializeParams): ServerAbilities {
  const capabilities: ClientCapabilities = isObject(params?.capabilities) ? params.capabilities : {};
  const { textDocument, workspace, general, window } = capabilities;
  const options = isObject(params?.initializationOptions) ? params.initializationOptions : {};
  return {
    service: serviceAbilities(capabilities, options),
    pullDiagnostics: textDocument?.diagnostic !== undefined,
    refreshDiagnostics: workspace?.diagnostics?.refreshSupport === true,
    refreshInlayHints: workspace?.inlayHint?.refreshSupport === true,
    refreshSemanticTokens: workspace?.semanticTokens?.refreshSupport === true,
    refreshCodeLenses: workspace?.codeLens?.refreshSupport === true,
    progress: window?.workDoneProgress === true,
    readFile: options.readFile === true,
    notifications: options.notifications === true,
    explainMatchCommand:
      typeof options.explainMatchCommand === 'string' ? options.explainMatchCommand : undefined,
    showDecisionCommand:
      typeof options.showDecisionCommand === 'string' ? options.showDecisionCommand : undefined,
    configuration: workspace?.configuration === true,
    registerConfiguration: workspace?.didChangeConfiguration?.dynamicRegistration === true,
    registerWatchedFiles: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    workspaceFolders: workspace?.workspaceFolders === true,
    diagnosticVersions: textDocument?.publishDiagnostics?.versionSupport === true,
    foldingLimit: textDocument?.foldingRange?.rangeLimit,
    signatureHelp: textDocument?.signatureHelp !== undefined,
    utf16Named: general?.positionEncodings?.includes('utf-16') === true,
  };
}

function serviceAbilities(
  { textDocument, workspace }: ClientCapabilities,
  options: {
    readonly suggestCommand?: unknown;
    readonly convertCommand?: unknown;
    readonly rulePages?: unknown;
  },
): ClientAbilities {
  const completion = textDocument?.completion?.completionItem;
  const signature = textDocument?.signatureHelp?.signatureInformation;
  const diagnostics = { ...textDocument?.publishDiagnostics, ...textDocument?.diagnostic };
  const lazy = (properties: readonly string[] | undefined, name: string): boolean =>
    properties?.includes(name) === true;
  return {
    ...PLAIN_ABILITIES,
    snippets: completion?.snippetSupport === true,
    markdownHover: textDocument?.hover?.contentFormat?.includes('markdown') === true,
    markdownCompletion: completion?.documentationFormat?.includes('markdown') === true,
    insertReplace: completion?.insertReplaceSupport === true,
    labelDetails: completion?.labelDetailsSupport === true,
    completionTags: completion?.tagSupport?.valueSet?.includes(1) === true,
    lazyDocumentation: lazy(completion?.resolveSupport?.properties, 'documentation'),
    asIsInsert: completion?.insertTextModeSupport?.valueSet?.includes(1) === true,
    nestedSymbols: textDocument?.documentSymbol?.hierarchicalDocumentSymbolSupport === true,
    lineFoldingOnly: textDocument?.foldingRange?.lineFoldingOnly === true,
    relatedInformation: diagnostics.relatedInformation === true,
    diagnosticTags: diagnostics.tagSupport !== undefined,
    codeDescription: diagnostics.codeDescriptionSupport === true,
    diagnosticData: diagnostics.dataSupport === true,
    codeActionLiterals: textDocument?.codeAction?.codeActionLiteralSupport !== undefined,
    lazyCodeActionEdits:
      textDocument?.codeAction?.dataSupport === true &&
      lazy(textDocument.codeAction.resolveSupport?.properties, 'edit'),
    documentChanges: workspace?.workspaceEdit?.documentChanges === true,
    snippetEdits:
      workspace?.workspaceEdit?.documentChanges === true &&
      workspace.workspaceEdit.snippetEditSupport === true,
    signatureLabelOffsets: signature?.parameterInformation?.labelOffsetSupport === true,
    signatureMarkdown: signature?.documentationFormat?.includes('markdown') === true,
    signatureActiveParameter: signature?.activeParameterSupport === true,
    signatureNoActive: signature?.noActiveParameterSupport === true,
    linkTooltips: textDocument?.documentLink?.tooltipSupport === true,
    suggestCommand: typeof options.suggestCommand === 'string' ? options.suggestCommand : undefined,
    convertCommand: typeof options.convertCommand === 'string' ? options.convertCommand : undefined,
    rulePages: typeof options.rulePages === 'string' ? options.rulePages : undefined,
  };
}

// biome-ignore lint/suspicious/noExplicitAny: what a client sends may be anything; the caller knows the type
function isObject(value: unknown): value is any {
  return typeof value === 'object' && value !== null;
}
