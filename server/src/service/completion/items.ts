/** Turns a proposal into a completion item that fits the client. */
import {
  type CompletionItem,
  type CompletionItemKind,
  CompletionItemTag,
  InsertReplaceEdit,
  InsertTextFormat,
  InsertTextMode,
  type Range,
  TextEdit,
} from 'vscode-languageserver-types';
import type { PlistDocument } from '../../workspace/types.ts';
import type { ClientAbilities } from '../abilities.ts';
import { indentAt, type Layout, layoutOf, rangeOf } from '../text.ts';
import type { Token } from './context.ts';
import { laidOut, plainOf } from './snippet.ts';

/** One thing to propose, in no client's form. */
export interface Proposal {
  readonly label: string;
  readonly kind: CompletionItemKind;
  /** What is inserted, as a snippet with `\t` and `\n`. */
  readonly snippet: string;
  /** What a client compares with the typed text; it begins with what stands at the token's start. */
  readonly filter: string;
  readonly sort: string;
  readonly detail?: string | undefined;
  /** Markdown; asked for only when the item is shown. */
  readonly documentation?: (() => string | undefined) | undefined;
  readonly deprecated?: boolean | undefined;
  readonly preselect?: boolean | undefined;
  /** A value is to be chosen next: a client that can opens its suggestions again. */
  readonly suggestAgain?: boolean | undefined;
}

export interface ItemContext {
  readonly token: Token;
  readonly offset: number;
  readonly abilities: ClientAbilities;
  readonly layout: Layout;
  readonly indent: string;
  /** What an item replaces, and what it replaces where the text behind the cursor stays. */
  readonly replace: Range;
  readonly insert: Range;
}

export function itemContext(
  document: PlistDocument,
  token: Token,
  offset: number,
  abilities: ClientAbilities,
): ItemContext {
  return {
    token,
    offset,
    abilities,
    layout: layoutOf(document),
    indent: indentAt(document.text, token.start),
    replace: rangeOf(document, token),
    insert: rangeOf(document, { start: token.start, end: offset }),
  };
}

export function toItem(context: ItemContext, proposal: Proposal): CompletionItem {
  const { abilities, token, offset, replace, insert } = context;
  const plain = plainOf(proposal.snippet);
  const isSnippet = abilities.snippets && plain !== proposal.snippet;
  const multiline = proposal.snippet.includes('\n');
  // Clients indent the lines of a snippet themselves unless told not to; a plain edit they leave as it is.
  const indentedByClient = isSnippet && !abilities.asIsInsert;
  const text = laidOut(
    isSnippet ? proposal.snippet : plain,
    context.layout,
    indentedByClient ? '' : context.indent,
  );
  const twoRanges = abilities.insertReplace && token.end > offset;
  return {
    label: proposal.label,
    kind: proposal.kind,
    filterText: proposal.filter,
    sortText: proposal.sort,
    textEdit: twoRanges ? InsertReplaceEdit.create(text, insert, replace) : TextEdit.replace(replace, text),
    insertTextFormat: isSnippet ? InsertTextFormat.Snippet : InsertTextFormat.PlainText,
    ...(multiline && abilities.asIsInsert ? { insertTextMode: InsertTextMode.asIs } : {}),
    ...detailOf(abilities, proposal),
    ...deprecation(abilities, proposal),
    ...(proposal.preselect ? { preselect: true } : {}),
    ...(proposal.suggestAgain && abilities.suggestCommand
      ? { command: { title: 'Suggest', command: abilities.suggestCommand } }
      : {}),
  };
}

function detailOf(abilities: ClientAbilities, { detail }: Proposal): Partial<CompletionItem> {
  if (detail === undefined) return {};
  return abilities.labelDetails ? { labelDetails: { description: detail } } : { detail };
}

function deprecation(abilities: ClientAbilities, { deprecated }: Proposal): Partial<CompletionItem> {
  if (!deprecated) return {};
  return abilities.completionTags ? { tags: [CompletionItemTag.Deprecated] } : { deprecated: true };
}

/**
 * What a client shall compare with what is typed, which may be `IOU`, `<IOU`, `<k` or `<key>IOU`.
 *
 * @param tag the tag that the inserted text begins with, `<key>`
 */
export function filterFor(token: Token, tag: string, word: string): string {
  if (!token.typed.startsWith('<')) return word;
  const name = token.typed.slice(1);
  const isTag = `${tag.slice(1)}`.startsWith(name) || name.startsWith(tag.slice(1));
  return isTag ? `${tag}${word}` : `<${word}`;
}
