/**
 * Changes to a document as text edits over its tree: bytes outside an edit stay. New lines follow the layout
 * of their neighbours (indentation, line ends, key and value on one line or two); comments stay where they
 * are. Each function is pure and answers edits that refer to `node.tree.text`; apply them with
 * {@link applyEdits}. Nodes must be of one tree. None throws on a broken tree; where nothing can be done the
 * answer is no edit.
 */
import { encodeText } from './entities.ts';
import {
  type ContainerLayout,
  commentsAbove,
  indentedLines,
  layoutOf,
  pastTrailingComments,
  withLine,
} from './layout.ts';
import { printValue } from './print.ts';
import { indentOf, trimBack } from './scan.ts';
import type { NodeKind, PlistNode, TextEdit } from './types.ts';
import type { PlistValue } from './value.ts';

/** A value as the text of an element: lines parted by `\n`, indented by tabs; both are fitted to the file. */
export interface RawValue {
  readonly xml: string;
}

export type NewValue = PlistValue | RawValue;

/** Where a new entry goes; default: to the end. */
export interface EntryPlace {
  /** After the entry of this key. */
  readonly after?: string;
  /** Before the entry of this key. */
  readonly before?: string;
  /** `first`: before all others. `sorted`: in order, if the keys are in order; else to the end. */
  readonly at?: 'first' | 'sorted' | 'end';
}

/** Applies edits that do not overlap, in any order. Of two insertions at one place the first comes first. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  if (edits.length === 0) return text;
  const sorted = [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
  const parts: string[] = [];
  let pos = 0;
  for (const edit of sorted) {
    parts.push(text.slice(pos, Math.max(pos, edit.start)), edit.newText);
    pos = Math.max(pos, edit.end);
  }
  parts.push(text.slice(pos));
  return parts.join('');
}

function isRaw(value: NewValue): value is RawValue {
  return typeof value === 'object' && 'xml' in value;
}

/** The text of a new value on a line with indentation `base`. */
function valueText(value: NewValue, layout: ContainerLayout, base: string): string {
  if (!isRaw(value)) {
    const style = layout.lines ? 'lines' : 'inline';
    return printValue(value, { indent: layout.unit, eol: layout.eol, base, layout: style });
  }
  const lines = value.xml.trim().split(/\r?\n/);
  if (!layout.lines) return lines.map((line) => line.trim()).join('');
  return lines
    .map((line, i) => {
      const tabs = /^\t*/.exec(line)![0].length;
      return i === 0 ? line : base + layout.unit.repeat(tabs) + line.slice(tabs);
    })
    .join(layout.eol);
}

/** The container that a node stands in, or the node itself for the root. */
function surroundings(node: PlistNode): ContainerLayout {
  return layoutOf(node.parent ?? node);
}

/** Sets the text of a key or of a string, integer, real, date or data. `text` is plain: it is escaped here. */
export function setText(node: PlistNode, text: string): TextEdit[] {
  if (node.kind === 'dict' || node.kind === 'array' || node.kind === 'boolean') return [];
  const newText = encodeText(text);
  const source = node.tree.text;
  if (node.selfClosing) {
    const slash = source.endsWith('/>', node.openEnd)
      ? trimBack(source, node.openEnd - 2, node.start)
      : node.openEnd;
    return [{ start: slash, end: node.end, newText: `>${newText}</${node.tag}>` }];
  }
  const close = node.end === node.closeStart ? `</${node.tag}>` : '';
  if (close === '' && source.slice(node.openEnd, node.closeStart) === newText) return [];
  return [{ start: node.openEnd, end: node.closeStart, newText: newText + close }];
}

/** Replaces a value, its whole element, by another one. */
export function replaceValue(node: PlistNode, value: NewValue): TextEdit[] {
  if (node.kind === 'key') return [];
  const { text } = node.tree;
  const base = indentOf(text, node.start);
  return [{ start: node.start, end: node.end, newText: valueText(value, surroundings(node), base) }];
}

/** Renames a key; `node` is the key or its value. */
export function renameKey(node: PlistNode, name: string): TextEdit[] {
  const key = node.kind === 'key' ? node : node.key;
  return key ? setText(key, name) : [];
}

/** Sets the value of a key: replaces it, gives one to a key without value, or inserts the entry. */
export function setEntry(dict: PlistNode, key: string, value: NewValue, place: EntryPlace = {}): TextEdit[] {
  const old = dict.get(key);
  if (old) return replaceValue(old, value);
  const lone = dict.keyNode(key);
  if (!lone) return insertEntry(dict, key, value, place);
  return insertValueAfterKey(lone, value);
}

/** Gives a value to a key that has none. */
export function insertValueAfterKey(key: PlistNode, value: NewValue): TextEdit[] {
  if (key.kind !== 'key' || !key.parent) return [];
  const layout = layoutOf(key.parent);
  const newText = layout.keyGap + valueText(value, layout, layout.indent);
  return [{ start: key.end, end: key.end, newText }];
}

