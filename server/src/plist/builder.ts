/** The state of one parse, and the checks that the hot loop of `build.ts` calls when something is unusual. */

import { decodeText } from './entities.ts';
import { type SyntaxCode, severityOf } from './errors.ts';
import { isSpace, skipSpace, trimBack } from './scan.ts';
import {
  ARRAY,
  addNode,
  CLOSE_START,
  createTable,
  DICT,
  END,
  KEY,
  KIND,
  KIND_MASK,
  NEXT,
  type NodeTable,
  OPEN_END,
  PARENT,
  SHIFT,
  START,
  TAGS,
  UNKNOWN,
} from './storage.ts';
import type { PlistError, TextEdit } from './types.ts';

/** Errors beyond this many are dropped: a file of a million `<` is one broken file, not a million findings. */
export const MAX_ERRORS = 1000;

export interface Fix {
  readonly title: string;
  readonly edits: readonly TextEdit[];
}

/** The `<plist>` element; offsets are -1 as long as they are unknown. */
export interface PlistElement {
  start: number;
  openEnd: number;
  closeStart: number;
  end: number;
}

export class Builder {
  readonly text: string;
  readonly table: NodeTable;
  readonly errors: PlistError[] = [];
  /** Four numbers a comment: start, end, start and end of the content. */
  readonly comments: number[] = [];
  pos = 0;
  /** No element is begun at or beyond this offset. */
  stop: number;
  /** Innermost open container, -1 at the top. */
  current = -1;
  /** Its kind code, 0 at the top. */
  currentKind = 0;
  done = false;
  plist: PlistElement | undefined;
  root = -1;
  rootDone = false;
  hasXmlDeclaration = false;
  hasDoctype = false;
  /** Something about the nesting is wrong: worth a second look at the indentation. */
  unbalanced = false;
  /** Closing tags are paired by indentation. */
  readonly byIndent: boolean;
  /** Indentation of the line where each open container begins, outermost first. */
  readonly indents: number[] = [];
  /** A leaf that the end of the text cut. */
  cutLeaf = -1;
  inConflict = false;
  /** Something was judged by text far from its place, so that an edit anywhere may change the judgement. */
  farSighted = false;
  /** `<plist>` tags that stand where none may, and whose closing tags are then no further mistake. */
  extraPlists = 0;
  /** Open containers by kind code, so that a stray closing tag is known as one at once. */
  readonly openCount = new Int32Array(4);
  /** Searches that already failed once: `-->`, `]]>`, `?>`, the end of a DOCTYPE or conflict. */
  readonly missing = new Set<string>();
  /** Characters that searches for a closing tag may still look at. */
  searchBudget: number;
  /** Nodes that may still be moved to another parent. */
  moveBudget = 2_000_000;
  /** A key stands in some array: arrays are looked through when they close. */
  private keyInArray = false;
  /** Containers whose opening tag is not there. */
  readonly lost = new Set<number>();
  /** What closes an open unknown element: its own name, or that of the element that was meant; lower case. */
  readonly aliases = new Map<number, string>();
  /** For an open unknown element the place of its error in `errors`, to complete the fix when it closes. */
  readonly unknownErrors = new Map<number, number>();
  /** The name of the `<plist>` when it is spelt otherwise. */
  misspeltPlist: string | undefined;
  private topReported = false;
  private lineStart = 0;
  /** Indentation of the line that begins at `widthAt`. */
  private width = 0;
  private widthAt = -1;
  /** The line feed after `lineStart`, -1 as long as it is unknown. */
  private nextFeed = -1;

  /** Reads one element out of a text and stops at its end; set `pos` to where it begins. */
  readonly isFragment: boolean;

  /** @param fragmentLength about how much will be read, when that is one element only */
  constructor(text: string, byIndent: boolean, fragmentLength = -1) {
    this.text = text;
    this.byIndent = byIndent;
    this.stop = text.length;
    this.isFragment = fragmentLength >= 0;
    this.table = createTable(this.isFragment ? fragmentLength : text.length);
    this.searchBudget = 4 * text.length + 1_000_000;
  }

  error(code: SyntaxCode, start: number, end: number, message: string, fix?: Fix): void {
    if (this.errors.length >= MAX_ERRORS) return;
    const severity = severityOf(code);
    this.errors.push(
      fix ? { code, start, end, message, severity, fix } : { code, start, end, message, severity },
    );
  }

