/** The language server's life as VS Code sees it: started when the first document needs it, restarted, ended. */
import * as vscode from 'vscode';
import {
  type BaseLanguageClient,
  CloseAction,
  ErrorAction,
  type ErrorHandler,
  type LanguageClientOptions,
  RevealOutputChannelOn,
  State,
} from 'vscode-languageclient';
import type {
  DOCUMENT_KIND_NOTIFICATION,
  DocumentKindParams,
  KIND_REQUEST,
  KindRequestParams,
} from '../../server/src/lsp/messages.ts';
import { crashBudget } from './crashes.ts';
import { isOurs, servedDocuments } from './documents.ts';
import { filterMiddleware, viewOf } from './middleware.ts';

// The client takes nothing of the server but types, so the names stand here again; the types hold them equal.
const DOCUMENT_KIND: typeof DOCUMENT_KIND_NOTIFICATION = 'driverPlist/documentKind';
const KIND: typeof KIND_REQUEST = 'driverPlist/kind';

/** Makes the client of one host: a process of Node's, or a worker in a browser. */
export type CreateClient = (options: LanguageClientOptions) => BaseLanguageClient;

export const SELECTOR = [{ language: 'plist' }, { language: 'xml' }];

export interface Session extends vscode.Disposable {
  /** For messages of our own; it may not run yet. */
  readonly client: BaseLanguageClient;
  readonly output: vscode.LogOutputChannel;
  /** Starts the server if it does not run yet. Resolves when it runs, or when it could not be started. */
  readonly start: () => Promise<void>;
  /** What the server holds a document for; undefined when it does not have it. */
  readonly kindOf: (document: vscode.TextDocument) => Promise<DocumentKindParams | undefined>;
  /** Asks the server, which is started for it where no document has done so yet. Rejects when it cannot run. */
  readonly request: <R>(method: string, params: unknown, token?: vscode.CancellationToken) => Promise<R>;
  readonly restart: () => Promise<void>;
  readonly isStopped: () => boolean;
  readonly onDidChange: vscode.Event<void>;
  readonly stop: () => Promise<void>;
}

const CRASHES = { most: 4, windowMs: 3 * 60_000 };

/** Waits for a document that is ours and starts the server for it. */
export function createSession(
  createClient: CreateClient,
  output: vscode.LogOutputChannel,
  initializationOptions: Readonly<Record<string, unknown>>,
): Session {
  const kinds = new Map<string, DocumentKindParams>();
  const changed = new vscode.EventEmitter<void>();
  const served = servedDocuments();
  const mayRestart = crashBudget(CRASHES.most, CRASHES.windowMs);
  let stopped = false;

  const errorHandler: ErrorHandler = {
    // A server that falls breaks the pipe first: only what `closed` decides counts, or it would stay down.
    error: () => ({ action: ErrorAction.Continue, handled: true }),
    closed() {
      kinds.clear();
      if (mayRestart()) {
        void sayRestarted(output);
        return { action: CloseAction.Restart, handled: true };
      }
      stopped = true;
      changed.fire();
      const message = vscode.l10n.t(
        'The Driver Plist language server ended several times in a row and is not started again.',
      );
      void sayStopped(output, message);
      return { action: CloseAction.DoNotRestart, handled: true };
    },
  };
  const client = createClient({
    documentSelector: SELECTOR,
    outputChannel: output,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    middleware: filterMiddleware(served, () => client),
    errorHandler,
    // Asked for at every start: trust may have been given since.
    initializationOptions: () => ({
      ...initializationOptions,
      scanWorkspace: vscode.workspace.isTrusted,
      savedSources: true,
    }),
  });
  client.onNotification(DOCUMENT_KIND, (params: DocumentKindParams) => {
    kinds.set(params.uri, params);
    changed.fire();
  });

  let starting: Promise<void> | undefined;
  const start = (): Promise<void> => {
    waiting.dispose();
    starting ??= client.start().catch((error) => {
      stopped = true;
      changed.fire();
      void sayStopped(
        output,
        vscode.l10n.t('The Driver Plist language server could not be started: {0}', String(error)),
      );
    });
    return starting;
  };
  const startFor = (document: vscode.TextDocument): void => {
    if (starting === undefined && isOurs(viewOf(document))) void start();
  };
  const waiting = vscode.Disposable.from(
    vscode.workspace.onDidOpenTextDocument(startFor),
    vscode.workspace.onDidChangeTextDocument((event) => startFor(event.document)),
  );
  const closing = vscode.workspace.onDidCloseTextDocument((document) => {
    const uri = document.uri.toString();
    kinds.delete(uri);
    // A running client hears of it itself and tells the server.
    if (client.state !== State.Running) served.closed(uri);
  });
  vscode.workspace.textDocuments.forEach(startFor);

  return {
    client,
    output,
    start,
    onDidChange: changed.event,
    isStopped: () => stopped,
    async kindOf(document) {
      const uri = document.uri.toString();
      if (!served.has(uri)) return undefined;
      const known = kinds.get(uri);
      if (known !== undefined || client.state !== State.Running) return known;
      const params: KindRequestParams = { uri };
      return (await client.sendRequest<DocumentKindParams | null>(KIND, params)) ?? undefined;
    },
    async request<R>(method: string, params: unknown, token?: vscode.CancellationToken): Promise<R> {
      await start();
      return client.sendRequest<R>(method, params, token);
    },
    async restart() {
      waiting.dispose();
      stopped = false;
      kinds.clear();
      output.info(vscode.l10n.t('Restarting the language server.'));
      if (client.needsStop()) await client.stop();
      starting = client.start();
      await starting;
      changed.fire();
    },
    stop: () => client.dispose(),
    dispose() {
      waiting.dispose();
      closing.dispose();
      changed.dispose();
    },
  };
}

async function sayRestarted(output: vscode.LogOutputChannel): Promise<void> {
  const message = vscode.l10n.t('The Driver Plist language server ended unexpectedly and was started again.');
  output.warn(message);
  const show = vscode.l10n.t('Show Output');
  if ((await vscode.window.showWarningMessage(message, show)) === show) output.show();
}

async function sayStopped(output: vscode.LogOutputChannel, message: string): Promise<void> {
  output.error(message);
  const restart = vscode.l10n.t('Restart');
  const show = vscode.l10n.t('Show Output');
  const answer = await vscode.window.showErrorMessage(message, restart, show);
  if (answer === show) output.show();
  if (answer === restart) await vscode.commands.executeCommand('driverPlist.restartServer');
}