/** Inserts key and value into a dictionary, wherever `place` says. Does not look whether the key is there. */
export function insertEntry(
  dict: PlistNode,
  key: string,
  value: NewValue,
  place: EntryPlace = {},
): TextEdit[] {
  if (dict.kind !== 'dict') return [];
  const layout = layoutOf(dict);
  const content = `<key>${encodeText(key)}</key>${layout.keyGap}${valueText(value, layout, layout.indent)}`;
  return insertChild(dict, content, layout, entryOffset(dict, key, place));
}

/** Inserts a value into an array before the item at `index`; default: at the end. */
export function insertItem(array: PlistNode, value: NewValue, index?: number): TextEdit[] {
  if (array.kind !== 'array') return [];
  const layout = layoutOf(array);
  const { items } = array;
  const at = index === undefined || index >= items.length ? undefined : Math.max(0, index);
  const offset = at === undefined ? undefined : at === 0 ? array.openEnd : items[at - 1]!.end;
  return insertChild(array, valueText(value, layout, layout.indent), layout, offset);
}

/** Where a new entry goes: just past this offset; undefined: at the end. */
function entryOffset(dict: PlistNode, key: string, place: EntryPlace): number | undefined {
  const { entries } = dict;
  if (entries.length === 0) return undefined;
  const endOf = (i: number): number => (i < 0 ? dict.openEnd : (entries[i]!.value ?? entries[i]!.key).end);
  if (place.after !== undefined) {
    const i = entries.findIndex((entry) => entry.key.text === place.after);
    return i < 0 ? undefined : endOf(i);
  }
  if (place.before !== undefined) {
    const i = entries.findIndex((entry) => entry.key.text === place.before);
    return i < 0 ? undefined : endOf(i - 1);
  }
  if (place.at === 'first') return dict.openEnd;
  if (place.at !== 'sorted') return undefined;
  const names = entries.map((entry) => entry.key.text);
  if (names.some((name, i) => i > 0 && names[i - 1]! > name)) return undefined;
  const i = names.findIndex((name) => name > key);
  return i < 0 ? undefined : endOf(i - 1);
}

/** Puts the text of a child into a dict or array, just past `offset` or at the end. */
function insertChild(
  container: PlistNode,
  content: string,
  layout: ContainerLayout,
  offset: number | undefined,
): TextEdit[] {
  const { tree } = container;
  const { text } = tree;
  const outer = layout.lines ? layout.eol + indentOf(text, container.start) : '';
  if (container.selfClosing) {
    const newText = `<${container.tag}>${layout.gap}${content}${outer}</${container.tag}>`;
    return [{ start: container.start, end: container.end, newText }];
  }
  const last = trimBack(text, container.closeStart, container.openEnd);
  const empty = last === container.openEnd;
  if (empty) {
    const newText = `${layout.gap}${content}${outer}`;
    return [{ start: container.openEnd, end: container.closeStart, newText }];
  }
  const at = offset === undefined ? last : pastTrailingComments(tree, offset);
  if (offset === container.openEnd && !layout.lines)
    return [{ start: at, end: at, newText: content + layout.gap }];
  return [{ start: at, end: at, newText: layout.gap + content }];
}

/** What else goes with a removed entry or item. */
export interface RemoveOptions {
  /** Also the comments directly above it and those behind it on its line. */
  readonly comments?: boolean;
}

/**
 * Removes an entry of a dictionary (by its key or value) or an item of an array, with its line. Removing the
 * root is no edit: a document keeps a value.
 */
export function removeEntry(node: PlistNode, options: RemoveOptions = {}): TextEdit[] {
  if (!node.parent) return [];
  const { tree } = node;
  const key = node.kind === 'key' ? node : node.key;
  const value = node.kind === 'key' ? valueOfKey(node) : node;
  let start = (key ?? node).start;
  let end = (value ?? node).end;
  if (options.comments) {
    start = commentsAbove(tree, start);
    end = pastTrailingComments(tree, end);
  }
  return [{ ...withLine(tree.text, start, end), newText: '' }];
}

/** The value of a key node. */
export function valueOfKey(key: PlistNode): PlistNode | undefined {
  const { tree } = key;
  if (key.id + 1 >= tree.size) return undefined;
  const next = tree.node(key.id + 1);
  return next.key?.id === key.id ? next : undefined;
}

const TRUE_WORDS = new Set(['true', 'yes', 'y', '1']);

/**
 * Changes the type of a value and keeps its text: `<string>5</string>` -> `<integer>5</integer>`. Only the
 * tags change where that is enough. A value made an array becomes its only item; to a dictionary nothing is
 * converted but an empty value.
 */
