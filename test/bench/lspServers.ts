/** Starts language servers for measurements: ours as built, and VS Code's JSON server with our schemas. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import {
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node';

const root = path.resolve(import.meta.dirname, '../..');
const JSON_SERVER = path.join(
  root,
  'node_modules/vscode-langservers-extracted/lib/json-language-server/node/jsonServerMain.js',
);

export type ServerName = 'ours' | 'json';

export interface Usage {
  /** User and system time of the process so far, milliseconds. */
  readonly cpuMs: number;
  /** Bytes after a forced collection. */
  readonly heapUsed: number;
  readonly external: number;
  readonly rss: number;
}

export interface MeasuredServer {
  readonly connection: MessageConnection;
  readonly process: ChildProcess;
  /** Milliseconds from the start of the process to the answer to `initialize`. */
  readonly startMs: number;
  usage(): Promise<Usage>;
  stop(): Promise<void>;
}

const CAPABILITIES = {
  textDocument: {
    diagnostic: { dynamicRegistration: false },
    completion: {
      completionItem: {
        snippetSupport: true,
        documentationFormat: ['markdown', 'plaintext'],
        insertReplaceSupport: true,
        resolveSupport: { properties: ['documentation'] },
      },
    },
    hover: { contentFormat: ['markdown', 'plaintext'] },
    documentSymbol: { hierarchicalDocumentSymbolSupport: true },
  },
};

/** @param dist folder of our bundles; default the project's dist/ */
export async function startServer(name: ServerName, dist = path.join(root, 'dist')): Promise<MeasuredServer> {
  const file = name === 'ours' ? path.join(dist, 'server.js') : JSON_SERVER;
  const preload = path.join(import.meta.dirname, 'preload.cjs');
  const started = performance.now();
  const child = spawn(process.execPath, ['--expose-gc', '--require', preload, file, '--stdio'], {
    stdio: ['pipe', 'pipe', 'inherit', 'pipe'],
    env: { ...process.env, DRIVER_PLIST_MEASURE_FD: '3' },
  });
  const connection = createMessageConnection(
    new StreamMessageReader(child.stdout!),
    new StreamMessageWriter(child.stdin!),
  );
  connection.onRequest('vscode/content', (uri: string) => schemaText(uri));
  connection.onRequest((_method, params) => {
    const items = (params as { items?: unknown[] } | undefined)?.items;
    return items ? items.map(() => null) : null;
  });
  connection.listen();
  await connection.sendRequest('initialize', {
    processId: process.pid,
    rootUri: null,
    capabilities: CAPABILITIES,
    initializationOptions: { handledSchemaProtocols: ['bench'], provideFormatter: true },
  });
  const startMs = performance.now() - started;
  await connection.sendNotification('initialized', {});
  if (name === 'json') {
    await connection.sendNotification('json/schemaAssociations', [
      { fileMatch: ['*.json'], uri: 'bench://schemas/dext.schema.json' },
    ]);
  }
  const reports = createInterface({ input: child.stdio[3] as NodeJS.ReadableStream });
  return {
    connection,
    process: child,
    startMs,
    async usage() {
      const line = once(reports, 'line');
      child.kill('SIGUSR2');
      return JSON.parse((await line)[0] as string) as Usage;
    },
    async stop() {
      const exited = once(child, 'exit');
      await connection.sendRequest('shutdown');
      await connection.sendNotification('exit');
      await exited;
      connection.dispose();
    },
  };
}

/** Our schema files by their names; nothing else is handed out. */
function schemaText(uri: string): string {
  const name = path.basename(new URL(uri).pathname);
  return readFileSync(path.join(root, 'schemas', name), 'utf8');
}
