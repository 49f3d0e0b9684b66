/** The extension where extensions run in a browser: the server is a worker. */
import { type ExtensionContext, Uri } from 'vscode';
import { LanguageClient } from 'vscode-languageclient/browser';
import { activateWith, type DriverPlistApi } from './extension.ts';
import type { Session } from './session.ts';

declare const Worker: new (url: string, options: { name: string }) => never;

let session: Session | undefined;

export function activate(context: ExtensionContext): DriverPlistApi {
  const script = Uri.joinPath(context.extensionUri, 'dist/server.browser.js').toString(true);
  session = activateWith(context, (options) => {
    const start = async () => new Worker(script, { name: 'Driver Plist' });
    return new LanguageClient('driverPlist', 'Driver Plist', start, options);
  });
  return { kindOf: session.kindOf };
}

export function deactivate(): Promise<void> | undefined {
  return session?.stop();
}
