/** Answers what becomes of text that is pasted as property list. */
import type { ResponseError } from 'vscode-languageserver';
import { pasteAt, pastedValue } from '../service/paste.ts';
import { offsetAt, toLspEdit } from '../service/text.ts';
import type { FeatureContext } from './features.ts';
import { guarded } from './guard.ts';
import { PASTE_REQUEST, type PasteParams, type PasteResult } from './pasteMessages.ts';

export function registerPaste(context: FeatureContext): void {
  const { connection, documentFor } = context;
  const paste = async ({ uri, position, text }: PasteParams): Promise<PasteResult> => {
    const document = await documentFor(uri);
    if (!document) return { refused: 'document' };
    const value = pastedValue(text);
    if (value === undefined) return { refused: 'format' };
    const edits = pasteAt(document, offsetAt(document, position), value);
    if (!edits) return { refused: 'place' };
    return { version: document.version, edits: edits.map((edit) => toLspEdit(document, edit)) };
  };
  const refused: PasteResult = { refused: 'document' };
  connection.onRequest<PasteResult | ResponseError<never>, never>(
    PASTE_REQUEST,
    guarded(context, PASTE_REQUEST, refused, paste),
  );
}
