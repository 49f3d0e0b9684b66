/** Offsets to positions and back, and how a document is laid out: indentation, line ends. */
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { TextEdit as LspTextEdit, Position, Range } from 'vscode-languageserver-types';
import { eolOf, indentUnit } from '../plist/layout.ts';
import type { TextEdit, TextRange } from '../plist/types.ts';
import type { PlistDocument } from '../workspace/types.ts';

const textDocuments = new WeakMap<PlistDocument, TextDocument>();

/** The document as the protocol's own text document; line starts are computed once for each version. */
export function textDocumentOf(document: PlistDocument): TextDocument {
  let text = textDocuments.get(document);
  // A lent one goes on to the next version.
  if (text?.version !== document.version) {
    text = TextDocument.create(document.uri, 'plist', document.version, document.text);
    textDocuments.set(document, text);
  }
  return text;
}

/** Lends a text document of the same text and version, whose line starts are known already. */
export function lendTextDocument(document: PlistDocument, text: TextDocument): void {
  textDocuments.set(document, text);
}

/** Offset in UTF-16 units of a position; a position behind a line's end means the line's end. */
export function offsetAt(document: PlistDocument, position: Position): number {
  return textDocumentOf(document).offsetAt(position);
}

export function positionAt(document: PlistDocument, offset: number): Position {
  return textDocumentOf(document).positionAt(offset);
}

export function rangeOf(document: PlistDocument, { start, end }: TextRange): Range {
  const text = textDocumentOf(document);
  return { start: text.positionAt(start), end: text.positionAt(end) };
}

/**
 * {@link positionAt} for many offsets of which most are in the line of the one before or in the next: the line is
 * not looked for among all then.
 */
export function positionsOf(document: PlistDocument): (offset: number) => Position {
  const lines = textDocumentOf(document);
  const { text } = document;
  let line = 0;
  let start = 0;
  let next = -1;
  return (offset) => {
    if (offset >= next && next > start) {
      const after = lines.offsetAt({ line: line + 2, character: 0 });
      if (offset < after) {
        line++;
        start = next;
        next = after;
      }
    }
    // Between the two characters of a line break only the document itself knows the place.
    if (offset >= start && offset < next && text.charCodeAt(offset - 1) !== 13) {
      return { line, character: offset - start };
    }
    const position = lines.positionAt(offset);
    line = position.line;
    start = lines.offsetAt({ line, character: 0 });
    next = lines.offsetAt({ line: line + 1, character: 0 });
    return position;
  };
}

export function toLspEdit(document: PlistDocument, edit: TextEdit): LspTextEdit {
  return { range: rangeOf(document, edit), newText: edit.newText };
}

export interface Layout {
  /** One step of indentation: a tab, or some spaces. */
  readonly unit: string;
  readonly eol: '\n' | '\r\n' | '\r';
}

/** How the file is indented and how its lines end; a tab and a line feed if nothing tells. */
export function layoutOf({ tree, text }: PlistDocument): Layout {
  return { unit: tree.root ? indentUnit(tree.root) : '\t', eol: eolOf(text) };
}

/** Where the line that holds the offset begins. */
export function lineStart(text: string, offset: number): number {
  let at = offset;
  while (at > 0 && text[at - 1] !== '\n' && text[at - 1] !== '\r') at--;
  return at;
}

/** Where the line that holds the offset ends, before its line break. */
export function lineEnd(text: string, offset: number): number {
  let at = offset;
  while (at < text.length && text[at] !== '\n' && text[at] !== '\r') at++;
  return at;
}

/** The blanks at the start of the line that holds the offset, at most up to the offset. */
export function indentAt(text: string, offset: number): string {
  const start = lineStart(text, offset);
  let end = start;
  while (end < offset && (text[end] === ' ' || text[end] === '\t')) end++;
  return text.slice(start, end);
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Text as the content of an element. */
export function escapeText(text: string): string {
  return text.replace(/[&<>]/g, (character) => ENTITIES[character] ?? character);
}
