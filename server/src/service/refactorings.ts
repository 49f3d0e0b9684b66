/**
 * Rewriting that mends nothing: numbers between decimal and hex, required keys, order of keys, copies, dictionaries
 * drawn out of others.
 */
import { applyEdits, insertEntry, setText, wrapInArray } from '../plist/edit.ts';
import { encodeText } from '../plist/entities.ts';
import type { Entry, PlistNode, TextEdit, TextRange } from '../plist/types.ts';
import type { LintOptions } from '../rules/lint.ts';
import type { PlistDocument } from '../workspace/types.ts';
import { plainOf, valueSnippet } from './completion/snippet.ts';
import { extractSelected, inlineDictionary } from './extract.ts';
import { extractUserClient, intoPersonality } from './extractUserClient.ts';
import { evaluationOf, schemasAt } from './knowledge.ts';
import { isPersonality } from './personality.ts';
import { allowedTypes, namesType } from './schemaInfo.ts';
import { indentAt, layoutOf } from './text.ts';

export interface Refactoring {
  readonly title: string;
  readonly edits: readonly TextEdit[];
  /** Default: `refactor.rewrite`. */
  readonly kind?: string;
  /** A word of the first edit that the person may want to change; a client that can puts the cursor on it. */
  readonly toName?: string | undefined;
}

/**
 * What can be rewritten at a place: the number there, the dictionary whose key or tag is there, the pairs that are
 * selected. Never throws.
 */
export function refactoringsAt(
  document: PlistDocument,
  selection: TextRange,
  options: LintOptions = {},
): Refactoring[] {
  const covered = document.text.slice(selection.start, selection.end);
  // Who selects lines begins in front of the indentation.
  const offset = selection.start + (covered.trim() === '' ? 0 : covered.search(/\S/));
  const extracted = extractSelected(document, selection, options);
  const node = document.tree.nodeAt(offset);
  if (!node) return extracted;
  const wrapped = wrapWhereListed(document, node, options);
  if (node.kind === 'integer') return [...otherBase(node), ...wrapped, ...extracted];
  const dict = dictAt(node, offset);
  const userClient = extractUserClient(document, node, dict);
  if (!dict) return [...userClient, ...wrapped, ...extracted];
  return [
    ...userClient,
    ...intoPersonality(document, dict),
    ...inlineDictionary(document, dict, options),
    ...extracted,
    ...addRequired(document, dict, options),
    ...sortKeys(document, dict),
    ...duplicate(document, dict),
    ...move(document, dict),
    ...wrapped,
  ];
}

/** The dictionary that the offset names: by its key, or by one of its tags. */
function dictAt(node: PlistNode, offset: number): PlistNode | undefined {
  if (node.kind === 'key') {
    const value = node.parent?.entries.find(({ key }) => key.id === node.id)?.value;
    return value?.kind === 'dict' ? value : undefined;
  }
  const onTag = offset <= node.openEnd || offset >= node.closeStart;
  return node.kind === 'dict' && onTag ? node : undefined;
}

/** The kernel's own reader takes hexadecimal digits in lower case only (IOKitUser IOCFUnserialize.yacc). */
function otherBase(node: PlistNode): Refactoring[] {
  const value = node.integer;
  if (value === undefined || value < 0n) return [];
  const text = node.integerForm === 'hex' ? String(value) : `0x${value.toString(16)}`;
  const title = node.integerForm === 'hex' ? `Write as decimal ${text}` : `Write as hexadecimal ${text}`;
  return [{ title, edits: setText(node, text) }];
}

function addRequired(document: PlistDocument, dict: PlistNode, options: LintOptions): Refactoring[] {
  const keys = evaluationOf(document, options)?.keysFor(dict) ?? [];
  const missing = keys.filter(({ key, required }) => required && !dict.keyNode(key));
  if (missing.length < 2) return [];
  const edits = missing.flatMap(({ key, schemas }) =>
    insertEntry(dict, key, { xml: plainOf(valueSnippet(schemas)) }),
  );
  return [{ title: `Add the ${missing.length} required keys`, edits }];
}

