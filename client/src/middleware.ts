/** Keeps every document that is none of ours away from the server, and shows its long work. */
import * as vscode from 'vscode';
import type { BaseLanguageClient, Middleware } from 'vscode-languageclient';
import { type DocumentView, HEAD_LENGTH, type ServedDocuments } from './documents.ts';
import { serverProgress } from './progress.ts';

/** What the filter has to know of an open document. */
export function viewOf(document: vscode.TextDocument): DocumentView {
  return {
    uri: document.uri.toString(),
    languageId: document.languageId,
    path: document.uri.path,
    head: () => document.getText(new vscode.Range(positionZero, document.positionAt(HEAD_LENGTH))),
  };
}

const positionZero = new vscode.Position(0, 0);

/** The filter between VS Code and the server. `client` is asked for only when a message passes. */
export function filterMiddleware(served: ServedDocuments, client: () => BaseLanguageClient): Middleware {
  return {
    handleWorkDoneProgress: serverProgress(client),
    async didOpen(document, next) {
      if (served.opened(viewOf(document))) await next(document);
    },
    async didChange(event, next) {
      const offset = Math.min(...event.contentChanges.map((change) => change.rangeOffset));
      const what = served.changed(viewOf(event.document), offset);
      if (what === 'served') return next(event);
      if (what === 'became') return sendOpen(client(), event.document);
    },
    async didSave(document, next) {
      if (served.has(document.uri.toString())) await next(document);
    },
    async didClose(document, next) {
      if (served.closed(document.uri.toString())) await next(document);
    },
    async sendRequest(type, param, token, next) {
      const uri = documentOf(param);
      // Null is the empty answer of every request about a document.
      if (uri !== undefined && !served.has(uri) && !asksOfSource(type, uri)) return null as never;
      return next(type, param, token);
    },
  };
}

const NAVIGATION = /^textDocument\/(definition|references|rename|prepareRename)$/;
const SOURCE = /(?:\.(?:iig|xcconfig|h|hpp|cpp|cc|cxx|mm)|\/project\.(?:pbxproj|ya?ml))$/i;

/** The server looks at these files as they are on disk: it is not asked while the editor has another text. */
function asksOfSource(type: string | { readonly method: string }, uri: string): boolean {
  if (!NAVIGATION.test(typeof type === 'string' ? type : type.method) || !SOURCE.test(uri)) return false;
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri);
  return open?.isDirty !== true;
}

function documentOf(param: unknown): string | undefined {
  const uri = (param as { textDocument?: { uri?: vscode.Uri | string } } | undefined)?.textDocument?.uri;
  return uri?.toString();
}

/**
 * Opens the document on the server. Through the client's own feature, which others listen to: the one that asks for
 * diagnostics begins with it.
 */
async function sendOpen(client: BaseLanguageClient, document: vscode.TextDocument): Promise<void> {
  await client.getFeature('textDocument/didOpen').getProvider(document)?.send(document);
}
