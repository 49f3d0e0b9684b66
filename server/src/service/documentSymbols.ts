/** The outline: key names, with the value of short ones beside. */
import { type DocumentSymbol, type Position, SymbolKind } from 'vscode-languageserver-types';
import type { Entry, NodeKind, PlistNode } from '../plist/types.ts';
import type { PlistDocument } from '../workspace/types.ts';
import { isPersonalities } from './personality.ts';
import { positionsOf } from './text.ts';
import { bytesShortly, printable } from './valueWords.ts';

const KINDS: Record<NodeKind, SymbolKind> = {
  dict: SymbolKind.Object,
  array: SymbolKind.Array,
  string: SymbolKind.String,
  integer: SymbolKind.Number,
  real: SymbolKind.Number,
  boolean: SymbolKind.Boolean,
  date: SymbolKind.String,
  data: SymbolKind.String,
  key: SymbolKind.Key,
  unknown: SymbolKind.Null,
};

/** Keys of nested items that name what an item is, best first. */
const NAMING_KEYS = ['CFBundleIdentifier', 'IOUserClass', 'IOClass', 'UserClass', 'name', 'Name'];

/**
 * Symbols beyond this number are left out, the innermost first: no person reads so long an outline, and clients
 * choke on it. VS Code has its JSON server stop at 5,000.
 */
export const SYMBOL_LIMIT = 10_000;

/** Nested symbols in file order. Never throws; `[]` for a document without a dictionary or array. */
export function documentSymbols(document: PlistDocument, limit = SYMBOL_LIMIT): DocumentSymbol[] {
  const root = document.tree.root;
  if (!root) return [];
  const top: DocumentSymbol[] = [];
  const position = positionsOf(document);
  let count = 0;
  // A list of work instead of recursion: hostile files nest deeper than the stack. Level by level.
  const work: { node: PlistNode; into: DocumentSymbol[] }[] = [{ node: root, into: top }];
  for (const { node, into } of work) {
    if (count >= limit) break;
    const personalities = isPersonalities(node);
    const add = (name: string, key: PlistNode | undefined, value: PlistNode | undefined): void => {
      if (count++ >= limit) return;
      const symbol = symbolFor(position, name, key, value, personalities);
      into.push(symbol);
      if (value && (value.kind === 'dict' || value.kind === 'array') && !value.selfClosing) {
        symbol.children = [];
        work.push({ node: value, into: symbol.children });
      }
    };
    for (const { key, value } of node.entries) add(key.text, key, value);
    node.items.forEach((value, index) => {
      add(itemName(value, index), undefined, value);
    });
  }
  return top;
}

function itemName(value: PlistNode, index: number): string {
  if (value.kind !== 'dict') return `${index}`;
  for (const key of NAMING_KEYS) {
    const name = value.get(key)?.string?.trim();
    if (name) return `${index}: ${name}`;
  }
  return `${index}`;
}

function symbolFor(
  position: (offset: number) => Position,
  name: string,
  key: PlistNode | undefined,
  value: PlistNode | undefined,
  personality: boolean,
): DocumentSymbol {
  const own = key ?? value!;
  const start = position(own.start);
  const ownEnd = position(own.end);
  const isWhole = value === undefined || value.end <= own.end;
  return {
    // The protocol forbids empty names, and line breaks spoil an outline.
    name: inOneLine(name) || '(empty key)',
    detail: value ? ((personality ? personalityDetail(value) : undefined) ?? valueDetail(value)) : 'no value',
    kind: value
      ? personality && value.kind === 'dict'
        ? SymbolKind.Class
        : KINDS[value.kind]
      : SymbolKind.Null,
    range: { start, end: isWhole ? ownEnd : position(value.end) },
    selectionRange: { start, end: ownEnd },
  };
}

function inOneLine(text: string): string {
  return /^\S*$/.test(text) ? text : text.replace(/\s+/g, ' ').trim();
}

/** What a personality matches and what it makes; undefined where that does not stand there. */
function personalityDetail(value: PlistNode): string | undefined {
  let provider: PlistNode | undefined;
  let kernel: PlistNode | undefined;
  let user: PlistNode | undefined;
  for (const entry of value.entries) {
    if (isKey(entry, 'IOProviderClass')) provider = entry.value;
    else if (isKey(entry, 'IOUserClass')) user = entry.value;
    else if (isKey(entry, 'IOClass')) kernel = entry.value;
  }
  const [on, made] = [provider?.string?.trim(), (user ?? kernel)?.string?.trim()];
  return on && made ? `${made} on ${on}` : undefined;
}

/** Without decoding: a file may hold thousands of keys. */
function isKey({ key: { openEnd, closeStart, tree } }: Entry, name: string): boolean {
  return closeStart - openEnd === name.length && tree.text.startsWith(name, openEnd);
}

/** Of an item of a list its first few values. */
function dictDetail(dict: PlistNode): string {
  const { entries } = dict;
  const isLeaf = ({ value }: Entry): boolean => value?.kind === 'integer' || value?.kind === 'string';
  const isShort = !dict.key && entries.length > 0 && entries.length <= 4 && entries.every(isLeaf);
  if (isShort && !NAMING_KEYS.some((key) => dict.get(key)?.string?.trim())) {
    const words = entries.map(({ key, value }) => `${key.text.trim()} ${valueDetail(value!)}`).join(', ');
    if (words.length <= 80) return words;
  }
  return entries.length === 1 ? '1 key' : `${entries.length} keys`;
}

function dataDetail(data: Uint8Array): string {
  const text = printable(data);
  const size = data.length === 1 ? '1 byte' : `${data.length} bytes`;
  if (text !== undefined) return `${size}: "${text}"`;
  return data.length > 0 && data.length <= 8 ? `${size}: ${bytesShortly(data)}` : size;
}

/** A short form of a value for one line. */
export function valueDetail(value: PlistNode): string {
  switch (value.kind) {
    case 'dict':
      return dictDetail(value);
    case 'array':
      return value.items.length === 1 ? '1 item' : `${value.items.length} items`;
    case 'boolean':
      return value.tag;
    case 'data':
      return value.data ? dataDetail(value.data) : 'damaged data';
    case 'unknown':
      return `<${value.tag}>`;
    default: {
      const text = inOneLine(value.text);
      return text.length > 80 ? `${text.slice(0, 79)}…` : text;
    }
  }
}
