/** `driver-plist-language-server`: the server as a program of its own. */
import { createConnection } from 'vscode-languageserver/node';
import manifest from '../../../package.json' with { type: 'json' };
import { nodeFiles } from '../host/nodeFiles.ts';
import { lifecycleStrategy } from './lifecycle.ts';
import type { Runtime } from './runtime.ts';
import { startServer } from './server.ts';

const USAGE = `driver-plist-language-server ${manifest.version}
Language server for the property lists of macOS and iPadOS drivers.

Usage:
  driver-plist-language-server --stdio          speak over standard input and output
  driver-plist-language-server --node-ipc       speak over Node's own channel to the parent process
  driver-plist-language-server --socket=PORT    connect to a port of this machine
  driver-plist-language-server --pipe=NAME      connect to a named pipe or socket file
Options:
  --clientProcessId=PID   end when that process ends
  --version               print the version
  --help                  print this text
`;

/** Ways to talk to a client; just one must be given. */
const TRANSPORT = /^--(?:stdio|node-ipc|socket=\d+|pipe=.+)$/;

const runtime: Runtime = {
  version: manifest.version,
  files: nodeFiles,
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
  const problem = usageProblem(args);
  if (problem !== undefined) {
    process.stderr.write(`${problem}\n\n${USAGE}`);
    return 2;
  }
  const connection = createConnection({ messageStrategy: lifecycleStrategy() });
  process.on('uncaughtException', (error) => connection.console.error(`uncaught: ${error.stack ?? error}`));
  process.on('unhandledRejection', (reason) => connection.console.error(`unhandled: ${String(reason)}`));
  startServer(connection, runtime);
  return undefined;
}

function usageProblem(args: readonly string[]): string | undefined {
  const transports = args.filter((arg) => TRANSPORT.test(arg));
  const others = args.filter(
    (arg, index) =>
      !TRANSPORT.test(arg) &&
      !/^--clientProcessId(?:=\d+)?$/.test(arg) &&
      !(args[index - 1] === '--clientProcessId' && /^\d+$/.test(arg)),
  );
  if (others.length > 0) return `Unknown argument ${JSON.stringify(others[0])}.`;
  if (transports.length === 0)
    return 'Say how to talk to the client: --stdio, --node-ipc, --socket=PORT or --pipe=NAME.';
  if (transports.length > 1) return `Only one of ${transports.join(', ')} can be used.`;
  if (transports[0] === '--node-ipc' && !process.send) {
    return '--node-ipc needs a parent Node process that forked this one with a channel.';
  }
  return undefined;
}

const code = main(process.argv.slice(2));
if (code !== undefined) process.exitCode = code;
