/** Documents for tests with the cursor marked by `|`, and edits carried out on them. */
import type {
  CompletionItem,
  InsertReplaceEdit,
  TextEdit as LspTextEdit,
  Position,
  WorkspaceEdit,
} from 'vscode-languageserver-types';
import { applyEdits } from '../../../server/src/plist/edit.ts';
import type { LintOptions } from '../../../server/src/rules/lint.ts';
import { type ClientAbilities, FULL_ABILITIES } from '../../../server/src/service/abilities.ts';
import { createLanguageService } from '../../../server/src/service/index.ts';
import { offsetAt, positionAt } from '../../../server/src/service/text.ts';
import { openDocument } from '../../../server/src/workspace/document.ts';
import type { BundleKind, PlistDocument } from '../../../server/src/workspace/types.ts';

export interface Marked {
  readonly document: PlistDocument;
  readonly offset: number;
  readonly position: Position;
}

/** Opens a text with exactly one `|` in it, which is taken out; throws without one, or with more. */
export function marked(text: string, kind?: BundleKind, uri = 'file:///w/Lamp/Info.plist'): Marked {
  const parts = text.split('|');
  if (parts.length !== 2) throw new Error(`the text needs one | for the cursor, it has ${parts.length - 1}`);
  const document = openDocument(uri, parts.join(''), 1, { kind });
  const offset = parts[0]!.length;
  return { document, offset, position: positionAt(document, offset) };
}

const HEAD = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
`;
const TAIL = `</dict>
</plist>
`;

/** The entries of a root dictionary as a whole document. */
export function plist(entries: string): string {
  return HEAD + entries + TAIL;
}

/** A dext with one personality that holds the lines; they are indented by three tabs. */
export function dext(lines: string): string {
  return plist(`	<key>CFBundlePackageType</key>
	<string>DEXT</string>
	<key>IOKitPersonalities</key>
	<dict>
		<key>Lamp</key>
		<dict>
${lines}
		</dict>
	</dict>
`);
}

/** What the text of {@link dext} is before and after its lines. */
export function insideDext(text: string): string {
  const [before = '', after = ''] = dext('\0').split('\0');
  if (!text.startsWith(before) || !text.endsWith(after))
    throw new Error(`text around the lines changed:\n${text}`);
  return text.slice(before.length, text.length - after.length);
}

export function applyLsp(document: PlistDocument, edits: readonly LspTextEdit[]): string {
  return applyEdits(
    document.text,
    edits.map(({ range, newText }) => ({
      start: offsetAt(document, range.start),
      end: offsetAt(document, range.end),
      newText,
    })),
  );
}

export function applyWorkspaceEdit(document: PlistDocument, edit: WorkspaceEdit | undefined): string {
  if (!edit) throw new Error('there is no edit');
  const edits: LspTextEdit[] = [];
  for (const change of edit.documentChanges ?? []) {
    if ('edits' in change) edits.push(...(change.edits as LspTextEdit[]));
  }
  edits.push(...(edit.changes?.[document.uri] ?? []));
  return applyLsp(document, edits);
}

/** The text with an item accepted; the first stop of a snippet becomes `|`, the others their own text. */
export function accept(document: PlistDocument, item: CompletionItem): string {
  const edit = item.textEdit;
  if (!edit) throw new Error(`${item.label} has no textEdit`);
  const range = 'range' in edit ? edit.range : (edit as InsertReplaceEdit).replace;
  const isSnippet = item.insertTextFormat === 2;
  const newText = isSnippet ? stops(edit.newText) : edit.newText;
  return applyLsp(document, [{ range, newText }, ...(item.additionalTextEdits ?? [])]);
}

/** Resolves a snippet as an editor shows it, the cursor at its first stop. */
function stops(snippet: string): string {
  return snippet
    .replace(/(?<!\\)\$\{1\|([^,|]*)[^|]*\|\}/g, '$1|')
    .replace(/(?<!\\)\$\{\d+\|([^,|]*)[^|]*\|\}/g, '$1')
    .replace(/(?<!\\)\$\{1:([^}]*)\}/g, '$1|')
    .replace(/(?<!\\)\$\{\d+:([^}]*)\}/g, '$1')
    .replace(/(?<!\\)\$1(?!\d)/, '|')
    .replace(/(?<!\\)\$\d+/g, '')
    .replace(/\\([\\$}])/g, '$1');
}

export interface Completed {
  readonly labels: readonly string[];
  readonly items: readonly CompletionItem[];
  /** The document after the item with the label was accepted; throws if it is not offered. */
  accepted(label: string): string;
  item(label: string): CompletionItem;
}

/** Completion at the mark, in the order in which an editor sorts. */
export function completeAt(
  text: string,
  abilities: ClientAbilities = FULL_ABILITIES,
  kind?: BundleKind,
  lintOptions: LintOptions = {},
): Completed {
  const { document, position } = marked(text, kind);
  const service = createLanguageService({ abilities, lintOptions: () => lintOptions });
  const { items } = service.complete(document, position);
  const sorted = [...items].sort((a, b) =>
    a.sortText! < b.sortText! ? -1 : a.sortText! > b.sortText! ? 1 : 0,
  );
  const item = (label: string): CompletionItem => {
    const found = sorted.find((one) => one.label === label);
    if (!found) throw new Error(`${label} is not offered: ${sorted.map((one) => one.label).join(', ')}`);
    return service.resolveCompletion(found);
  };
  return {
    labels: sorted.map(({ label }) => label),
    items: sorted,
    item,
    accepted: (label) => accept(document, item(label)),
  };
}
