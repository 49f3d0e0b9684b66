/**
 * Pairs into a dictionary of their own, and back. Only whole lines come and go: the text of what moves stays, but for
 * its indentation, and every edit of several lines begins at the start of a line. VS Code indents the further lines
 * of an edit beside a snippet as far as the line that the edit begins in.
 */
import { encodeText } from '../plist/entities.ts';
import { commentsAbove, indentedLines, layoutOf, pastTrailingComments } from '../plist/layout.ts';
import { indentOf, isFirstOnLine } from '../plist/scan.ts';
import type { Entry, PlistNode, PlistTree, TextEdit, TextRange } from '../plist/types.ts';
import type { LintOptions } from '../rules/lint.ts';
import type { PlistDocument } from '../workspace/types.ts';
import { evaluationOf } from './knowledge.ts';
import { isPersonalities } from './personality.ts';
import type { Refactoring } from './refactorings.ts';
import { allowedTypes } from './schemaInfo.ts';
import { lineStart } from './text.ts';

/** A pair with the comments that belong to it, the lines that it stands on alone. */
export interface Block extends TextRange {
  readonly entry: Entry;
  /** Where the pair's own text begins, behind the indentation. */
  readonly first: number;
}

/** The block of a pair; undefined where it shares a line with other markup, or has no value. */
export function blockOf(entry: Entry): Block | undefined {
  const { key, value } = entry;
  if (!value) return undefined;
  const { tree } = key;
  const first = commentsAbove(tree, key.start);
  if (!isFirstOnLine(tree.text, first)) return undefined;
  const end = nextLine(tree.text, pastTrailingComments(tree, value.end));
  return end === undefined ? undefined : { entry, first, start: lineStart(tree.text, first), end };
}

/** Where the next line begins; undefined where more than blanks stand before it, or nothing behind it. */
function nextLine(text: string, offset: number): number | undefined {
  const rest = /^[ \t]*(?:\r\n|\n|\r)/.exec(text.slice(offset, offset + 1000))?.[0];
  return rest === undefined ? undefined : offset + rest.length;
}

/** What a new dictionary is called and holds beside the pairs that move into it. */
export interface NewDictionary {
  readonly name: string;
  /** Pairs of its own, before the others: key and text. */
  readonly pairs?: readonly (readonly [key: string, text: string])[];
  /** Keys that get another name on the way. */
  readonly renamed?: ReadonlyMap<number, string>;
  /** What of the new text the person may want to change: the name, or the text of a pair. */
  readonly toName?: string;
}

/**
 * Edits that put blocks of one dictionary into a new one where the first of them stands. Blocks are in the order of
 * their place. The first edit opens the new dictionary.
 */
export function intoDictionary(blocks: readonly Block[], dictionary: NewDictionary): TextEdit[] {
  const [head] = blocks;
  const parent = head?.entry.key.parent;
  if (!head || !parent) return [];
  const { text } = head.entry.key.tree;
  const { eol, unit } = layoutOf(parent);
  const indent = indentOf(text, head.first);
  const { name, pairs = [], renamed = new Map<number, string>() } = dictionary;
  const own = pairs.flatMap(([key, value]) => [
    `${unit}<key>${encodeText(key)}</key>`,
    `${unit}<string>${encodeText(value)}</string>`,
  ]);
  const opening = [`<key>${encodeText(name)}</key>`, '<dict>', ...own];
  const lines = opening.map((line) => indent + line + eol).join('');
  // The first line's own step stands in this edit too: not every client keeps two insertions at one place in order.
  const edits: TextEdit[] = [{ start: head.start, end: head.start, newText: lines + unit }];
  let end = head.start;
  let last = head;
  let moved = '';
  for (const block of blocks) {
    const { key } = block.entry;
    const inner = [
      ...lineStartsOf(block)
        .filter((at) => at !== head.start)
        .map((at) => ({ start: at, end: at, newText: unit })),
      ...(renamed.has(key.id)
        ? [{ start: key.openEnd, end: key.closeStart, newText: encodeText(renamed.get(key.id)!) }]
        : []),
    ];
    if (block === head || !dividing(parent, last, block)) {
      const between = commentLines(block.entry.key.tree, end, block.start);
      edits.push(...between.map((at) => ({ start: at, end: at, newText: unit })), ...inner);
      last = block;
      end = Math.max(end, block.end);
      continue;
    }
    // Further down: its lines are taken out and follow the others.
    moved += applied(text, block, inner);
    edits.push({ start: block.start, end: block.end, newText: '' });
  }
  edits.push({ start: end, end, newText: `${moved}${indent}</dict>${eol}` });
  return edits;
}

/** Another pair stands between two. */
function dividing(dict: PlistNode, a: Block, b: Block): boolean {
  return dict.entries.some(({ key }) => a.end <= key.start && key.start < b.entry.key.start);
}

/** Starts of the lines that comments begin between two offsets. */
function commentLines({ comments, text }: PlistTree, from: number, to: number): number[] {
  return comments
    .filter(({ start }) => from <= start && start < to && isFirstOnLine(text, start))
    .map(({ start }) => lineStart(text, start));
}

function applied(text: string, { start, end }: TextRange, edits: readonly TextEdit[]): string {
  let result = '';
  let at = start;
  for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
    result += text.slice(at, edit.start) + edit.newText;
    at = edit.end;
  }
  return result + text.slice(at, end);
}

/**
 * Starts of the lines of a block that begin with a tag, a comment or the bytes of a data, in which blanks mean nothing;
 * lines of other texts are not among them.
 */
