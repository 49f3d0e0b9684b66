/** Where in a plist the cursor stands, and what of the text a completion replaces. */
import type { PlistNode, TextRange } from '../../plist/types.ts';
import { openDocument } from '../../workspace/document.ts';
import type { PlistDocument } from '../../workspace/types.ts';
import { lineStart } from '../text.ts';

/** What an accepted item replaces: `[start, end)`; the cursor lies inside, on one line with both ends. */
export interface Token extends TextRange {
  /** What is typed so far: the text from `start` to the cursor. Clients filter by it. */
  readonly typed: string;
}

export type Place =
  /** Nothing but a prolog, blanks and perhaps the start of a word. */
  | { readonly at: 'empty-document'; readonly token: Token; readonly hasProlog: boolean }
  | {
      readonly at: 'comment';
      readonly token: Token;
      /** What the comment holds before the token. */
      readonly lead: string;
    }
  /** After `</`. */
  | { readonly at: 'closing-tag'; readonly token: Token; readonly tag: string }
  /** In the name of a tag of an element with content: only the name is replaced. */
  | { readonly at: 'tag-name'; readonly token: Token }
  /** A key may stand here; the token is all of what is typed of it, tags included. */
  | {
      readonly at: 'key';
      readonly token: Token;
      readonly document: PlistDocument;
      readonly dict: PlistNode;
      /** Inside `<key>…</key>`: the text alone is replaced. */
      readonly contentOnly: boolean;
      /** A value without a key of its own stands behind: no second one is written. */
      readonly valueFollows: boolean;
      /** The key that is being edited, with what is there of it. */
      readonly own: string | undefined;
    }
  /** A value may stand here: of a key, of an array, or the root. */
  | {
      readonly at: 'value';
      readonly token: Token;
      readonly document: PlistDocument;
      readonly owner: PlistNode | undefined;
      readonly key: string | undefined;
      /** Inside `<string>…</string>` and the like: the element's name. */
      readonly contentOf: string | undefined;
      /** A build variable is begun; the token is it alone. */
      readonly variable: boolean;
    };

const LEAVES = new Set(['key', 'string', 'integer', 'real', 'date', 'data']);
const VALUE_AHEAD = /^<(?:string|integer|real|true|false|date|data|dict|array)\b/;
/** Longest piece of text that is looked at before the cursor for the start of a tag. */
const REACH = 5000;

/** Never throws; `undefined` where nothing can be proposed (in a declaration, between a key and its value). */
export function placeAt(document: PlistDocument, offset: number): Place | undefined {
  const { text, tree } = document;
  const comment = tree.comments.find(({ content }) => content.start <= offset && offset <= content.end);
  if (comment) return commentPlace(text, comment.content, offset);
  const empty = emptyDocument(document, offset);
  if (empty) return empty;

  const before = text.slice(Math.max(0, offset - REACH), offset);
  const tag = /<(\/?)([A-Za-z]*)$/.exec(before);
  if (tag)
    return tag[1] ? closingTag(document, offset, tag[0].length) : openingTag(document, offset, tag[0].length);
  if (before.lastIndexOf('<') > before.lastIndexOf('>')) return undefined;
  return leafPlace(document, offset) ?? wordPlace(document, offset);
}

