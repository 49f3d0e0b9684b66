/** A client of the built server over its standard input and output, with real messages. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { after } from 'node:test';
import {
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node';
import type {
  ClientCapabilities,
  Diagnostic,
  InitializeResult,
  TextEdit,
  WorkspaceEdit,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';

export const SERVER = path.resolve(import.meta.dirname, '../../dist/server.js');

/** What a client of the days of LSP 3.16 says of itself. */
export const CLIENT_3_16: ClientCapabilities = {
  workspace: { workspaceEdit: { documentChanges: true }, didChangeConfiguration: {} },
  textDocument: {
    synchronization: {},
    completion: { completionItem: { snippetSupport: true, documentationFormat: ['markdown', 'plaintext'] } },
    hover: { contentFormat: ['markdown', 'plaintext'] },
    codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix', 'source.fixAll'] } } },
    documentSymbol: { hierarchicalDocumentSymbolSupport: true },
    publishDiagnostics: { relatedInformation: true, versionSupport: true },
  },
};

/** A client that pulls diagnostics and lets the server ask for settings. */
export const CLIENT_PULL: ClientCapabilities = {
  ...CLIENT_3_16,
  general: { positionEncodings: ['utf-16', 'utf-8'] },
  workspace: {
    ...CLIENT_3_16.workspace,
    configuration: true,
    didChangeConfiguration: { dynamicRegistration: true },
    diagnostics: { refreshSupport: true },
  },
  textDocument: {
    ...CLIENT_3_16.textDocument,
    diagnostic: { dynamicRegistration: true, relatedDocumentSupport: false },
    completion: {
      completionItem: {
        snippetSupport: true,
        insertReplaceSupport: true,
        labelDetailsSupport: true,
        tagSupport: { valueSet: [1] },
        resolveSupport: { properties: ['documentation'] },
        insertTextModeSupport: { valueSet: [1, 2] },
        documentationFormat: ['markdown', 'plaintext'],
      },
    },
    codeAction: {
      ...CLIENT_3_16.textDocument?.codeAction,
      dataSupport: true,
      resolveSupport: { properties: ['edit'] },
    },
  },
};

export interface LspClient {
  readonly connection: MessageConnection;
  readonly process: ChildProcess;
  readonly initialized: InitializeResult;
  /** Settings under `driverPlist.` that the server gets when it asks. */
  settings: unknown;
  /** Notifications and requests of the server that nobody waits for, by method. */
  readonly received: Map<string, unknown[]>;
  open(uri: string, text: string, languageId?: string): Promise<OpenDocument>;
  /** The next message of a method that fits; those that came already count. */
  waitFor<T>(method: string, fits?: (params: T) => boolean): Promise<T>;
  /** Shuts down in order; resolves to the exit code. */
  stop(): Promise<number | null>;
}

export interface OpenDocument {
  readonly uri: string;
  text(): string;
  version(): number;
  /** Replaces a piece of the text that occurs once, as an incremental change. */
  change(before: string, after: string): Promise<void>;
  /** Carries out an edit that the server gave, as a client does. */
  apply(edit: WorkspaceEdit | readonly TextEdit[]): Promise<void>;
  /** Position of the end of a text that occurs once. */
  after(text: string): { line: number; character: number };
  pull(previousResultId?: string): Promise<{ kind: string; resultId?: string; items: Diagnostic[] }>;
  /** Findings that the server publishes for the present version. */
  published(): Promise<Diagnostic[]>;
  close(): Promise<void>;
}

interface Published {
  uri: string;
  version?: number;
  diagnostics: Diagnostic[];
}

const children = new Set<ChildProcess>();
// A test that fails leaves its server running.
after(() => {
  for (const child of children) child.kill();
});

