/** Changes of a `project.pbxproj` that leave every byte which is there: insertions in the style of Xcode. */
import type { TextEdit } from '../plist/types.ts';
import { type PbxArray, type PbxDict, type PbxText, pbxField } from './pbxText.ts';

export type Pbx = string | readonly Pbx[] | { readonly [key: string]: Pbx };
export type PbxObject = { readonly isa: string; readonly [key: string]: Pbx };

/** Objects that Xcode writes on one line. */
const ONE_LINE = ['PBXBuildFile', 'PBXFileReference'];

/** Collects insertions into one project file. */
export class PbxInsertions {
  readonly #pbx: PbxText;
  readonly #objects: PbxDict;
  readonly #newline: string;
  readonly #inserts: { at: number; text: string }[] = [];
  readonly #added: { id: string; object: PbxObject }[] = [];
  /** What Xcode writes behind an id. */
  readonly #comments = new Map<string, string>();

  /** @param objects the dictionary `objects` of the project */
  constructor(pbx: PbxText, objects: PbxDict) {
    this.#pbx = pbx;
    this.#objects = objects;
    this.#newline = pbx.text.includes('\r\n') ? '\r\n' : '\n';
  }

  /** An object of the project by its id. */
  object(id: string | undefined): PbxDict | undefined {
    const found = id === undefined ? undefined : pbxField(this.#objects, id);
    return found?.kind === 'dict' ? found : undefined;
  }

  /** @param comment what stands behind the id wherever it is named */
  add(id: string, comment: string, object: PbxObject): void {
    this.name(id, comment);
    this.#added.push({ id, object });
  }

  /** Says what stands behind an id of an object that is there. */
  name(id: string, comment: string): void {
    if (!comment.includes('*/') && comment !== '') this.#comments.set(id, comment);
  }

  /** Puts ids at the end of a list, or before one of its items. */
  append(list: PbxArray, ids: readonly string[], before?: string): void {
    const { text } = this.#pbx;
    const shown = ids.map((id) => `${this.#shownId(id)},`);
    const index = list.items.findIndex(({ value }) => value.kind === 'string' && value.text === before);
    const next = list.items[index];
    const manyLines = /[\r\n]/.test(text.slice(list.start, list.end));
    if (next) {
      const gap = manyLines ? this.#newline + indentAt(text, next.value.start) : ' ';
      this.#insert(next.value.start, shown.map((one) => one + gap).join(''));
      return;
    }
    const last = list.items.at(-1);
    const indent = last ? indentAt(text, last.value.start) : `${indentAt(text, list.start)}\t`;
    const gap = manyLines ? this.#newline + indent : ' ';
    const start = last ? (last.comma ?? last.value.end) : list.start + 1;
    const comma = last && last.comma === undefined ? ',' : '';
    this.#insert(start, comma + shown.map((one) => gap + one).join(''));
  }

  /** A key that the dictionary does not have. Before the first key that is greater, as Xcode sorts them. */
  setField(dict: PbxDict, key: string, value: Pbx): void {
    const { text } = this.#pbx;
    const manyLines = /[\r\n]/.test(text.slice(dict.start, dict.end));
    const sorted = dict.entries.filter((entry) => entry.key.text !== 'isa');
    const next = sorted.find((entry) => entry.key.text > key);
    const own = dict.entries[0];
    const indent = own ? indentAt(text, own.key.start) : `${indentAt(text, dict.start)}\t`;
    const printed = `${quoted(key)} = ${this.#print(value, manyLines ? indent : undefined)};`;
    if (next) {
      this.#insert(next.key.start, printed + (manyLines ? this.#newline + indent : ' '));
      return;
    }
    const at = dict.entries.at(-1)?.end ?? dict.start + 1;
    this.#insert(at, (manyLines ? this.#newline + indent : ' ') + printed);
  }

