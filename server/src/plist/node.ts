/** One node of a tree: a view of an id. Everything is computed when asked for. */
import { decodeText, newlines } from './entities.ts';
import { decodeBase64, isHexInteger, parseDate, parseInteger, parseReal } from './lexical.ts';
import { isSpace } from './scan.ts';
import {
  ARRAY,
  CLOSE_START,
  CODED,
  DATA,
  DATE,
  DICT,
  END,
  FALSE,
  INTEGER,
  KEY,
  KIND,
  KIND_MASK,
  NEXT,
  OPEN_END,
  ORDINAL,
  PARENT,
  REAL,
  SELF_CLOSING,
  SHIFT,
  START,
  STRING,
  TAGS,
  TRUE,
  UNKNOWN,
} from './storage.ts';
import type { Tree } from './tree.ts';
import type { Entry, NodeKind, PlistNode } from './types.ts';
import { PlistDate, PlistReal, type PlistValue } from './value.ts';

const NAMES: readonly NodeKind[] = [
  'unknown',
  'dict',
  'array',
  'unknown',
  'key',
  'string',
  'integer',
  'real',
  'date',
  'data',
  'boolean',
  'boolean',
];

/** A dictionary with more nodes than this gets a map of its keys when one is looked up. */
const SMALL = 64;

/**
 * Of the tree that was asked last the entries of a dictionary are made once, with their texts: some hundred rules ask
 * the same dictionaries for the same keys, one document after another. Those of every tree of a workspace, or of a
 * tree with more nodes than this, would fill the memory.
 */
const REMEMBERED = 4_000;
let asked: Tree | undefined;
const entriesOfAsked = new Map<number, readonly Entry[]>();

export class Node implements PlistNode {
  readonly tree: Tree;
  readonly id: number;
  #text: string | undefined;

  constructor(tree: Tree, id: number) {
    this.tree = tree;
    this.id = id;
  }

