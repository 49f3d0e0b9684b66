/** `driver-plist-language-server`: the server as a program of its own. */
import { once } from 'node:events';
import { createConnection as createSocket } from 'node:net';
import { homedir } from 'node:os';
import { pathToFileURL } from 'node:url';
import { type Connection, createConnection } from 'vscode-languageserver/node';
import manifest from '../../../package.json' with { type: 'json' };
import { nodeFiles } from '../host/nodeFiles.ts';
import { lifecycleStrategy } from './lifecycle.ts';
import type { Runtime } from './runtime.ts';
import { startServer } from './server.ts';
import { readTransport, type Transport } from './transport.ts';

const USAGE = `driver-plist-language-server ${manifest.version}
Language server for the property lists of macOS and iPadOS drivers.

Usage:
  driver-plist-language-server --stdio          speak over standard input and output
  driver-plist-language-server --node-ipc       speak over Node's own channel to the parent process
  driver-plist-language-server --socket=PORT    connect to a port of this machine (also --port=PORT)
  driver-plist-language-server --pipe=NAME      connect to a named pipe or socket file
A value may also be the next argument.
Options:
  --clientProcessId=PID   end when that process ends
  --version               print the version
  --help                  print this text
`;

/** Where clients listen. */
const HOST = '127.0.0.1';

const runtime: Runtime = {
  version: manifest.version,
  files: nodeFiles,
  home: pathToFileURL(homedir()).href,
  timer: {
    setTimeout(callback, milliseconds) {
      const handle = setTimeout(callback, milliseconds);
      return { dispose: () => clearTimeout(handle) };
    },
    setImmediate(callback) {
      setImmediate(callback);
    },
  },
};

/** Returns the exit code of a call that ends at once, or undefined when the server runs. */
function main(args: readonly string[]): number | undefined {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (args.includes('--version')) {
    process.stdout.write(`${manifest.version}\n`);
    return 0;
  }
  const transport = readTransport(args);
  const problem = 'problem' in transport ? transport.problem : ipcProblem(transport);
  if (problem !== undefined) {
    process.stderr.write(`${problem}\n\n${USAGE}`);
    return 2;
  }
  void connect(transport as Transport);
  return undefined;
}

function ipcProblem({ kind }: Transport): string | undefined {
  return kind === 'node-ipc' && !process.send
    ? '--node-ipc needs a parent Node process that forked this one with a channel.'
    : undefined;
}

/** Serves until the client goes; a client that cannot be reached ends the process with 2, as it is told nothing. */
async function connect(transport: Transport): Promise<void> {
  const options = { messageStrategy: lifecycleStrategy() };
  if (transport.kind === 'stdio' || transport.kind === 'node-ipc') {
    // The library reads the arguments itself.
    serve(createConnection(options));
    return;
  }
  const socket =
    transport.kind === 'pipe' ? createSocket(transport.name) : createSocket(transport.port, HOST);
  try {
    await once(socket, 'connect');
  } catch (error) {
    process.stderr.write(`The client cannot be reached: ${(error as Error).message}.\n`);
    process.exit(2);
  }
  serve(createConnection(socket, socket, options));
}

function serve(connection: Connection): void {
  process.on('uncaughtException', (error) => connection.console.error(`uncaught: ${error.stack ?? error}`));
  process.on('unhandledRejection', (reason) => connection.console.error(`unhandled: ${String(reason)}`));
  startServer(connection, runtime);
}

const code = main(process.argv.slice(2));
if (code !== undefined) process.exitCode = code;