function commentPlace(text: string, content: TextRange, offset: number): Place {
  const lead = text.slice(content.start, offset);
  const start = offset - (/[^\s,]*$/.exec(lead)?.[0].length ?? 0);
  const end = offset + (/^[\w/*:]*(?:-\w+)*/.exec(text.slice(offset, content.end))?.[0].length ?? 0);
  return {
    at: 'comment',
    token: token(text, start, Math.min(end, content.end), offset),
    lead: text.slice(content.start, start),
  };
}

function emptyDocument({ text, tree }: PlistDocument, offset: number): Place | undefined {
  if (tree.plist || text.length > REACH) return undefined;
  if (tree.root && tree.root.kind !== 'unknown') return undefined;
  const rest = text
    .replace(/^\uFEFF/, ' ')
    .replace(/<\?xml[^>]*\?>|<!DOCTYPE[^>]*>|<!--[\s\S]*?-->/g, (prolog) => ' '.repeat(prolog.length));
  const word = /^\s*(<?[A-Za-z-]*>?)\s*$/.exec(rest);
  if (!word) return undefined;
  const typed = word[1] ?? '';
  const start = typed ? rest.indexOf(typed) : offset;
  if (offset < start || offset > start + typed.length) return undefined;
  // In front of or inside the prolog nothing may stand.
  if (rest.slice(0, offset).length > 0 && /\S/.test(text.slice(offset)) && !typed) return undefined;
  return {
    at: 'empty-document',
    token: token(text, start, start + typed.length, offset),
    hasProlog: /<\?xml|<!DOCTYPE/.test(text),
  };
}

function closingTag(document: PlistDocument, offset: number, length: number): Place | undefined {
  const { text } = document;
  const start = offset - length;
  const end = offset + (/^[A-Za-z]*>?/.exec(text.slice(offset, offset + 50))?.[0].length ?? 0);
  const leaf = /<([A-Za-z]+)(?:\s[^<>]*)?>[^<>]*$/.exec(text.slice(Math.max(0, start - REACH), start));
  if (leaf?.[1] && LEAVES.has(leaf[1])) {
    return { at: 'closing-tag', token: token(text, start, end, offset), tag: leaf[1] };
  }
  const without = blanked(document, start, end);
  const container = containerAt(without, start);
  const tag = container?.tag ?? (without.tree.plist ? 'plist' : undefined);
  return tag ? { at: 'closing-tag', token: token(text, start, end, offset), tag } : undefined;
}

function openingTag(document: PlistDocument, offset: number, length: number): Place | undefined {
  const { text } = document;
  const start = offset - length;
  const rest = text.slice(offset, offset + REACH);
  const name = /^[A-Za-z]*/.exec(rest)?.[0] ?? '';
  const nameEnd = offset + name.length;
  const whole = text.slice(start + 1, nameEnd);
  const after = text.slice(nameEnd, nameEnd + REACH);
  const emptyElement = new RegExp(`^>[ \\t]*</${whole}>`).exec(after);
  if (emptyElement) return structural(document, start, nameEnd + emptyElement[0].length, offset);
  if (/^(?:\s[^<>]*)?\/?>/.test(after) && whole !== '' && !/^\s*\/?>\s*$/m.test(after.split('\n')[0] ?? '')) {
    return { at: 'tag-name', token: token(text, start + 1, nameEnd, offset) };
  }
  const close = /^\s*\/?>/.exec(after.split('\n')[0] ?? '');
  return structural(document, start, nameEnd + (close?.[0].length ?? 0), offset);
}

/** Inside the text of a key or of a value that is written as text. */
function leafPlace(document: PlistDocument, offset: number): Place | undefined {
  const { text } = document;
  const from = Math.max(0, offset - REACH);
  const before = text.slice(from, offset);
  const open = /<([A-Za-z]+)(?:\s[^<>]*)?>([^<>]*)$/.exec(before);
  const tag = open?.[1];
  if (!open || !tag || !LEAVES.has(tag)) return undefined;
  const start = from + open.index;
  const contentStart = offset - (open[2]?.length ?? 0);
  const next = text.indexOf('<', offset);
  const contentEnd = next < 0 ? text.length : next;
  const close = new RegExp(`^</${tag}\\s*>`).exec(text.slice(contentEnd, contentEnd + 50));
  if (!close) {
    const line = /[\r\n]/.exec(text.slice(offset, contentEnd));
    const lineEnd = line ? offset + line.index : contentEnd;
    if (/[\r\n]/.test(text.slice(start, offset))) return undefined;
    const end = offset + text.slice(offset, lineEnd).trimEnd().length;
    return structural(document, start, end, offset, tag);
  }
  const end = contentEnd + close[0].length;
  const content = contentToken(text, contentStart, contentEnd, offset);
  if (!content) return undefined;
  if (tag !== 'key') return valueContent(document, content, start, tag);
  const oneLine = !/[\r\n]/.test(text.slice(start, end));
  if (!valueAhead(document, end) && oneLine) return structural(document, start, end, offset, 'key');
  const dict = containerAt(document, start);
  if (dict?.kind !== 'dict') return undefined;
  const own = text.slice(contentStart, contentEnd).trim();
  return { at: 'key', token: content, document, dict, contentOnly: true, valueFollows: true, own };
}

/** The content without the blanks around it, cut to the cursor's line. */
function contentToken(text: string, start: number, end: number, offset: number): Token | undefined {
  const content = text.slice(start, end);
  const trimmedStart = start + content.length - content.trimStart().length;
  const from = Math.min(offset, trimmedStart);
  const to = Math.max(offset, from + text.slice(from, end).trimEnd().length);
  if (/[\r\n]/.test(text.slice(from, to))) return undefined;
  return token(text, from, to, offset);
}

function valueContent(document: PlistDocument, content: Token, start: number, tag: string): Place {
  const owner = containerAt(document, start);
  const variable = tag === 'string' ? variableToken(document.text, content) : undefined;
  return {
    at: 'value',
    variable: variable !== undefined,
    token: variable ?? content,
    document,
    owner,
    key: owner?.kind === 'dict' ? pendingKey(owner, start)?.name : undefined,
    contentOf: tag,
  };
}

/** `$(NAME` or `${NAME` before the cursor, with the bracket that an editor put behind it. */
function variableToken(text: string, content: Token): Token | undefined {
  const begun = /\$[({]?\w*$/.exec(content.typed);
  if (!begun) return undefined;
  const start = content.start + begun.index;
  const offset = start + begun[0].length;
  const rest = /^\w*[)}]?/.exec(text.slice(offset, content.end))?.[0] ?? '';
  return token(text, start, offset + rest.length, offset);
}

/** A bare word, or nothing at all, between elements. */
function wordPlace(document: PlistDocument, offset: number): Place | undefined {
  const { text } = document;
  const start = offset - (/[^\s<>]*$/.exec(text.slice(Math.max(0, offset - REACH), offset))?.[0].length ?? 0);
  const end = offset + (/^[^\s<>]*/.exec(text.slice(offset, offset + REACH))?.[0].length ?? 0);
  return structural(document, start, end, offset);
}

/** A place for an element. What is typed of it is taken out first, so that the tree around it is whole. */
function structural(
  document: PlistDocument,
  start: number,
  end: number,
  offset: number,
  tag?: string,
): Place | undefined {
  const { text } = document;
  const whole = blanked(document, start, end);
  const piece = token(text, start, end, offset);
  const container = containerAt(whole, start);
  if (!container) {
    const { plist, root } = whole.tree;
    const free = plist && !root && plist.openEnd <= start && start <= plist.closeStart;
    if (!free) return undefined;
    return elementPlace(whole, piece, undefined, undefined);
  }
  if (container.kind === 'array') return elementPlace(whole, piece, container, undefined);
  if (container.kind !== 'dict') return undefined;
  const pending = tag === 'key' ? undefined : pendingKey(container, start);
  if (pending) {
    // Between a key and its value nothing more may stand.
    if (pending.hasValue) return undefined;
    return elementPlace(whole, piece, container, pending.name);
  }
  return {
    at: 'key',
    token: piece,
    document: whole,
    dict: container,
    contentOnly: false,
    valueFollows: valueAhead(document, end),
    own: undefined,
  };
}

/** A place for a whole element. */
function elementPlace(
  document: PlistDocument,
  piece: Token,
  owner: PlistNode | undefined,
  key: string | undefined,
): Place {
  return { at: 'value', token: piece, document, owner, key, contentOf: undefined, variable: false };
}

/** The key before the offset whose value, if it has one, begins at or behind it. */
function pendingKey(dict: PlistNode, offset: number): { name: string; hasValue: boolean } | undefined {
  const entries = dict.entries;
  // The last entry whose key ends before the offset, by halving: dictionaries may hold thousands.
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (entries[middle]!.key.end <= offset) low = middle + 1;
    else high = middle;
  }
  const entry = entries[low - 1];
  if (!entry) return undefined;
  if (!entry.value) return { name: entry.key.text, hasValue: false };
  return entry.value.start >= offset ? { name: entry.key.text, hasValue: true } : undefined;
}