  #field(field: number): number {
    return this.tree.table.data[(this.id << SHIFT) + field]!;
  }

  get #code(): number {
    return this.#field(KIND) & KIND_MASK;
  }

  get kind(): NodeKind {
    return NAMES[this.#code]!;
  }

  get tag(): string {
    const code = this.#code;
    if (code !== UNKNOWN) return TAGS[code]!;
    const { text } = this.tree;
    let end = this.start + 1;
    while (end < this.openEnd && !isSpace(text.charCodeAt(end)) && !'/<>'.includes(text.charAt(end))) end++;
    return text.slice(this.start + 1, end);
  }

  get start(): number {
    return this.#field(START);
  }

  get openEnd(): number {
    return this.#field(OPEN_END);
  }

  get closeStart(): number {
    return this.#field(CLOSE_START);
  }

  get end(): number {
    return this.#field(END);
  }

  get selfClosing(): boolean {
    return (this.#field(KIND) & SELF_CLOSING) !== 0;
  }

  get parent(): Node | undefined {
    const parent = this.#field(PARENT);
    return parent < 0 ? undefined : new Node(this.tree, parent);
  }

  get key(): Node | undefined {
    const key = keyOf(this.tree, this.id);
    return key < 0 ? undefined : new Node(this.tree, key);
  }

  get name(): string | undefined {
    if (this.#code === KEY) return this.text;
    const key = keyOf(this.tree, this.id);
    return key < 0 ? undefined : textOf(this.tree, key);
  }

  get index(): number {
    const ordinal = this.#field(ORDINAL);
    if (ordinal > 0) return ordinal - 1;
    numberChildren(this.tree, this.#field(PARENT));
    return Math.max(0, this.#field(ORDINAL) - 1);
  }

  get path(): readonly (string | number)[] {
    const path: (string | number)[] = [];
    const { data } = this.tree.table;
    for (let id = this.id; id >= 0; id = data[(id << SHIFT) + PARENT]!) {
      if (data[(id << SHIFT) + PARENT]! < 0) break;
      const node = new Node(this.tree, id);
      path.push(node.name ?? node.index);
    }
    return path.reverse();
  }

  get text(): string {
    this.#text ??= textOf(this.tree, this.id);
    return this.#text;
  }

  get entries(): readonly Entry[] {
    if (this.#code !== DICT) return NO_ENTRIES;
    if (this.tree.size > REMEMBERED) return this.#readEntries();
    if (asked !== this.tree) {
      asked = this.tree;
      entriesOfAsked.clear();
    }
    let list = entriesOfAsked.get(this.id);
    if (!list) {
      list = this.#readEntries();
      entriesOfAsked.set(this.id, list);
    }
    return list;
  }

  #readEntries(): readonly Entry[] {
    const list: Entry[] = [];
    const { data } = this.tree.table;
    const end = this.#field(NEXT);
    for (let id = this.id + 1; id < end; id = data[(id << SHIFT) + NEXT]!) {
      if ((data[(id << SHIFT) + KIND]! & KIND_MASK) !== KEY) continue;
      const value = valueIdOf(this.tree, id);
      list.push({ key: new Node(this.tree, id), value: value < 0 ? undefined : new Node(this.tree, value) });
    }
    return list;
  }

  get items(): readonly PlistNode[] {
    const code = this.#code;
    if (code !== ARRAY && code !== UNKNOWN) return NO_ITEMS;
    const list: PlistNode[] = [];
    const { data } = this.tree.table;
    const end = this.#field(NEXT);
    for (let id = this.id + 1; id < end; id = data[(id << SHIFT) + NEXT]!) {
      if ((data[(id << SHIFT) + KIND]! & KIND_MASK) !== KEY) list.push(new Node(this.tree, id));
    }
    return list;
  }

  get(key: string): PlistNode | undefined {
    if (this.tree.size <= REMEMBERED) return entryOf(this.entries, key)?.value;
    const found = findKey(this.tree, this.id, key);
    const value = found < 0 ? -1 : valueIdOf(this.tree, found);
    return value < 0 ? undefined : new Node(this.tree, value);
  }

  keyNode(key: string): PlistNode | undefined {
    if (this.tree.size <= REMEMBERED) return entryOf(this.entries, key)?.key;
    const found = findKey(this.tree, this.id, key);
    return found < 0 ? undefined : new Node(this.tree, found);
  }

  at(path: readonly (string | number)[]): PlistNode | undefined {
    let node: PlistNode | undefined = this;
    for (const step of path) {
      node = typeof step === 'string' ? node.get(step) : node.items[step];
      if (!node) return undefined;
    }
    return node;
  }

  get string(): string | undefined {
    return this.#code === STRING ? this.text : undefined;
  }

  get integer(): bigint | undefined {
    if (this.#code !== INTEGER) return undefined;
    const value = parseInteger(this.text);
    return typeof value === 'bigint' ? value : undefined;
  }

  get integerForm(): 'decimal' | 'hex' | undefined {
    if (this.integer === undefined) return undefined;
    return isHexInteger(this.text) ? 'hex' : 'decimal';
  }

  get real(): number | undefined {
    return this.#code === REAL ? parseReal(this.text) : undefined;
  }

  get boolean(): boolean | undefined {
    const code = this.#code;
    return code < TRUE ? undefined : code === TRUE;
  }

  get data(): Uint8Array | undefined {
    return this.#code === DATA ? decodeBase64(this.text) : undefined;
  }

  get date(): number | undefined {
    return this.#code === DATE ? parseDate(this.text) : undefined;
  }

  value(): PlistValue | undefined {
    return valueTree(this.tree, this.id);
  }
}

const NO_ITEMS: readonly PlistNode[] = [];
const NO_ENTRIES: readonly Entry[] = [];

/** As {@link findKey}, over entries that are there. */
function entryOf(entries: readonly Entry[], name: string): Entry | undefined {
  let found: Entry | undefined;
  for (const entry of entries) {
    if (entry.key.text === name && (entry.value || !found?.value)) found = entry;
  }
  return found;
}

/** The key of a value in a dictionary, -1 if it has none. A key is a leaf, so it is the node just before. */
function keyOf(tree: Tree, id: number): number {
  const { data } = tree.table;
  const at = id << SHIFT;
  const parent = data[at + PARENT]!;
  if (id === 0 || parent < 0 || (data[(parent << SHIFT) + KIND]! & KIND_MASK) !== DICT) return -1;
  if ((data[at + KIND]! & KIND_MASK) === KEY) return -1;
  const before = (id - 1) << SHIFT;
  return (data[before + KIND]! & KIND_MASK) === KEY && data[before + PARENT] === parent ? id - 1 : -1;
}

/** The value of a key, -1 if it has none. */
function valueIdOf(tree: Tree, key: number): number {
  const next = key + 1;
  return next < tree.size && keyOf(tree, next) === key ? next : -1;
}

function textOf(tree: Tree, id: number): string {
  const { data } = tree.table;
  const at = id << SHIFT;
  const kind = data[at + KIND]!;
  const code = kind & KIND_MASK;
  if (code === DICT || code === ARRAY || code >= TRUE) return '';
  if (code === UNKNOWN && data[at + NEXT] !== id + 1) return '';
  const raw = tree.text.slice(data[at + OPEN_END]!, data[at + CLOSE_START]!);
  return code === UNKNOWN || (kind & CODED) !== 0 ? decodeText(raw) : newlines(raw);
}

/** Numbers the children of a node: entries of a dictionary, items of anything else. */
function numberChildren(tree: Tree, parent: number): void {
  if (parent < 0) return;
  const { data } = tree.table;
  const end = data[(parent << SHIFT) + NEXT]!;
  const isDict = (data[(parent << SHIFT) + KIND]! & KIND_MASK) === DICT;
  let next = 0;
  for (let id = parent + 1; id < end; id = data[(id << SHIFT) + NEXT]!) {
    const isKey = (data[(id << SHIFT) + KIND]! & KIND_MASK) === KEY;
    if (isDict) {
      if (isKey) next++;
      data[(id << SHIFT) + ORDINAL] = Math.max(1, next);
    } else {
      data[(id << SHIFT) + ORDINAL] = next + 1;
      if (!isKey) next++;
    }
  }
}

/**
 * The key node of a name, -1 if it is not there. Of a name that stands twice the last one with a value:
 * CoreFoundation (CFPropertyList.c, parseDictTag: CFDictionarySetValue) and IOKit (IOKitUser
 * IOCFUnserialize.yacc, buildDictionary) both let a later value replace an earlier one.
 */
function findKey(tree: Tree, dict: number, name: string): number {
  const { data } = tree.table;
  if ((data[(dict << SHIFT) + KIND]! & KIND_MASK) !== DICT) return -1;
  const end = data[(dict << SHIFT) + NEXT]!;
  if (end - dict > SMALL) return keyMap(tree, dict, end).get(name) ?? -1;
  let found = -1;
  let foundHasValue = false;
  for (let id = dict + 1; id < end; id = data[(id << SHIFT) + NEXT]!) {
    const at = id << SHIFT;
    const kind = data[at + KIND]!;
    if ((kind & KIND_MASK) !== KEY) continue;
    const from = data[at + OPEN_END]!;
    const length = data[at + CLOSE_START]! - from;
    const isPlain = length === name.length && (kind & CODED) === 0;
    const same = isPlain
      ? tree.text.startsWith(name, from)
      : length > name.length && textOf(tree, id) === name;
    if (!same) continue;
    const hasValue = valueIdOf(tree, id) >= 0;
    if (hasValue || !foundHasValue) found = id;
    foundHasValue ||= hasValue;
  }
  return found;
}

function keyMap(tree: Tree, dict: number, end: number): Map<string, number> {
  const known = tree.keyMaps.get(dict);
  if (known) return known;
  const { data } = tree.table;
  const map = new Map<string, number>();
  for (let id = dict + 1; id < end; id = data[(id << SHIFT) + NEXT]!) {
    if ((data[(id << SHIFT) + KIND]! & KIND_MASK) !== KEY) continue;
    const name = textOf(tree, id);
    const earlier = map.get(name);
    if (earlier === undefined || valueIdOf(tree, id) >= 0 || valueIdOf(tree, earlier) < 0) map.set(name, id);
  }
  tree.keyMaps.set(dict, map);
  return map;
}

/** The value of a subtree, without recursion. */
function valueTree(tree: Tree, top: number): PlistValue | undefined {
  const { data } = tree.table;
  const end = data[(top << SHIFT) + NEXT]!;
  const containers: (Map<string, PlistValue> | PlistValue[] | undefined)[] = [];
  const ends: number[] = [];
  let result: PlistValue | undefined;
  let id = top;
  while (id < end) {
    while (ends.length > 0 && id >= ends[ends.length - 1]!) {
      ends.pop();
      containers.pop();
    }
    const at = id << SHIFT;
    const code = data[at + KIND]! & KIND_MASK;
    if (code === KEY || code === UNKNOWN) {
      if (id === top) return undefined;
      id = data[at + NEXT]!;
      continue;
    }
    const value =
      code === DICT ? new Map<string, PlistValue>() : code === ARRAY ? [] : leafValue(tree, id, code);
    if (id === top) result = value;
    else if (value !== undefined) {
      const container = containers[containers.length - 1];
      const key = keyOf(tree, id);
      if (Array.isArray(container)) container.push(value);
      else if (key >= 0) container?.set(textOf(tree, key), value);
    }
    if (code === DICT || code === ARRAY) {
      ends.push(data[at + NEXT]!);
      containers.push(value as Map<string, PlistValue> | PlistValue[]);
    }
    id++;
  }
  return result;
}

function leafValue(tree: Tree, id: number, code: number): PlistValue | undefined {
  if (code === TRUE || code === FALSE) return code === TRUE;
  const text = textOf(tree, id);
  if (code === STRING) return text;
  if (code === INTEGER) {
    const value = parseInteger(text);
    return typeof value === 'bigint' ? value : undefined;
  }
  if (code === REAL) {
    const value = parseReal(text);
    return value === undefined ? undefined : new PlistReal(value, text);
  }
  if (code === DATE) {
    const seconds = parseDate(text);
    return seconds === undefined ? undefined : new PlistDate(seconds);
  }
  return code === DATA ? decodeBase64(text) : undefined;
}