export function changeKind(node: PlistNode, kind: Exclude<NodeKind, 'key' | 'unknown'>): TextEdit[] {
  if (node.kind === kind || node.kind === 'key') return [];
  const text = node.kind === 'boolean' ? node.tag : node.text;
  if (kind === 'array') return wrapInArray(node);
  if (kind === 'dict') return replaceValue(node, new Map());
  if (kind === 'boolean') return replaceValue(node, TRUE_WORDS.has(text.trim().toLowerCase()));
  if (node.kind === 'boolean') {
    const number = node.boolean ? '1' : '0';
    const content = kind === 'integer' || kind === 'real' ? number : node.tag;
    return [{ start: node.start, end: node.end, newText: `<${kind}>${content}</${kind}>` }];
  }
  if (node.kind === 'dict' || node.kind === 'array') {
    return [{ start: node.start, end: node.end, newText: `<${kind}></${kind}>` }];
  }
  return retag(node, kind, kind === 'string' ? undefined : text.trim());
}

/** New tags around the same text; `content`: the text to have between them, if that may differ. */
function retag(node: PlistNode, tag: string, content: string | undefined): TextEdit[] {
  const { text } = node.tree;
  const edits: TextEdit[] = [{ start: node.start + 1, end: node.start + 1 + node.tag.length, newText: tag }];
  if (node.selfClosing) return edits;
  const raw = text.slice(node.openEnd, node.closeStart);
  if (content !== undefined && raw.trim() !== raw) {
    edits.push({ start: node.openEnd, end: node.closeStart, newText: encodeText(content) });
  }
  edits.push({ start: node.closeStart, end: node.end, newText: `</${tag}>` });
  return edits;
}

/** Edits that indent the inner lines of an element by one more step; the texts of values stay. */
function indentMore(node: PlistNode, unit: string): TextEdit[] {
  return indentedLines(node).map((at) => ({ start: at, end: at, newText: unit }));
}

/** Puts a value into a new array in its place. */
export function wrapInArray(node: PlistNode): TextEdit[] {
  return wrap(node, 'array', '');
}

/** Puts a value into a new dictionary in its place, under `key`. */
export function wrapInDict(node: PlistNode, key: string): TextEdit[] {
  return wrap(node, 'dict', key);
}

function wrap(node: PlistNode, tag: 'dict' | 'array', key: string): TextEdit[] {
  if (node.kind === 'key') return [];
  const layout = surroundings(node);
  const keyTag = tag === 'dict' ? `<key>${encodeText(key)}</key>` : '';
  if (!layout.lines) {
    return [
      { start: node.start, end: node.start, newText: `<${tag}>${keyTag}` },
      { start: node.end, end: node.end, newText: `</${tag}>` },
    ];
  }
  const base = indentOf(node.tree.text, node.start);
  const gap = layout.eol + base + layout.unit;
  return [
    { start: node.start, end: node.start, newText: `<${tag}>${gap}${keyTag}${keyTag && gap}` },
    ...indentMore(node, layout.unit),
    { start: node.end, end: node.end, newText: `${layout.eol}${base}</${tag}>` },
  ];
}

/** The text of an element as it would stand on a line with indentation `base`. */
function textWithIndent(node: PlistNode, base: string): string {
  const { text } = node.tree;
  const own = indentOf(text, node.start);
  const edits = indentedLines(node).map((at) => {
    const indent = indentOf(text, at);
    const rest = indent.startsWith(own) ? indent.slice(own.length) : '';
    return { start: at - indent.length - node.start, end: at - node.start, newText: base + rest };
  });
  return applyEdits(text.slice(node.start, node.end), edits);
}

/**
 * Moves an entry into another dictionary, or an item into another array, with the text as it is and the
 * indentation of its new place. `name`: a new key. No edit when the target lies inside of what moves.
 */
export function moveEntry(
  node: PlistNode,
  target: PlistNode,
  place: EntryPlace & { readonly name?: string } = {},
): TextEdit[] {
  const value = node.kind === 'key' ? valueOfKey(node) : node;
  if (!value?.parent || (target.start >= value.start && target.end <= value.end)) return [];
  const layout = layoutOf(target);
  const content = textWithIndent(value, layout.indent);
  const name = place.name ?? value.name;
  if (target.kind !== 'array' && (target.kind !== 'dict' || name === undefined)) return [];
  const isDict = target.kind === 'dict';
  const entry = isDict ? `<key>${encodeText(name!)}</key>${layout.keyGap}${content}` : content;
  const inserted = insertChild(target, entry, layout, isDict ? entryOffset(target, name!, place) : undefined);
  const removed = removeEntry(node);
  const overlap = inserted[0]!.start > removed[0]!.start && inserted[0]!.start <= removed[0]!.end;
  // It would come to stand where it stands.
  if (overlap) return place.name === undefined ? [] : renameKey(value, place.name);
  return [...removed, ...inserted];
}