/**
 * The dictionary, array or foreign element that the offset lies directly in. One that has no closing tag yet and
 * ends, as the parser guesses, right before the offset counts: who has just typed `<dict>` goes on inside it.
 */
export function containerAt(document: PlistDocument, offset: number): PlistNode | undefined {
  const { tree } = document;
  let node = tree.nodeAt(offset);
  while (node) {
    const inside = !node.selfClosing && node.openEnd <= offset && offset <= node.closeStart;
    if (inside && (isContainer(node) || node.kind === 'unknown')) {
      return openBefore(document, node, offset) ?? node;
    }
    node = node.parent;
  }
  if (!tree.root || !isOpenAt(document, tree.root, offset)) return undefined;
  return openBefore(document, tree.root, offset) ?? tree.root;
}

/** The innermost open dictionary or array at the end of this one. */
function openBefore(document: PlistDocument, container: PlistNode, offset: number): PlistNode | undefined {
  let found: PlistNode | undefined;
  for (let node: PlistNode | undefined = container; node; ) {
    const children: readonly (PlistNode | undefined)[] =
      node.kind === 'dict' ? node.entries.map(({ value }) => value) : node.items;
    const last: PlistNode | undefined = children.findLast((child) => child && child.start < offset);
    node = last && isOpenAt(document, last, offset) ? last : undefined;
    found = node ?? found;
  }
  return found;
}