/** Starts the server and shakes hands. */
export async function startClient(
  capabilities: ClientCapabilities,
  options: {
    settings?: unknown;
    initializationOptions?: unknown;
    args?: readonly string[];
    /** More of the server's environment. */
    env?: NodeJS.ProcessEnv;
    /** URIs of the workspace's folders. */
    folders?: readonly string[];
    /** Requests of the server that get no answer, ever. */
    unanswered?: readonly string[];
    /** More parameters of initialize, beating the others; undefined takes one out. */
    params?: object;
    /** Answers to requests of the server, by method. */
    answers?: { readonly [method: string]: (params: never) => unknown };
  } = {},
): Promise<LspClient> {
  assert.ok(existsSync(SERVER), 'dist/server.js is not there: run npm run build first');
  const child = spawn(process.execPath, [SERVER, ...(options.args ?? ['--stdio'])], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...options.env },
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  const connection = createMessageConnection(
    new StreamMessageReader(child.stdout!),
    new StreamMessageWriter(child.stdin!),
  );
  const received = new Map<string, unknown[]>();
  const waiting: { method: string; fits: (params: never) => boolean; resolve: (params: never) => void }[] =
    [];
  const arrive = (method: string, params: unknown): void => {
    const at = waiting.findIndex((one) => one.method === method && one.fits(params as never));
    if (at >= 0) waiting.splice(at, 1)[0]!.resolve(params as never);
    else received.set(method, [...(received.get(method) ?? []), params]);
  };
  const client: LspClient = {
    connection,
    process: child,
    initialized: undefined as unknown as InitializeResult,
    settings: options.settings ?? {},
    received,
    waitFor(method, fits = () => true) {
      const known = received.get(method) ?? [];
      const at = known.findIndex((params) => fits(params as never));
      if (at >= 0) return Promise.resolve(known.splice(at, 1)[0] as never);
      return new Promise((resolve, reject) => {
        const timeout = setTimeout(() => reject(new Error(`no ${method} came within 10 s`)), 10_000);
        waiting.push({
          method,
          fits,
          resolve: (params) => {
            clearTimeout(timeout);
            resolve(params);
          },
        });
      });
    },
    open: (uri, text, languageId = 'plist') => openDocument(client, uri, text, languageId),
    async stop() {
      const exited = once(child, 'exit');
      await connection.sendRequest('shutdown');
      await connection.sendNotification('exit');
      const [code] = await exited;
      connection.dispose();
      return code as number | null;
    },
  };
  connection.onNotification((method, params) => arrive(method, params));
  connection.onRequest((method, params) => {
    if (method === 'workspace/configuration') {
      const { settings } = client;
      const { items } = params as { items: { scopeUri?: string }[] };
      // A function has other settings for other places.
      return items.map(({ scopeUri }) =>
        typeof settings === 'function' ? settings(scopeUri ?? '') : settings,
      );
    }
    arrive(method, params);
    if (options.unanswered?.includes(method)) return new Promise(() => {});
    return options.answers?.[method]?.(params as never) ?? null;
  });
  connection.listen();
  const initialized = await connection.sendRequest<InitializeResult>('initialize', {
    processId: process.pid,
    rootUri: null,
    ...(options.folders && { workspaceFolders: options.folders.map((uri) => ({ uri, name: uri })) }),
    capabilities,
    initializationOptions: withNotifications(options.initializationOptions),
    ...options.params,
  });
  Object.assign(client, { initialized });
  await connection.sendNotification('initialized', {});
  return client;
}

/** The tests wait for our own notifications, which a client must ask for. */
function withNotifications(given: unknown): unknown {
  if (given === undefined) return { notifications: true };
  return typeof given === 'object' && given !== null ? { notifications: true, ...given } : given;
}

async function openDocument(
  client: LspClient,
  uri: string,
  text: string,
  languageId: string,
): Promise<OpenDocument> {
  const { connection } = client;
  let document = TextDocument.create(uri, languageId, 1, text);
  await connection.sendNotification('textDocument/didOpen', {
    textDocument: { uri, languageId, version: 1, text },
  });
  const send = async (edits: readonly TextEdit[]): Promise<void> => {
    // From the end, so that the places of the others stay.
    const contentChanges = [...edits]
      .sort((a, b) => document.offsetAt(b.range.start) - document.offsetAt(a.range.start))
      .map(({ range, newText }) => ({ range, text: newText }));
    document = TextDocument.update(document, contentChanges, document.version + 1);
    await connection.sendNotification('textDocument/didChange', {
      textDocument: { uri, version: document.version },
      contentChanges,
    });
  };
  const only = (piece: string): number => {
    const at = document.getText().indexOf(piece);
    assert.ok(at >= 0, `${JSON.stringify(piece)} is not in the text`);
    assert.equal(document.getText().indexOf(piece, at + 1), -1, `${JSON.stringify(piece)} occurs twice`);
    return at;
  };
  return {
    uri,
    text: () => document.getText(),
    version: () => document.version,
    async change(before, after) {
      const at = only(before);
      const range = { start: document.positionAt(at), end: document.positionAt(at + before.length) };
      await send([{ range, newText: after }]);
    },
    async apply(edit) {
      if (Array.isArray(edit)) return send(edit);
      const { documentChanges = [], changes = {} } = edit as WorkspaceEdit;
      for (const change of documentChanges) {
        assert.ok('textDocument' in change);
        assert.equal(change.textDocument.uri, uri);
        assert.equal(change.textDocument.version, document.version);
        await send(change.edits as TextEdit[]);
      }
      if (changes[uri]) await send(changes[uri]);
    },
    after: (piece) => document.positionAt(only(piece) + piece.length),
    pull: (previousResultId) =>
      connection.sendRequest('textDocument/diagnostic', { textDocument: { uri }, previousResultId }),
    async published() {
      const { diagnostics } = await client.waitFor<Published>(
        'textDocument/publishDiagnostics',
        (params) => params.uri === uri && params.version === document.version,
      );
      return diagnostics;
    },
    async close() {
      await connection.sendNotification('textDocument/didClose', { textDocument: { uri } });
    },
  };
}
