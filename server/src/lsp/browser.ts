/** The server in a browser's worker. */
import { BrowserMessageReader, BrowserMessageWriter, createConnection } from 'vscode-languageserver/browser';
import manifest from '../../../package.json' with { type: 'json' };
import { lifecycleStrategy } from './lifecycle.ts';
import { startServer } from './server.ts';

// The worker's own global; the project's types are Node's, which has no such thing.
const worker = globalThis as unknown as ConstructorParameters<typeof BrowserMessageReader>[0];

const reader = new BrowserMessageReader(worker);
const writer = new BrowserMessageWriter(worker);
const connection = createConnection(reader, writer, { messageStrategy: lifecycleStrategy() });

startServer(connection, {
  version: manifest.version,
  timer: {
    setTimeout(callback, milliseconds) {
      const handle = setTimeout(callback, milliseconds);
      return { dispose: () => clearTimeout(handle) };
    },
    setImmediate(callback) {
      setTimeout(callback, 0);
    },
  },
});
