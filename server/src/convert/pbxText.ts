/** The text of a `project.pbxproj` with the place of everything in it, so that it can be changed by insertions. */

export interface PbxString {
  readonly kind: 'string';
  readonly text: string;
  readonly start: number;
  readonly end: number;
}
export interface PbxArray {
  readonly kind: 'array';
  /** `comma` is the offset behind the item's comma; undefined where the last has none. */
  readonly items: readonly { readonly value: PbxNode; readonly comma: number | undefined }[];
  readonly start: number;
  readonly end: number;
}
export interface PbxEntry {
  readonly key: PbxString;
  readonly value: PbxNode;
  /** Behind the semicolon. */
  readonly end: number;
}
export interface PbxDict {
  readonly kind: 'dict';
  readonly entries: readonly PbxEntry[];
  readonly start: number;
  readonly end: number;
}
export type PbxNode = PbxString | PbxArray | PbxDict;

export interface PbxComment {
  /** What stands in it, trimmed. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

export interface PbxText {
  readonly text: string;
  readonly root: PbxDict;
  readonly comments: readonly PbxComment[];
}

/** Xcode nests five levels. */
const DEEPEST = 64;

/**
 * Reads the OpenStep text strictly, as it will be written to afterwards: undefined for anything that Xcode would not
 * have written (data values, a missing semicolon, something behind the end). Offsets count UTF-16. Never throws.
 */
export function readPbxText(text: string): PbxText | undefined {
  const scanner = new Scanner(text);
  const root = scanner.value(0);
  if (root?.kind !== 'dict' || !scanner.atEnd()) return undefined;
  return { text, root, comments: scanner.comments };
}

/** The value of the last entry with this key, as every reader takes it. */
export function pbxField(dict: PbxDict | undefined, key: string): PbxNode | undefined {
  return dict?.entries.findLast((entry) => entry.key.text === key)?.value;
}

class Scanner {
  readonly comments: PbxComment[] = [];
  readonly #text: string;
  #pos: number;

  constructor(text: string) {
    this.#text = text;
    this.#pos = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  }

  atEnd(): boolean {
    return this.#skip() && this.#pos === this.#text.length;
  }

  value(depth: number): PbxNode | undefined {
    if (depth > DEEPEST || !this.#skip()) return undefined;
    const character = this.#text[this.#pos];
    if (character === '{') return this.#dict(depth);
    if (character === '(') return this.#array(depth);
    return this.#string();
  }

  #dict(depth: number): PbxDict | undefined {
    const start = this.#pos++;
    const entries: PbxEntry[] = [];
    for (;;) {
      if (!this.#skip()) return undefined;
      if (this.#take('}')) return { kind: 'dict', entries, start, end: this.#pos };
      const key = this.#string();
      if (!key || !this.#skip() || !this.#take('=')) return undefined;
      const value = this.value(depth + 1);
      if (!value || !this.#skip() || !this.#take(';')) return undefined;
      entries.push({ key, value, end: this.#pos });
    }
  }

  #array(depth: number): PbxArray | undefined {
    const start = this.#pos++;
    const items: { value: PbxNode; comma: number | undefined }[] = [];
    for (;;) {
      if (!this.#skip()) return undefined;
      if (this.#take(')')) return { kind: 'array', items, start, end: this.#pos };
      if (items.length > 0 && items.at(-1)?.comma === undefined) return undefined;
      const value = this.value(depth + 1);
      if (!value || !this.#skip()) return undefined;
      items.push({ value, comma: this.#take(',') ? this.#pos : undefined });
    }
  }

  #string(): PbxString | undefined {
    const start = this.#pos;
    const quote = this.#text[start];
    const pattern = quote === '"' || quote === "'" ? QUOTED[quote] : BARE;
    pattern.lastIndex = start;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) return undefined;
    this.#pos = start + found.length;
    const text = pattern === BARE ? found : unescaped(found.slice(1, -1));
    return { kind: 'string', text, start, end: this.#pos };
  }

  #take(character: string): boolean {
    if (this.#text[this.#pos] !== character) return false;
    this.#pos++;
    return true;
  }

  /** Past blanks and comments; false in a comment without an end. */
  #skip(): boolean {
    for (;;) {
      BLANKS.lastIndex = this.#pos;
      BLANKS.exec(this.#text);
      this.#pos = BLANKS.lastIndex;
      const start = this.#pos;
      const opener = this.#text.slice(start, start + 2);
      if (opener !== '/*' && opener !== '//') return true;
      const closing = opener === '/*' ? '*/' : '\n';
      const found = this.#text.indexOf(closing, start + 2);
      if (found < 0 && opener === '/*') return false;
      const end = found < 0 ? this.#text.length : found + (opener === '/*' ? 2 : 0);
      const text = this.#text.slice(start + 2, opener === '/*' ? end - 2 : end).trim();
      this.comments.push({ text, start, end });
      this.#pos = end;
    }
  }
}

const BLANKS = /[\s\u2028\u2029]*/y;
const BARE = /(?:[A-Za-z0-9_$:.\-+]|\/(?![/*]))+/y;
const QUOTED = { '"': /"(?:[^"\\]|\\[\s\S])*"/y, "'": /'(?:[^'\\]|\\[\s\S])*'/y } as const;

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

function unescaped(text: string): string {
  return text.replace(/\\(U[0-9a-fA-F]{4}|[\s\S])/g, (_, what: string) =>
    what.length === 5 ? String.fromCharCode(Number.parseInt(what.slice(1), 16)) : (ESCAPES[what] ?? what),
  );
}
