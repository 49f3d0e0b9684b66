/** The extension where extensions run in a browser: the server is a worker. */
import { type ExtensionContext, Uri, workspace } from 'vscode';
import {
  BrowserMessageReader,
  BrowserMessageWriter,
  LanguageClient,
  type MessageTransports,
} from 'vscode-languageclient/browser';
import { activateWith, type DriverPlistApi } from './extension.ts';
import type { Session } from './session.ts';

/** The browser's; the project's types are Node's, which has no such thing. */
declare const Worker: new (url: string, options: { name: string }) => ServerWorker;

type ServerWorker = ConstructorParameters<typeof BrowserMessageReader>[0] & { terminate(): void };

let session: Session | undefined;
let worker: ServerWorker | undefined;

export function activate(context: ExtensionContext): DriverPlistApi {
  const script = Uri.joinPath(context.extensionUri, 'dist/server.browser.js');
  session = activateWith(context, (options) => {
    return new LanguageClient('driverPlist', 'Driver Plist', () => startWorker(script), options);
  });
  return { kindOf: session.kindOf };
}

export async function deactivate(): Promise<void> {
  await session?.stop();
  worker?.terminate();
}

/**
 * Starts the server, in place of the one before. Gives the transports, not the worker: VS Code puts its own
 * constructor in place of the browser's, so the client would not know the worker as one.
 */
async function startWorker(script: Uri): Promise<MessageTransports> {
  worker?.terminate();
  worker = new Worker(await addressOf(script), { name: 'Driver Plist' });
  return { reader: new BrowserMessageReader(worker), writer: new BrowserMessageWriter(worker) };
}

/**
 * Where a worker can load the script from. In a window that is connected to a remote machine the extension lies
 * there, under an address that VS Code reads and the browser does not.
 */
async function addressOf(script: Uri): Promise<string> {
  if (/^(?:https?|file)$/.test(script.scheme)) return script.toString(true);
  const text = await workspace.fs.readFile(script);
  return URL.createObjectURL(new Blob([text as Uint8Array<ArrayBuffer>], { type: 'text/javascript' }));
}
