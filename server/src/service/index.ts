/**
 * The language service: plain functions over a document and a place in it. It holds no connection and no files;
 * the server, tests and other hosts call it alike. No function throws on any document or position.
 */
import {
  type CodeAction,
  type CompletionItem,
  type CompletionList,
  type Diagnostic,
  type DocumentHighlight,
  type DocumentLink,
  type DocumentSymbol,
  type FoldingRange,
  type FormattingOptions,
  type Hover,
  type InlayHint,
  MarkupKind,
  type Position,
  type Range,
  type SelectionRange,
  type SignatureHelp,
  type TextEdit,
} from 'vscode-languageserver-types';
import type { Registry } from '../iokit/registry.ts';
import type { LintOptions } from '../rules/lint.ts';
import type { PlistDocument } from '../workspace/types.ts';
import { type ClientAbilities, FULL_ABILITIES } from './abilities.ts';
import { type CodeActionQuery, codeActions, withEdit } from './codeActions.ts';
import { completionsAt } from './completion/index.ts';
import { toPlainText } from './describe.ts';
import { diagnosticsFor } from './diagnostics.ts';
import { documentLinks } from './documentLinks.ts';
import { documentSymbols } from './documentSymbols.ts';
import { foldingRanges } from './folding.ts';
import { formattingEdits, onTypeEdits } from './formatting.ts';
import { documentHighlights } from './highlights.ts';
import { hoverAt } from './hover.ts';
import { inlayHints } from './inlayHints.ts';
import { lintOf } from './knowledge.ts';
import { linkedRanges } from './linkedEditing.ts';
import { selectionRanges } from './selectionRanges.ts';
import { semanticTokens } from './semanticTokens.ts';
import { type SignatureQuery, signatureHelpAt } from './signatureHelp.ts';
import { offsetAt } from './text.ts';
import type { WorkspaceNames } from './workspaceNames.ts';

export interface LanguageServiceOptions {
  /** Default: a client that can do everything. */
  readonly abilities?: ClientAbilities | undefined;
  /** How a document is linted; must return the same object until something about it changes. */
  readonly lintOptions?: ((document: PlistDocument) => LintOptions) | undefined;
  /** The registry dump in use, whose devices completion proposes; undefined for none. */
  readonly registry?: (() => Registry | undefined) | undefined;
  /** What the project around a document names; undefined where none is read. */
  readonly names?: ((document: PlistDocument) => WorkspaceNames | undefined) | undefined;
}

export interface LanguageService {
  diagnostics(document: PlistDocument): Diagnostic[];
  /** @param trigger the character that opened the list, when the person did not ask for it */
  complete(document: PlistDocument, position: Position, trigger?: string): CompletionList;
  /** Adds the documentation to an item of the last list; items of older lists come back as they are. */
  resolveCompletion(item: CompletionItem): CompletionItem;
  hover(document: PlistDocument, position: Position): Hover | null;
  /** What the dictionary at the position must hold; null where that is nothing, or nobody wants to know. */
  signatureHelp(document: PlistDocument, position: Position, query?: SignatureQuery): SignatureHelp | null;
  codeActions(document: PlistDocument, query: CodeActionQuery): CodeAction[];
  resolveCodeAction(document: PlistDocument, action: CodeAction): CodeAction;
  symbols(document: PlistDocument): DocumentSymbol[];
  folding(document: PlistDocument, limit?: number): FoldingRange[];
  selections(document: PlistDocument, positions: readonly Position[]): SelectionRange[];
  format(document: PlistDocument, options: FormattingOptions, range?: Range): TextEdit[];
  formatOnType(
    document: PlistDocument,
    position: Position,
    typed: string,
    options: FormattingOptions,
  ): TextEdit[];
  linkedRanges(document: PlistDocument, position: Position): Range[] | null;
  highlights(document: PlistDocument, position: Position): DocumentHighlight[];
  links(document: PlistDocument): DocumentLink[];
  semanticTokens(document: PlistDocument, range?: Range): number[];
  inlayHints(document: PlistDocument, range: Range): InlayHint[];
}

const DEFAULT_LINT: LintOptions = {};

export function createLanguageService(options: LanguageServiceOptions = {}): LanguageService {
  const abilities = options.abilities ?? FULL_ABILITIES;
  const lintOptions = options.lintOptions ?? (() => DEFAULT_LINT);
  let lastList = 0;
  let lastDocumentation: readonly (() => string | undefined)[] = [];

  const documented = (item: CompletionItem, markdown: string | undefined): CompletionItem => {
    if (!markdown) return item;
    const documentation = abilities.markdownCompletion
      ? { kind: MarkupKind.Markdown, value: markdown }
      : { kind: MarkupKind.PlainText, value: toPlainText(markdown) };
    return { ...item, documentation };
  };

  return {
    diagnostics: (document) =>
      diagnosticsFor(document, lintOf(document, lintOptions(document)).findings, abilities),

    complete(document, position, trigger) {
      const offset = offsetAt(document, position);
      const { items, isIncomplete, documentation } = completionsAt(
        document,
        offset,
        abilities,
        lintOptions(document),
        trigger,
        { registry: options.registry?.(), names: options.names?.(document) },
      );
      if (!abilities.lazyDocumentation) {
        return {
          isIncomplete,
          items: items.map((item, index) => documented(item, documentation[index]?.())),
        };
      }
      lastList++;
      lastDocumentation = documentation;
      return {
        isIncomplete,
        items: items.map((item, index) => ({ ...item, data: { list: lastList, item: index } })),
      };
    },

    resolveCompletion(item) {
      const data = item.data as { list?: unknown; item?: unknown } | undefined;
      if (data?.list !== lastList || typeof data.item !== 'number') return item;
      return documented(item, lastDocumentation[data.item]?.());
    },

    hover: (document, position) =>
      hoverAt(document, offsetAt(document, position), abilities, lintOptions(document)) ?? null,
    signatureHelp: (document, position, query) =>
      signatureHelpAt(document, offsetAt(document, position), abilities, lintOptions(document), query) ??
      null,
    codeActions: (document, query) => codeActions(document, query, abilities, lintOptions(document)),
    resolveCodeAction: (document, action) => withEdit(document, action, abilities, lintOptions(document)),
    symbols: (document) => documentSymbols(document),
    folding: (document, limit) => foldingRanges(document, abilities.lineFoldingOnly, limit),
    selections: selectionRanges,
    format: formattingEdits,
    formatOnType: onTypeEdits,
    linkedRanges: (document, position) => linkedRanges(document, position) ?? null,
    highlights: documentHighlights,
    links: (document) => documentLinks(document, abilities),
    semanticTokens: (document, range) =>
      semanticTokens(
        document,
        lintOptions(document),
        range && { start: offsetAt(document, range.start), end: offsetAt(document, range.end) },
      ),
    inlayHints: (document, range) => inlayHints(document, range, lintOptions(document)),
  };
}