  /** `indexOf` that remembers a failure, so that repeating a mistake does not make the parse quadratic. */
  find(mark: string, from: number): number {
    const at = this.missing.has(mark) ? -1 : this.text.indexOf(mark, from);
    if (at >= 0) return at;
    this.missing.add(mark);
    this.farSighted = true;
    return -1;
  }

  kindOf(id: number): number {
    return this.table.data[(id << SHIFT) + KIND]! & KIND_MASK;
  }

  field(id: number, field: number): number {
    return this.table.data[(id << SHIFT) + field]!;
  }

  set(id: number, field: number, value: number): void {
    this.table.data[(id << SHIFT) + field] = value;
  }

  /** The name of an element as written. */
  tagOf(id: number): string {
    const kind = this.kindOf(id);
    if (kind !== UNKNOWN) return TAGS[kind]!;
    const from = this.field(id, START) + 1;
    let to = from;
    const limit = this.field(id, OPEN_END);
    while (to < limit && !isSpace(this.text.charCodeAt(to)) && !'/<>'.includes(this.text.charAt(to))) to++;
    return this.text.slice(from, to);
  }

  open(id: number, kind: number): void {
    this.current = id;
    this.currentKind = kind;
    this.openCount[kind]!++;
    if (this.byIndent) this.indents.push(this.lineIndent(this.field(id, START)));
  }

  /** The name that closes a container, in lower case. */
  closingName(id: number): string {
    return this.aliases.get(id) ?? this.tagOf(id).toLowerCase();
  }

  /** Closes the innermost container. `cut`: the text ended, so a last key without value is no mistake. */
  close(id: number, closeStart: number, end: number, cut = false, next = this.table.size): void {
    const at = id << SHIFT;
    const { data } = this.table;
    data[at + CLOSE_START] = closeStart;
    data[at + END] = end;
    data[at + NEXT] = next;
    this.openCount[this.currentKind]!--;
    if (this.byIndent) this.indents.pop();
    if (this.currentKind === DICT) this.checkPairs(id, cut);
    else if (this.keyInArray && this.currentKind === ARRAY) this.checkItems(id);
    this.current = data[at + PARENT]!;
    if (this.current < 0) {
      this.currentKind = 0;
      this.rootClosed();
    } else this.currentKind = data[(this.current << SHIFT) + KIND]! & KIND_MASK;
  }

  /** A node at the top has ended. */
  rootClosed(): void {
    if (this.root < 0) return;
    this.rootDone = true;
    if (this.isFragment) this.done = true;
  }

  /** Keys and values of a dictionary must alternate. */
  private checkPairs(id: number, cut: boolean): void {
    const { data } = this.table;
    const end = data[(id << SHIFT) + NEXT]!;
    let child = id + 1;
    let reported = false;
    while (child < end) {
      const at = child << SHIFT;
      const next = data[at + NEXT]!;
      const kind = data[at + KIND]! & KIND_MASK;
      if (kind === UNKNOWN) {
        // That it is unknown is said already. It may be a misspelt key, and then a value follows.
        const isValue = next < end && (data[(next << SHIFT) + KIND]! & KIND_MASK) !== KEY;
        child = isValue ? data[(next << SHIFT) + NEXT]! : next;
        reported = false;
        continue;
      }
      if (kind !== KEY) {
        // A run of values is one mistake: an array without its tag, or one key lost.
        if (!reported) this.valueWithoutKey(child);
        reported = true;
        child = next;
        continue;
      }
      reported = false;
      if (next < end && (data[(next << SHIFT) + KIND]! & KIND_MASK) !== KEY) {
        child = data[(next << SHIFT) + NEXT]!;
        continue;
      }
      if (!(cut && next >= end)) this.keyWithoutValue(child);
      child = next;
    }
  }

  /** An array holds no keys. Several of them are one mistake: a dictionary that was forgotten. */
  private checkItems(id: number): void {
    const { data } = this.table;
    const end = data[(id << SHIFT) + NEXT]!;
    for (let child = id + 1; child < end; child = data[(child << SHIFT) + NEXT]!) {
      if ((data[(child << SHIFT) + KIND]! & KIND_MASK) !== KEY) continue;
      this.error(
        'key-outside-dict',
        data[(child << SHIFT) + START]!,
        data[(child << SHIFT) + OPEN_END]!,
        'A <key> may only stand in a <dict>, not in an <array>. Put key and value into a <dict>, or make it a <string>.',
      );
      return;
    }
  }