  /** In the order of the text; none of them takes a byte away. */
  edits(): TextEdit[] {
    for (const isa of new Set(this.#added.map(({ object }) => object.isa).sort())) {
      const lines = this.#added
        .filter(({ object }) => object.isa === isa)
        .map(({ id, object }) => `\t\t${this.#printObject(id, object)}${this.#newline}`);
      this.#insertSection(isa, lines.join(''));
    }
    const edits = new Map<number, string>();
    for (const { at, text } of this.#inserts) edits.set(at, (edits.get(at) ?? '') + text);
    this.#inserts.length = 0;
    this.#added.length = 0;
    return [...edits].sort(([a], [b]) => a - b).map(([start, newText]) => ({ start, end: start, newText }));
  }

  /** At the end of its section, which is made where there is none; a text without sections gets none. */
  #insertSection(isa: string, lines: string): void {
    const { comments, text } = this.#pbx;
    const inside = comments.filter(({ start }) => start > this.#objects.start && start < this.#objects.end);
    const marks = inside.flatMap(({ text: comment, start, end }) => {
      const mark = /^(Begin|End) (\w+) section$/.exec(comment);
      return mark ? [{ what: mark[1]!, isa: mark[2]!, start, end }] : [];
    });
    const nl = this.#newline;
    const section = `/* Begin ${isa} section */${nl}${lines}/* End ${isa} section */${nl}`;
    const own = marks.findLast((mark) => mark.what === 'End' && mark.isa === isa);
    const next = marks.find((mark) => mark.what === 'Begin' && mark.isa > isa);
    const last = marks.findLast((mark) => mark.what === 'End');
    if (own) this.#insert(lineStart(text, own.start), lines);
    else if (next) this.#insert(lineStart(text, next.start), `${section}${nl}`);
    else if (last) this.#insert(lineAfter(text, last.end), `${nl}${section}`);
    else {
      const brace = this.#objects.end - 1;
      const ownLine = text.slice(lineStart(text, brace), brace).trim() === '';
      this.#insert(ownLine ? lineStart(text, brace) : brace, ownLine ? lines : nl + lines);
    }
  }

  #insert(at: number, text: string): void {
    this.#inserts.push({ at, text });
  }

  #printObject(id: string, { isa, ...fields }: PbxObject): string {
    const line = ONE_LINE.includes(isa);
    const entries = Object.entries({ isa, ...fields }).map(
      ([key, value]) => `${quoted(key)} = ${this.#print(value, line ? undefined : '\t\t\t', key)};`,
    );
    const body = line
      ? `{${entries.join(' ')} }`
      : `{${entries.map((entry) => `${this.#newline}\t\t\t${entry}`).join('')}${this.#newline}\t\t}`;
    return `${this.#shownId(id)} = ${body};`;
  }

  /** @param indent of the line on which the value begins; undefined: all on one line */
  #print(value: Pbx, indent: string | undefined, key?: string): string {
    // Xcode leaves these bare: they name an object of another container, or a target by its id alone.
    if (typeof value === 'string') return key === 'remoteGlobalIDString' ? value : this.#shownId(value);
    const inner = indent === undefined ? undefined : `${indent}\t`;
    const parts = Array.isArray(value)
      ? value.map((item: Pbx) => `${this.#print(item, inner)},`)
      : Object.entries(value).map(([name, item]) => `${quoted(name)} = ${this.#print(item, inner)};`);
    const [open, close] = Array.isArray(value) ? ['(', ')'] : ['{', '}'];
    if (inner === undefined) return `${open}${parts.map((part) => `${part} `).join('')}${close}`;
    return `${open}${parts.map((part) => this.#newline + inner + part).join('')}${this.#newline}${indent}${close}`;
  }

  /** A value, with the comment that Xcode writes behind ids. */
  #shownId(value: string): string {
    const comment = this.#comments.get(value);
    return comment === undefined ? quoted(value) : `${quoted(value)} /* ${comment} */`;
  }
}

function indentAt(text: string, at: number): string {
  return /^[\t ]*/.exec(text.slice(lineStart(text, at), at))?.[0] ?? '';
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1;
}

function lineAfter(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end + 1;
}

/** Xcode leaves letters, digits and `_./` bare. */
export function quoted(text: string): string {
  if (/^[A-Za-z0-9_./]+$/.test(text) && !text.includes('//')) return text;
  const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
  return `"${text.replace(/[\\"]/g, '\\$&').replace(/[\n\r\t]/g, (one) => escapes[one] ?? one)}"`;
}