function isContainer({ kind }: PlistNode): boolean {
  return kind === 'dict' || kind === 'array';
}

/** True for a container without closing tag that only blanks part from the offset. */
function isOpenAt({ text }: PlistDocument, node: PlistNode, offset: number): boolean {
  if (!isContainer(node) || node.selfClosing || node.closeStart !== node.end) return false;
  if (node.end > offset || text.slice(node.end, offset).trim() !== '') return false;
  return node.entries.length + node.items.length === 0 || isDeeper(text, offset, node.start);
}

/** True when the line of one offset is indented more than that of another. */
function isDeeper(text: string, offset: number, than: number): boolean {
  const indent = (at: number) => /^[ \t]*/.exec(text.slice(lineStart(text, at), at))?.[0].length ?? 0;
  return indent(offset) > indent(than);
}

/** True when the next element behind the offset, comments aside, is a value. */
function valueAhead({ text, tree }: PlistDocument, offset: number): boolean {
  let at = offset;
  for (;;) {
    while (at < text.length && /\s/.test(text[at] ?? '')) at++;
    const comment = text.startsWith('<!--', at) ? tree.comments.find(({ start }) => start === at) : undefined;
    if (!comment) return VALUE_AHEAD.test(text.slice(at, at + 20));
    at = comment.end;
  }
}

/** The document with a piece of text taken out; blanks in its place keep all offsets. */
function blanked(document: PlistDocument, start: number, end: number): PlistDocument {
  const { text, uri, version, kind } = document;
  if (text.slice(start, end).trim() === '') return document;
  const without = text.slice(0, start) + ' '.repeat(end - start) + text.slice(end);
  return openDocument(uri, without, version, kind.by === 'chosen' ? { kind: kind.kind } : {});
}

function token(text: string, start: number, end: number, offset: number): Token {
  return { start, end, typed: text.slice(start, offset) };
}
