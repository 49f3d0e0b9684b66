/** What the client can do; each feature falls back to what LSP 3.16 surely has. */
export interface ClientAbilities {
  /** Completion items may hold snippets (`$1`, `${1:name}`). */
  readonly snippets: boolean;
  /** Hover takes Markdown. */
  readonly markdownHover: boolean;
  /** Documentation of completion items takes Markdown. */
  readonly markdownCompletion: boolean;
  /** Completion edits with an insert and a replace range. */
  readonly insertReplace: boolean;
  readonly labelDetails: boolean;
  /** `tags: [Deprecated]` on completion items (else the old `deprecated` flag). */
  readonly completionTags: boolean;
  /** The documentation of a completion item may come with `completionItem/resolve`. */
  readonly lazyDocumentation: boolean;
  /** `insertTextMode: asIs`: the client leaves our indentation alone. */
  readonly asIsInsert: boolean;
  /** Symbols may be nested. */
  readonly nestedSymbols: boolean;
  /** Folding knows whole lines only. */
  readonly lineFoldingOnly: boolean;
  readonly relatedInformation: boolean;
  readonly diagnosticTags: boolean;
  readonly codeDescription: boolean;
  /** `data` of a diagnostic comes back with a code action request. */
  readonly diagnosticData: boolean;
  /** Code actions as literals with edits (else none are offered). */
  readonly codeActionLiterals: boolean;
  /** The edit of a code action may come with `codeAction/resolve`. */
  readonly lazyCodeActionEdits: boolean;
  /** Workspace edits with versions (`documentChanges`). */
  readonly documentChanges: boolean;
  /** Snippets in workspace edits (`workspaceEdit.snippetEditSupport`, LSP 3.18). */
  readonly snippetEdits: boolean;
  /** Signatures name their parameters by offsets (else by their text). */
  readonly signatureLabelOffsets: boolean;
  readonly signatureMarkdown: boolean;
  /** Each signature has its own active parameter. */
  readonly signatureActiveParameter: boolean;
  /** `null` for no active parameter. */
  readonly signatureNoActive: boolean;
  /** Links say in words where they lead. */
  readonly linkTooltips: boolean;
  /** Command that opens the client's suggestions again after a key was accepted, if the client named one. */
  readonly suggestCommand?: string | undefined;
  /** Command that converts a kext, called with `{ uri, target }`, if the client named one. */
  readonly convertCommand?: string | undefined;
  /** Link to the page of a rule in the client itself, `{rule}` for the id; else pages are on the web. */
  readonly rulePages?: string | undefined;
}

/** A present-day client, such as VS Code. */
export const FULL_ABILITIES: ClientAbilities = {
  snippets: true,
  markdownHover: true,
  markdownCompletion: true,
  insertReplace: true,
  labelDetails: true,
  completionTags: true,
  lazyDocumentation: true,
  asIsInsert: true,
  nestedSymbols: true,
  lineFoldingOnly: false,
  relatedInformation: true,
  diagnosticTags: true,
  codeDescription: true,
  diagnosticData: true,
  codeActionLiterals: true,
  lazyCodeActionEdits: true,
  documentChanges: true,
  snippetEdits: true,
  signatureLabelOffsets: true,
  signatureMarkdown: true,
  signatureActiveParameter: true,
  signatureNoActive: true,
  linkTooltips: true,
};

/** A client of which nothing is known. */
export const PLAIN_ABILITIES: ClientAbilities = {
  snippets: false,
  markdownHover: false,
  markdownCompletion: false,
  insertReplace: false,
  labelDetails: false,
  completionTags: false,
  lazyDocumentation: false,
  asIsInsert: false,
  nestedSymbols: false,
  lineFoldingOnly: false,
  relatedInformation: false,
  diagnosticTags: false,
  codeDescription: false,
  diagnosticData: false,
  codeActionLiterals: false,
  lazyCodeActionEdits: false,
  documentChanges: false,
  snippetEdits: false,
  signatureLabelOffsets: false,
  signatureMarkdown: false,
  signatureActiveParameter: false,
  signatureNoActive: false,
  linkTooltips: false,
};
