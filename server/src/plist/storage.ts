/**
 * The nodes of a tree as one flat `Int32Array`, {@link STRIDE} fields a node, nodes in preorder (document order,
 * a parent before its children). No object exists per node until somebody asks for one.
 *
 * All offsets are absolute and all relations are ids, so that an edit is a shift of numbers and a splice of
 * records (`update.ts`).
 */

/** log2 of {@link STRIDE}: a record of node `id` begins at `id << SHIFT`. */
export const SHIFT = 3;
export const STRIDE = 1 << SHIFT;

/** Start of `<tag`. */
export const START = 0;
/** Just past the opening tag. */
export const OPEN_END = 1;
/** Start of the closing tag, or where the content ends. */
export const CLOSE_START = 2;
/** Just past the element. */
export const END = 3;
/** Id of the element around it, -1 at the top. */
export const PARENT = 4;
/** Id after the last descendant: the next sibling, if there is one. */
export const NEXT = 5;
/** Kind code, or-ed with the flags below. */
export const KIND = 6;
/** Position in the parent plus one; 0 as long as nobody asked. */
export const ORDINAL = 7;

export const DICT = 1;
export const ARRAY = 2;
export const UNKNOWN = 3;
export const KEY = 4;
export const STRING = 5;
export const INTEGER = 6;
export const REAL = 7;
export const DATE = 8;
export const DATA = 9;
export const TRUE = 10;
export const FALSE = 11;
/** `KIND` without the flags. */
export const KIND_MASK = 15;
/** One tag, no content: `<true/>`. */
export const SELF_CLOSING = 16;
/** The content holds `&` or `<`: it must be decoded. */
export const CODED = 32;

/** Names of the elements by kind code; `''` where the name stands only in the text. */
export const TAGS: readonly string[] = [
  '',
  'dict',
  'array',
  '',
  'key',
  'string',
  'integer',
  'real',
  'date',
  'data',
  'true',
  'false',
];

/** A growing table of nodes. */
export interface NodeTable {
  data: Int32Array;
  size: number;
}

/** An empty table with room for about as many nodes as a plist of that length has. */
export function createTable(textLength: number): NodeTable {
  const nodes = Math.max(16, Math.ceil(textLength / 24));
  return { data: new Int32Array(nodes << SHIFT), size: 0 };
}

/** Doubles the room. */
export function grow(table: NodeTable): Int32Array {
  const data = new Int32Array(table.data.length * 2);
  data.set(table.data);
  table.data = data;
  return data;
}

/** Appends a node with an open end: its `CLOSE_START`, `END` and `NEXT` are set when it closes. */
export function addNode(
  table: NodeTable,
  kind: number,
  start: number,
  openEnd: number,
  parent: number,
): number {
  const id = table.size++;
  const at = id << SHIFT;
  const data = at + STRIDE > table.data.length ? grow(table) : table.data;
  data[at + START] = start;
  data[at + OPEN_END] = openEnd;
  data[at + CLOSE_START] = openEnd;
  data[at + END] = openEnd;
  data[at + PARENT] = parent;
  data[at + NEXT] = id + 1;
  data[at + KIND] = kind;
  data[at + ORDINAL] = 0;
  return id;
}
