/** The tree of a document: views over the node table. */
import { Node } from './node.ts';
import { END, NEXT, type NodeTable, PARENT, SHIFT, START } from './storage.ts';
import type { Comment, PlistError, PlistNode, PlistTree, TextRange } from './types.ts';

/** What a tree is made of; a finished `Builder` is one. */
export interface TreeParts {
  readonly text: string;
  readonly table: NodeTable;
  readonly errors: readonly PlistError[];
  /** Four numbers a comment: start, end, start and end of the content. */
  readonly comments: readonly number[];
  readonly plist: (TextRange & { readonly openEnd: number; readonly closeStart: number }) | undefined;
  readonly root: number;
  readonly hasXmlDeclaration: boolean;
  readonly hasDoctype: boolean;
  readonly unbalanced: boolean;
  readonly farSighted: boolean;
}

export class Tree implements PlistTree {
  readonly text: string;
  readonly errors: readonly PlistError[];
  readonly plist: (TextRange & { readonly openEnd: number; readonly closeStart: number }) | undefined;
  readonly hasXmlDeclaration: boolean;
  readonly hasDoctype: boolean;
  readonly hasBom: boolean;
  readonly size: number;
  /** The flat records; see `storage.ts`. For this layer only. */
  readonly table: NodeTable;
  readonly rootId: number;
  /**
   * No element is open or closed in the wrong place, and nothing was judged by text far from it: what an
   * incremental parse may rely on.
   */
  readonly isLocal: boolean;
  /** As {@link TreeParts.comments}. */
  readonly commentTable: readonly number[];
  /** Names -> ids of the keys, per large dictionary, made when first asked for. */
  readonly keyMaps: Map<number, Map<string, number>>;
  #root: Node | undefined;
  #comments: readonly Comment[] | undefined;

  constructor(b: TreeParts, keyMaps = new Map<number, Map<string, number>>()) {
    this.keyMaps = keyMaps;
    this.text = b.text;
    this.errors = b.errors;
    this.plist = b.plist;
    this.hasXmlDeclaration = b.hasXmlDeclaration;
    this.hasDoctype = b.hasDoctype;
    this.hasBom = b.text.charCodeAt(0) === 0xfeff;
    this.table = b.table;
    this.size = b.table.size;
    this.rootId = b.root;
    this.isLocal = !b.unbalanced && !b.farSighted;
    this.commentTable = b.comments;
  }

  get root(): PlistNode | undefined {
    if (this.rootId < 0) return undefined;
    this.#root ??= new Node(this, this.rootId);
    return this.#root;
  }

  get comments(): readonly Comment[] {
    if (this.#comments) return this.#comments;
    const list: Comment[] = [];
    const from = this.commentTable;
    for (let i = 0; i < from.length; i += 4) {
      list.push({ start: from[i]!, end: from[i + 1]!, content: { start: from[i + 2]!, end: from[i + 3]! } });
    }
    this.#comments = list;
    return list;
  }

  /** @throws RangeError for an id that is none of this tree's: a mistake of the caller, not of the text */
  node(id: number): PlistNode {
    if (!(id >= 0 && id < this.size)) throw new RangeError(`no node ${id}`);
    return new Node(this, id);
  }

  nodeAt(offset: number): PlistNode | undefined {
    const { data } = this.table;
    const root = this.rootId;
    if (root < 0 || offset < data[(root << SHIFT) + START]! || offset > data[(root << SHIFT) + END]!) {
      return undefined;
    }
    // Nodes are sorted by start. The last one that begins at or before the offset holds it, or one around it does.
    let low = root + 1;
    let high = data[(root << SHIFT) + NEXT]!;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (data[(middle << SHIFT) + START]! <= offset) low = middle + 1;
      else high = middle;
    }
    let id = low - 1;
    while (id > root && data[(id << SHIFT) + END]! < offset) id = data[(id << SHIFT) + PARENT]!;
    return new Node(this, id);
  }
}
