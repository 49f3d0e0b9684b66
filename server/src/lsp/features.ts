/** Answers the requests of the protocol by the language service. */
import type {
  CodeAction,
  Connection,
  Diagnostic,
  DocumentLink,
  Hover,
  InlayHint,
  Position,
  Range,
} from 'vscode-languageserver';
import { toPlainText } from '../service/describe.ts';
import type { LanguageService } from '../service/index.ts';
import type { PlistDocument } from '../workspace/types.ts';
import type { ServerAbilities } from './abilities.ts';
import { type Guard, guarded } from './guard.ts';
import type { Settings } from './settings.ts';
import { flatSymbols } from './symbols.ts';

export interface FeatureContext extends Guard {
  readonly connection: Connection;
  readonly service: LanguageService;
  readonly abilities: ServerAbilities;
  /** The document with its settings known; undefined when it is not open or none of ours. */
  readonly documentFor: (uri: string) => Promise<PlistDocument | undefined>;
  readonly settingsFor: (uri: string) => Settings;
  /** What other files of the workspace add; undefined where none is read. */
  readonly several?: () => SeveralFiles | undefined;
}

/** Findings over several files, beside those of the service. */
export interface SeveralFiles {
  /** Grows when the answers may be others. */
  revision(): number;
  /** @param own what the service says of the document */
  diagnostics(document: PlistDocument, own: Diagnostic[]): Promise<Diagnostic[]>;
  actions(document: PlistDocument, range: Range, only: readonly string[] | undefined): Promise<CodeAction[]>;
  /** Markdown to stand below what the service says. */
  hover(document: PlistDocument, position: Position): Promise<string | undefined>;
  hints(document: PlistDocument, range: Range): Promise<InlayHint[]>;
  links(document: PlistDocument): Promise<DocumentLink[]>;
}

/** The hover with more text below. */
function withMore(hover: Hover, markdown: string): Hover {
  const { contents } = hover;
  if (typeof contents === 'string' || !('kind' in contents)) return hover;
  const more = contents.kind === 'markdown' ? markdown : toPlainText(markdown);
  return { ...hover, contents: { ...contents, value: `${contents.value}\n\n${more}` } };
}

/** Registers every request handler but those for diagnostics. Unknown documents get empty answers. */
export function registerFeatures(context: FeatureContext): void {
  const { connection, service, documentFor, abilities } = context;

  connection.onCompletion(
    guarded(
      context,
      'completion',
      null,
      async ({ textDocument, position, context: asked }) => {
        const document = await documentFor(textDocument.uri);
        return document ? service.complete(document, position, asked?.triggerCharacter) : null;
      },
      { atOnce: true },
    ),
  );
  connection.onCompletionResolve(async (item) => {
    const run = guarded(context, 'completionItem/resolve', item, () => service.resolveCompletion(item));
    return run(item, NEVER_CANCELLED);
  });
  connection.onHover(
    guarded(context, 'hover', null, async ({ textDocument, position }) => {
      const document = await documentFor(textDocument.uri);
      if (!document) return null;
      const hover = service.hover(document, position);
      const more = hover && (await context.several?.()?.hover(document, position));
      return more ? withMore(hover, more) : hover;
    }),
  );
  connection.onSignatureHelp(
    guarded(context, 'signatureHelp', null, async ({ textDocument, position, context: asked }) => {
      const document = await documentFor(textDocument.uri);
      if (!document) return null;
      const { signatures = [], activeSignature = 0 } = asked?.activeSignatureHelp ?? {};
      return service.signatureHelp(document, position, {
        trigger: asked?.triggerCharacter,
        shown: asked?.isRetrigger
          ? { label: signatures[activeSignature]?.label ?? '', count: signatures.length }
          : undefined,
      });
    }),
  );
  connection.onCodeAction(
    guarded(context, 'codeAction', null, async ({ textDocument, range, context: { diagnostics, only } }) => {
      const document = await documentFor(textDocument.uri);
      if (!document) return null;
      const more = (await context.several?.()?.actions(document, range, only)) ?? [];
      // Where the workspace knows a better repair of the same name for the same finding, that one alone is offered.
      const keyOf = ({ title, diagnostics: told }: CodeAction) => JSON.stringify([title, told?.[0]?.range]);
      const known = new Set(more.map(keyOf));
      const own = service.codeActions(document, { range, diagnostics, only });
      return [...more, ...own.filter((action) => !known.has(keyOf(action)))];
    }),
  );
  connection.onCodeActionResolve(async (action) => {
    const run = guarded(context, 'codeAction/resolve', action, async () => {
      const uri = (action.data as { uri?: unknown } | undefined)?.uri;
      const document = typeof uri === 'string' ? await documentFor(uri) : undefined;
      return document ? service.resolveCodeAction(document, action) : action;
    });
    return run(action, NEVER_CANCELLED);
  });
  connection.onDocumentSymbol(
    guarded(context, 'documentSymbol', null, async ({ textDocument: { uri } }) => {
      const document = await documentFor(uri);
      if (!document) return null;
      const symbols = service.symbols(document);
      return abilities.service.nestedSymbols ? symbols : flatSymbols(uri, symbols);
    }),
  );
  connection.onFoldingRanges(
    guarded(context, 'foldingRange', null, async ({ textDocument }) => {
      const document = await documentFor(textDocument.uri);
      return document ? service.folding(document, abilities.foldingLimit) : null;
    }),
  );
  connection.onSelectionRanges(
    guarded(context, 'selectionRange', null, async ({ textDocument, positions }) => {
      const document = await documentFor(textDocument.uri);
      return document ? service.selections(document, positions) : null;
    }),
  );
  connection.onDocumentHighlight(
    guarded(context, 'documentHighlight', null, async ({ textDocument, position }) => {
      const document = await documentFor(textDocument.uri);
      return document ? service.highlights(document, position) : null;
    }),
  );
  connection.onDocumentLinks(
    guarded(context, 'documentLink', null, async ({ textDocument }) => {
      const document = await documentFor(textDocument.uri);
      if (!document) return null;
      return [...service.links(document), ...((await context.several?.()?.links(document)) ?? [])];
    }),
  );
  registerFormatting(context);
  registerDecorations(context);
}