/** Only where each key has its value and no comment stands between: a comment belongs to a place. */
function sortKeys(document: PlistDocument, dict: PlistNode): Refactoring[] {
  const { entries } = dict;
  if (entries.length < 2 || entries.some(({ value }) => !value)) return [];
  const commented = document.tree.comments.some(
    ({ start }) =>
      dict.openEnd <= start &&
      start < dict.closeStart &&
      !entries.some(({ value }) => value && value.start < start && start < value.end),
  );
  if (commented) return [];
  const pieces = entries.map(({ key, value }) => ({ name: key.text, start: key.start, end: value!.end }));
  const sorted = [...pieces].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.start - b.start));
  if (sorted.every((piece, index) => piece === pieces[index])) return [];
  const { text } = document;
  const edits = pieces.map(({ start, end }, index) => {
    const piece = sorted[index]!;
    return { start, end, newText: text.slice(piece.start, piece.end) };
  });
  return [{ title: 'Sort the keys', edits }];
}

/** Where the key takes a list as well as one value. */
function wrapWhereListed(document: PlistDocument, node: PlistNode, options: LintOptions): Refactoring[] {
  const parent = node.parent?.kind;
  if (node.kind === 'key' || node.kind === 'array' || node.kind === 'unknown' || parent !== 'dict') return [];
  const schemas = schemasAt(evaluationOf(document, options), node);
  if (!namesType(schemas) || !allowedTypes(schemas).includes('array')) return [];
  return [{ title: 'Wrap in an array', edits: wrapInArray(node) }];
}

/** A personality before or after its neighbour, each with the comments above it. */
function move(document: PlistDocument, dict: PlistNode): Refactoring[] {
  const { key, parent } = dict;
  if (!key || !parent || !isPersonality(dict)) return [];
  const { entries } = parent;
  const own = entries.findIndex((entry) => entry.key.id === key.id);
  const swap = (first: number, title: string): Refactoring[] => {
    const [a, b] = [blockOf(document, entries, first), blockOf(document, entries, first + 1)];
    if (!a || !b) return [];
    const textOf = ({ start, end }: TextRange): string => document.text.slice(start, end);
    const edits = [
      { ...a, newText: textOf(b) },
      { ...b, newText: textOf(a) },
    ];
    return [{ title: `${title} ${key.text.trim()}`, edits }];
  };
  return [...swap(own - 1, 'Move up the personality'), ...swap(own, 'Move down the personality')];
}

/** Key, value, and the comments on lines of their own between the entry before and the key. */
function blockOf(
  { tree, text }: PlistDocument,
  entries: readonly Entry[],
  index: number,
): TextRange | undefined {
  const entry = entries[index];
  if (!entry?.value) return undefined;
  const before = entries[index - 1];
  const from = before?.value?.end ?? before?.key.end ?? entry.key.parent?.openEnd ?? entry.key.start;
  const lineBreak = text.indexOf('\n', from);
  const above = tree.comments.find(
    ({ start }) => from <= start && start < entry.key.start && start > lineBreak,
  );
  const start = lineBreak < 0 ? entry.key.start : (above?.start ?? entry.key.start);
  return { start, end: entry.value.end };
}

/** A copy of a personality under a name of its own, behind it. */
function duplicate(document: PlistDocument, dict: PlistNode): Refactoring[] {
  const { key, parent } = dict;
  if (!key || !parent || !isPersonality(dict)) return [];
  let name = `${key.text.trim()} copy`;
  for (let count = 2; parent.keyNode(name); count++) name = `${key.text.trim()} copy ${count}`;
  const { text } = document;
  const from = key.start;
  const copy = applyEdits(text.slice(from, dict.end), [
    { start: key.openEnd - from, end: key.closeStart - from, newText: encodeText(name) },
  ]);
  const newText = layoutOf(document).eol + indentAt(text, key.start) + copy;
  return [
    {
      title: `Duplicate the personality ${key.text.trim()}`,
      edits: [{ start: dict.end, end: dict.end, newText }],
    },
  ];
}