  private valueWithoutKey(id: number): void {
    const tag = this.tagOf(id);
    const start = this.field(id, START);
    this.unbalancedIfContainer(id);
    this.error(
      'value-without-key',
      start,
      // Where the opening tag was lost its place is marked.
      Math.max(this.field(id, OPEN_END), start + 1),
      `This <${tag}> has no key. In a <dict> each value follows its own <key>; add the key, or put several values of one key into an <array>.`,
    );
  }

  private unbalancedIfContainer(id: number): void {
    if (this.kindOf(id) <= UNKNOWN) this.unbalanced = true;
  }

  private keyWithoutValue(id: number): void {
    const name = decodeText(this.text.slice(this.field(id, OPEN_END), this.field(id, CLOSE_START)));
    const shown = name.length > 60 ? `${name.slice(0, 60)}…` : name;
    const start = this.field(id, START);
    const end = this.field(id, END);
    this.error(
      'key-without-value',
      start,
      end,
      `The key "${shown}" has no value. Add one after it, such as <string></string>, or remove the key.`,
    );
  }

  /** What may not stand where it stands: a key in an array, anything after the root. */
  checkPlace(kind: number, start: number, openEnd: number): void {
    if (this.currentKind === UNKNOWN) return;
    if (this.currentKind !== 0) {
      if (kind === KEY) this.keyInArray = true;
      return;
    }
    if (!this.rootDone) {
      if (kind !== KEY) {
        this.root = this.table.size;
        return;
      }
      if (!this.topReported) {
        this.topReported = true;
        this.unbalanced = true;
        // The keys have a dictionary, its tag was lost.
        this.root = addNode(this.table, DICT, start, start, -1);
        this.lost.add(this.root);
        this.open(this.root, DICT);
        this.error(
          'key-outside-dict',
          start,
          openEnd,
          'This <key> stands outside of any <dict>. Wrap the keys and values in <dict>…</dict>.',
        );
      }
      return;
    }
    if (this.topReported) return;
    this.topReported = true;
    this.unbalanced = true;
    if (this.plist) {
      this.error(
        'second-root',
        start,
        openEnd,
        'A property list holds one value, and this is a second one. Look for a </dict> or </array> too many above, or put both values into one <array>.',
      );
    } else this.contentAfterEnd(start);
  }

  /** All that follows the end is ignored by CoreFoundation and refused by XML parsers: one warning. */
  contentAfterEnd(start: number): void {
    const end = trimBack(this.text, this.text.length, start);
    this.done = true;
    this.unbalanced = true;
    this.error(
      'content-after-end',
      start,
      end,
      'There is something after the end of the property list. Apple’s readers ignore it, others refuse the file; remove it.',
      { title: 'Remove what follows the property list', edits: [{ start, end, newText: '' }] },
    );
  }

  /** Width of the white space at the start of the line that holds `at` (a tab counts to the next 4). */
  lineIndent(at: number): number {
    const { text } = this;
    if (at < this.lineStart) {
      this.lineStart = text.lastIndexOf('\n', at - 1) + 1;
      this.nextFeed = -1;
    }
    if (this.nextFeed < 0) this.nextFeed = feedAfter(text, this.lineStart);
    while (this.nextFeed < at) {
      this.lineStart = this.nextFeed + 1;
      this.nextFeed = feedAfter(text, this.lineStart);
    }
    if (this.widthAt !== this.lineStart) {
      this.widthAt = this.lineStart;
      this.width = indentWidth(text, this.lineStart);
    }
    return this.width;
  }

  /**
   * True for a closing tag of the root that is one too many: keys go on after it and another `</dict>` follows.
   * @param at the `</` of the tag
   */
  isStrayRootClose(at: number): boolean {
    if (this.isFragment || this.currentKind !== DICT || this.field(this.current, PARENT) >= 0) return false;
    const after = skipSpace(this.text, at + '</dict>'.length);
    return this.text.startsWith('<key', after) && this.text.lastIndexOf('</dict') > after;
  }
}

function feedAfter(text: string, at: number): number {
  const feed = text.indexOf('\n', at);
  return feed < 0 ? Number.MAX_SAFE_INTEGER : feed;
}

/** Width of the white space that begins at `at`. */
export function indentWidth(text: string, at: number): number {
  let width = 0;
  for (let pos = at; pos < text.length; pos++) {
    const code = text.charCodeAt(pos);
    if (code === 32) width++;
    else if (code === 9) width += 4 - (width % 4);
    else break;
  }
  return width;
}