function registerFormatting(context: FeatureContext): void {
  const { connection, service, documentFor, settingsFor } = context;

  connection.onDocumentFormatting(
    guarded(context, 'formatting', null, async ({ textDocument: { uri }, options }) => {
      const document = await documentFor(uri);
      return document && settingsFor(uri).format ? service.format(document, options) : null;
    }),
  );
  connection.onDocumentRangeFormatting(
    guarded(context, 'rangeFormatting', null, async ({ textDocument: { uri }, options, range }) => {
      const document = await documentFor(uri);
      return document && settingsFor(uri).format ? service.format(document, options, range) : null;
    }),
  );
  connection.onDocumentOnTypeFormatting(
    guarded(context, 'onTypeFormatting', null, async ({ textDocument: { uri }, position, ch, options }) => {
      const document = await documentFor(uri);
      if (!document || !settingsFor(uri).format) return null;
      return service.formatOnType(document, position, ch, options);
    }),
  );
  connection.languages.onLinkedEditingRange(
    guarded(context, 'linkedEditingRange', null, async ({ textDocument, position }) => {
      const document = await documentFor(textDocument.uri);
      const ranges = document && service.linkedRanges(document, position);
      return ranges ? { ranges, wordPattern: '[A-Za-z]+' } : null;
    }),
  );
}

function registerDecorations(context: FeatureContext): void {
  const { connection, service, documentFor, settingsFor } = context;

  connection.languages.semanticTokens.on(
    guarded(context, 'semanticTokens', { data: [] }, async ({ textDocument }) => {
      const document = await documentFor(textDocument.uri);
      return { data: document ? service.semanticTokens(document) : [] };
    }),
  );
  connection.languages.semanticTokens.onRange(
    guarded(context, 'semanticTokens/range', { data: [] }, async ({ textDocument, range }) => {
      const document = await documentFor(textDocument.uri);
      return { data: document ? service.semanticTokens(document, range) : [] };
    }),
  );
  connection.languages.inlayHint.on(
    guarded(context, 'inlayHint', null, async ({ textDocument: { uri }, range }) => {
      const document = await documentFor(uri);
      if (!document || !settingsFor(uri).inlayHints) return null;
      const more = (await context.several?.()?.hints(document, range)) ?? [];
      return [...service.inlayHints(document, range), ...more];
    }),
  );
}

const NEVER_CANCELLED = {
  isCancellationRequested: false,
  onCancellationRequested: () => ({ dispose() {} }),
};