function lineStartsOf({ entry: { key, value }, first }: Block): number[] {
  const { tree } = key;
  const nodes = value ? [key, value] : [key];
  const places = nodes.flatMap((node) => [node.start, ...indentedLines(node)]);
  const { text } = tree;
  const lines = places.filter((at) => isFirstOnLine(text, at)).map((at) => lineStart(text, at));
  return [
    ...commentLines(tree, first, key.start),
    ...commentLines(tree, key.end, value?.start ?? key.end),
    ...(value ? dataLines(value) : []),
    ...lines,
  ].sort((a, b) => a - b);
}

/** Starts of the lines that hold nothing but bytes, in a value and all that is in it. */
function dataLines(value: PlistNode): number[] {
  const { tree } = value;
  const found: number[] = [];
  for (let id = value.id; id < tree.size && tree.node(id).start < value.end; id++) {
    const { kind, openEnd, closeStart } = tree.node(id);
    if (kind !== 'data') continue;
    const content = tree.text.slice(openEnd, closeStart);
    for (const { index } of content.matchAll(/(?<=[\r\n])[ \t]*[A-Za-z0-9+/=]/g)) found.push(openEnd + index);
  }
  return found;
}

/** Pairs that a selection covers; several may be covered in part, one alone must be covered whole. */
export function extractSelected(
  document: PlistDocument,
  selection: TextRange,
  options: LintOptions,
): Refactoring[] {
  if (selection.start >= selection.end) return [];
  const dict = dictAround(document, selection);
  if (!dict || !mayNest(document, dict)) return [];
  const touched = dict.entries.filter(
    ({ key, value }) => key.start < selection.end && selection.start < (value ?? key).end,
  );
  const [only] = touched;
  const whole = only && selection.start <= only.key.start && (only.value?.end ?? 0) <= selection.end;
  if (!only || (touched.length === 1 && !whole)) return [];
  const blocks = touched.map(blockOf).filter((block) => block !== undefined);
  if (blocks.length < touched.length) return [];
  const evaluation = evaluationOf(document, options);
  const required = evaluation?.keysFor(dict) ?? [];
  const left = (name: string): boolean =>
    dict.entries.some(({ key }) => key.text === name && !touched.some((entry) => entry.key.id === key.id));
  // Without one of these the dictionary around it would be broken.
  const breaks = required.some(
    (one) => one.required && !left(one.key) && touched.some(({ key }) => key.text === one.key),
  );
  if (breaks) return [];
  const isClient = touched.some(({ value }) => value?.string?.trim() === 'IOUserUserClient');
  const name = freeName(dict, isClient ? 'UserClientProperties' : 'Properties');
  // OSBundleLibraries holds versions only, for one.
  if (evaluation && !allowedTypes(evaluation.schemasForKey(dict, name)).includes('dict')) return [];
  const what = touched.length === 1 ? only.key.text.trim() : `${touched.length} keys`;
  return [
    {
      title: `Extract ${what} into a dictionary`,
      kind: 'refactor.extract',
      edits: intoDictionary(blocks, { name }),
      toName: name,
    },
  ];
}

/** The innermost dictionary that holds the whole selection between its tags. */
function dictAround({ tree }: PlistDocument, { start, end }: TextRange): PlistNode | undefined {
  let node = tree.nodeAt(start);
  while (node && !(node.kind === 'dict' && node.openEnd <= start && end <= node.closeStart)) {
    node = node.parent;
  }
  return node;
}

/** At the top of a driver's files and among its personalities the system knows where each key stands. */
function mayNest({ kind }: PlistDocument, dict: PlistNode): boolean {
  if (kind.kind === 'plist') return true;
  return dict.parent !== undefined && !isPersonalities(dict);
}

/** `name`, `OtherName`, `Other2Name` …: the first that is no key of the dictionary, with the same end. */
function freeName(dict: PlistNode, name: string): string {
  let free = name;
  for (let count = 1; dict.keyNode(free); count++) free = `Other${count > 1 ? count : ''}${name}`;
  return free;
}

/** The pairs of a dictionary of the author's own into the one around it: the other way round. */
export function inlineDictionary(
  document: PlistDocument,
  dict: PlistNode,
  options: LintOptions,
): Refactoring[] {
  const { key, parent } = dict;
  if (!key || parent?.kind !== 'dict' || !mayNest(document, parent) || dict.entries.length === 0) return [];
  const schemas = evaluationOf(document, options)?.schemasForKey(parent, key.text) ?? [];
  if (schemas.some(({ markdownDescription, description }) => markdownDescription ?? description)) return [];
  if (dict.entries.some(({ key: inner }) => parent.keyNode(inner.text))) return [];
  const { text } = document;
  const lines = [
    { start: key.start, end: key.end },
    { start: dict.start, end: dict.openEnd },
    { start: dict.closeStart, end: dict.end },
  ].map((tag) => wholeLine(text, tag));
  const blocks = dict.entries.map(blockOf);
  const { unit } = layoutOf(dict);
  const edits: TextEdit[] = [];
  for (const line of lines) {
    if (!line) return [];
    edits.push({ ...line, newText: '' });
  }
  for (const block of blocks) {
    if (!block) return [];
    for (const start of lineStartsOf(block)) {
      if (text.startsWith(unit, start)) edits.push({ start, end: start + unit.length, newText: '' });
    }
  }
  return [{ title: `Inline the dictionary ${key.text.trim()}`, kind: 'refactor.inline', edits }];
}

/** The line of a tag that stands on it alone. */
function wholeLine(text: string, { start, end }: TextRange): TextRange | undefined {
  const next = nextLine(text, end);
  return next === undefined || !isFirstOnLine(text, start)
    ? undefined
    : { start: lineStart(text, start), end: next };
}
