/**
 * What the plist layer offers to all others: the tree of a document. Offsets are UTF-16 code units from the
 * start of the text, ranges are half open.
 */
import type { PlistValue } from './value.ts';

export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** Replaces `[start, end)` by `newText`. Edits of one list do not overlap and all refer to the text before. */
export interface TextEdit extends TextRange {
  readonly newText: string;
}

/**
 * - `true` and `false` are one kind, `boolean`.
 * - `key` nodes are no values: they are reached through {@link Entry.key}.
 * - `unknown`: an element that is none of a plist's (`<strng>`, `<Dict>`), kept with its children.
 */
export type NodeKind =
  | 'dict'
  | 'array'
  | 'string'
  | 'integer'
  | 'real'
  | 'boolean'
  | 'date'
  | 'data'
  | 'key'
  | 'unknown';

/** One mistake in the text. One mistake gives one error. */
export interface PlistError extends TextRange {
  /** Stable name of the kind of mistake, kebab-case: `unclosed-element`, `key-without-value` … */
  readonly code: string;
  /** A sentence for a person: what is wrong and, where it is short, what to do. */
  readonly message: string;
  /** `error`: no plist reader takes it. `warning`: some do (Apple's own do). */
  readonly severity: 'error' | 'warning';
  /** A repair that is obvious, if there is one. */
  readonly fix?: { readonly title: string; readonly edits: readonly TextEdit[] };
}

/** A key and its value in a dictionary; a key that is still without value has none. */
export interface Entry {
  readonly key: PlistNode;
  readonly value: PlistNode | undefined;
}

/**
 * A node of the tree. Nodes are light views on flat arrays: compare them by `id`, and do not keep them across
 * versions of a document.
 */
export interface PlistNode extends TextRange {
  readonly tree: PlistTree;
  /** Index in the tree, in document order (a parent before its children). Stable within one tree. */
  readonly id: number;
  readonly kind: NodeKind;
  /** The element's name as written: `true`, `dict`, `strng`. */
  readonly tag: string;
  /** Start of `<tag`. Where the opening tag was lost the node begins with its content: `start` is `openEnd`. */
  readonly start: number;
  /** Just past the `>` of the opening tag (past `/>` for an empty element). */
  readonly openEnd: number;
  /** Start of `</tag`; equals `openEnd` of an empty element; where the content ends if the tag is missing. */
  readonly closeStart: number;
  /** Just past the element. */
  readonly end: number;
  /** `<true/>`, `<dict/>`: one tag, no content. */
  readonly selfClosing: boolean;
  /** The dictionary or array (or unknown element) around it; of a key and of a value alike the dictionary. */
  readonly parent: PlistNode | undefined;
  /** For a value in a dictionary its key. */
  readonly key: PlistNode | undefined;
  /** For a value in a dictionary the decoded key; for a key its own text. */
  readonly name: string | undefined;
  /** Keys and array indices from the root to this node: `['IOKitPersonalities', 'Foo', 'IOUserClass']`. */
  readonly path: readonly (string | number)[];
  /** Position in the array, or of the entry in the dictionary. */
  readonly index: number;

  /** Decoded text: entities and CDATA resolved, comments left out; untrimmed. `''` for dict, array, boolean. */
  readonly text: string;
  /** Entries of a dict in file order, keys without a value and second occurrences included; else `[]`. */
  readonly entries: readonly Entry[];
  /** Values of an array (or the values found in an unknown element); else `[]`. */
  readonly items: readonly PlistNode[];
  /** The value of a key in a dict. Of a key that stands twice the one that Apple's readers keep. */
  get(key: string): PlistNode | undefined;
  /** The key node of a key in a dict, as {@link get}. */
  keyNode(key: string): PlistNode | undefined;
  /** Follows keys and indices. */
  at(path: readonly (string | number)[]): PlistNode | undefined;

  /** `<string>` only, else undefined. */
  readonly string: string | undefined;
  /** `<integer>` only, exact, decimal or hexadecimal; undefined when it does not parse. */
  readonly integer: bigint | undefined;
  /** How an integer is written; undefined for other kinds or unparsable text. */
  readonly integerForm: 'decimal' | 'hex' | undefined;
  /** `<real>` only. */
  readonly real: number | undefined;
  /** `<true/>`, `<false/>`. */
  readonly boolean: boolean | undefined;
  /** `<data>` decoded, `undefined` when the base64 is damaged. */
  readonly data: Uint8Array | undefined;
  /** `<date>`, seconds since 1970. */
  readonly date: number | undefined;
  /** The whole value; undefined for keys, unknown elements and values whose text does not parse. */
  value(): PlistValue | undefined;
}

export interface Comment extends TextRange {
  /** Between `<!--` and `-->`. */
  readonly content: TextRange;
}

export interface PlistTree {
  readonly text: string;
  /** In order of their place. */
  readonly errors: readonly PlistError[];
  /** The first value, inside `<plist>` or bare. */
  readonly root: PlistNode | undefined;
  /** The `<plist>` element, if there is one. */
  readonly plist: (TextRange & { readonly openEnd: number; readonly closeStart: number }) | undefined;
  readonly comments: readonly Comment[];
  readonly hasXmlDeclaration: boolean;
  readonly hasDoctype: boolean;
  readonly hasBom: boolean;
  /** Number of nodes; ids go from 0 to this, exclusive. */
  readonly size: number;
  node(id: number): PlistNode;
  /**
   * The innermost node (keys included) whose `[start, end]` holds the offset, `undefined` outside the root.
   * Between two values this is the dict or array around them.
   */
  nodeAt(offset: number): PlistNode | undefined;
}

/** Parses any text. Never throws, never fails: what is wrong is in `errors`. */
export type ParsePlist = (text: string) => PlistTree;
